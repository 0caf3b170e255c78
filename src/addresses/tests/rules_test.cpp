#include "addresses/rules.hpp"

#include <gtest/gtest.h>

#include "platform/json/decode.hpp"

namespace haat::addresses {
namespace {

json::Loose loose(std::string_view json) {
    json::Loose value;
    json::read(boost::json::parse(json), value);
    return value;
}

TEST(AddressRules, APincodeIsSixDigitsAsTextOrNumber) {
    EXPECT_EQ(read_pincode(loose("\"400001\"")).value(), "400001");
    EXPECT_EQ(read_pincode(loose("400002")).value(), "400002");
    EXPECT_EQ(read_pincode(loose("4.00001e5")).value(), "400001");
}

TEST(AddressRules, APincodeIsNothingElse) {
    for (const std::string_view json :
         {"\"12345\"", "\"1234567\"", "\"012345\"", "\"12345a\"", "\"४००००१\"", "\" 411001\"", "\"411001 \"",
          "\"411001\\n\"", "\"-11001\"", "\"4110.1\"", "12345", "1234567", "41100.5", "-11001", "true",
          "null", "[\"411001\"]", "{\"$ne\":1}", "\"\""}) {
        const auto pincode = read_pincode(loose(json));
        ASSERT_FALSE(pincode) << json;
        EXPECT_EQ(pincode.error().code, ErrorCode::invalid_pincode) << json;
        EXPECT_EQ(pincode.error().field, "pincode");
    }
}

TEST(AddressRules, AMobileIsTenDigitsAsTextOrNumber) {
    EXPECT_EQ(read_mobile(loose("\"9876543210\"")).value(), 9'876'543'210);
    EXPECT_EQ(read_mobile(loose("9876543211")).value(), 9'876'543'211);
    EXPECT_EQ(read_mobile(loose("1000000000")).value(), 1'000'000'000);
    EXPECT_EQ(read_mobile(loose("9999999999")).value(), 9'999'999'999);
}

TEST(AddressRules, AMobileIsNothingElse) {
    for (const std::string_view json :
         {"\"987654321\"", "\"98765432100\"", "\"0876543210\"", "\"98765x3210\"", "\"९८७६५४३२१०\"",
          "\"+987654321\"", "\"-987654321\"", "\" 9876543210\"", "\"9876543210 \"", "\"9876543210\\u0000\"",
          "987654321", "98765432100", "987654321.5", "true", "null", "[\"9876543210\"]", "{}"}) {
        const auto mobile = read_mobile(loose(json));
        ASSERT_FALSE(mobile) << json;
        EXPECT_EQ(mobile.error().code, ErrorCode::invalid_mobile) << json;
        EXPECT_EQ(mobile.error().field, "mobile");
    }
}

}  // namespace
}  // namespace haat::addresses
