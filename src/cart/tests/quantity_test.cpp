#include "cart/quantity.hpp"

#include <gtest/gtest.h>

#include "cart/pricing.hpp"
#include "platform/json/decode.hpp"

namespace haat::cart {
namespace {

Result<std::int64_t> read(std::string_view json) {
    json::Loose value;
    json::read(boost::json::parse(json), value);
    return read_quantity(value);
}

TEST(CartQuantity, IsAWholeNumberOrItsText) {
    const std::pair<std::string_view, std::int64_t> cases[] = {{"1", 1},
                                                               {"3", 3},
                                                               {"\"3\"", 3},
                                                               {"\" 12 \"", 12},
                                                               {"2.0", 2},
                                                               {"1e3", 1'000},
                                                               {"2147483648", 2'147'483'648},
                                                               {"9007199254740992", 9'007'199'254'740'992}};
    for (const auto& [json, expected] : cases) EXPECT_EQ(read(json).value_or(-1), expected) << json;
}

TEST(CartQuantity, IsNothingElse) {
    for (const std::string_view json : {"0",
                                        "-1",
                                        "\"0\"",
                                        "\"-5\"",
                                        "1.5",
                                        "\"1.5\"",
                                        "\"abc\"",
                                        "\"\"",
                                        "true",
                                        "false",
                                        "null",
                                        "[]",
                                        "[2]",
                                        "{}",
                                        "\"NaN\"",
                                        "\"1e99\"",
                                        "1e300",
                                        "1e-1",
                                        "9223372036854775808",
                                        "\"0x10\"",
                                        "\"3 4\""}) {
        const auto quantity = read(json);
        ASSERT_FALSE(quantity) << json;
        EXPECT_EQ(quantity.error().code, ErrorCode::quantity_too_small) << json;
        EXPECT_EQ(quantity.error().field, "quantity");
    }
}

TEST(CartQuantity, IsAtMostWhatIsInStock) {
    catalog::Product product;
    product.fields.stock = 45;
    EXPECT_TRUE(check_stock(product, 45));
    const auto refused = check_stock(product, 46);
    ASSERT_FALSE(refused);
    EXPECT_EQ(message_of(refused.error()), "Only 45 items available in stock");
    product.fields.stock = 0;
    EXPECT_EQ(message_of(check_stock(product, 1).error()), "Only 0 items available in stock");
}

TEST(CartQuantity, IsAtMostWhatACartMayHold) {
    catalog::Product product;
    product.fields.stock = INT64_MAX;
    EXPECT_TRUE(check_stock(product, kMaxQuantity));
    EXPECT_EQ(message_of(check_stock(product, kMaxQuantity + 1).error()),
              "Only 10000 items available in stock");
}

}  // namespace
}  // namespace haat::cart
