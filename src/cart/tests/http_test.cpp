// What the cart's endpoints answer, byte by byte, and when from the cache.
#include "cart/http.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "platform/run_sync.hpp"
#include "tests/contract/shop_database.hpp"

namespace haat::cart {
namespace {

class CartHttpTest : public contract::OnEachEngine {
protected:
    http::Response call(const http::Endpoint& endpoint, std::string_view body = {}, std::string param = {}) {
        http::Request request;
        request.body = body;
        request.params[0] = std::move(param);
        request.principal = http::Principal{.user = user_};
        return run_sync(endpoint.handle(request));
    }
    std::string add(const ObjectId& product) {
        const auto answer = call(cart_.add_to_cart(), R"({"productId":")" + product.str() + R"("})").body;
        return boost::json::parse(answer).at("data").at("_id").as_string().c_str();
    }
    static ErrorCode code_of(const http::Response& response) {
        return response.error ? response.error->code : ErrorCode::internal;
    }

    contract::ShopDatabase shop_{GetParam()};
    CartHttp cart_{shop_.db(), shop_.products, shop_.carts_topic, shop_.catalog_topic};
    UserId user_ = shop_.add_user();
};

INSTANTIATE_ON_EACH_ENGINE(CartHttpTest);

std::string stamps_of(const auto& document) {
    const auto created = to_iso(document.created_at);
    const auto updated = to_iso(document.updated_at);
    return R"("createdAt":")" + std::string{view(created)} + R"(","updatedAt":")" +
           std::string{view(updated)} + R"(","__v":0)";
}

// Stamps are not known beforehand.
std::string without_item_stamps(std::string body) {
    for (const std::string_view name : {R"("createdAt":")", R"("updatedAt":")"}) {
        const auto at = body.rfind(name);
        body.erase(at, name.size() + 26);
    }
    return body;
}

TEST_P(CartHttpTest, AnAddAnswersTheWholeProductAndTheIdBehindTheFields) {
    const auto category = shop_.add_category("Phones");
    const auto sub_category = shop_.add_sub_category("Smart phones", category.id);
    const auto product = shop_.add_product({.name = "iPhone 15 Pro",
                                            .image = {"https://example.com/1.jpg"},
                                            .category = {{category.id.str()}},
                                            .subCategory = {{sub_category.id.str()}},
                                            .unit = "piece",
                                            .stock = 45,
                                            .price = {899'99},
                                            .discount = Percent{15'00},
                                            .description = "Titanium",
                                            .more_details = json::RawObject{R"({"a":1})"}});
    const auto response =
        call(cart_.add_to_cart(), R"({"productId":")" + product.id.str() + R"(","quantity":9})");
    EXPECT_EQ(response.status, 201);
    const auto answer = boost::json::parse(response.body);
    const std::string id{answer.at("data").at("_id").as_string()};
    EXPECT_EQ(without_item_stamps(response.body),
              R"({"message":"Product added to cart","data":{"productId":{"_id":")" + product.id.str() +
                  R"(","name":"iPhone 15 Pro","image":["https://example.com/1.jpg"],"category":[")" +
                  category.id.str() + R"("],"subCategory":[")" + sub_category.id.str() +
                  R"("],"unit":"piece","stock":45,"price":899.99,"discount":15,"description":"Titanium",)" +
                  R"("more_details":{"a":1},"publish":true,)" + stamps_of(product) +
                  R"(},"quantity":9,"userId":")" + user_.str() + R"(","_id":")" + id +
                  R"(","__v":0},"success":true,"error":false})");
}

TEST_P(CartHttpTest, TheViewHasTheSummaryBetweenDataAndSuccess) {
    const auto product = shop_.add_product();
    const auto doomed = shop_.add_product();
    const auto item = add(product.id);
    const auto lost = add(doomed.id);
    shop_.delete_product(doomed.id);
    auto body = call(cart_.view_cart()).body;
    body = without_item_stamps(without_item_stamps(body));
    EXPECT_EQ(
        body,
        R"({"message":"Cart items fetched","data":[{"_id":")" + lost +
            R"(","productId":null,"quantity":1,"userId":")" + user_.str() + R"(","__v":0},{"_id":")" + item +
            R"(","productId":{"_id":")" + product.id.str() +
            R"(","name":"Phone","image":["https://example.com/1.jpg"],"category":[],"subCategory":[],)" +
            R"("stock":45,"price":899.99,"discount":15},"quantity":1,"userId":")" + user_.str() +
            R"(","__v":0}],"summary":{"totalPrice":899.99,"totalDiscount":135,"totalQty":1,)" +
            R"("totalPayableAmount":764.99},"success":true,"error":false})");
}

TEST_P(CartHttpTest, TheOtherAnswers) {
    const auto product = shop_.add_product();
    EXPECT_EQ(call(cart_.count_cart()).body,
              R"({"message":"Cart count fetched","data":{"count":0},"success":true,"error":false})");
    const auto id = add(product.id);
    EXPECT_EQ(without_item_stamps(call(cart_.change_quantity(), R"({"quantity":"3"})", id).body),
              R"({"message":"Cart quantity updated","data":{"_id":")" + id + R"(","productId":)" +
                  json::to_string(product) + R"(,"quantity":3,"userId":")" + user_.str() +
                  R"(","__v":0},"success":true,"error":false})");
    EXPECT_EQ(without_item_stamps(call(cart_.remove_from_cart(), {}, id).body),
              R"({"message":"Product removed from cart","data":{"_id":")" + id + R"(","productId":")" +
                  product.id.str() + R"(","quantity":3,"userId":")" + user_.str() +
                  R"(","__v":0},"success":true,"error":false})");
    EXPECT_EQ(
        call(cart_.clear_cart()).body,
        R"({"message":"Cart cleared successfully","data":{"deletedCount":0},"success":true,"error":false})");
}

TEST_P(CartHttpTest, AddingWhatIsNoIdIsRefused) {
    for (const std::string_view body :
         {"", "{}", R"({"productId":null})", R"({"productId":""})", R"({"productId":"abc"})",
          R"({"productId":5})", R"({"productId":{}})", R"({"productId":["x"]})", R"({"productId":true})",
          R"({"productId":"gggggggggggggggggggggggg"})"}) {
        EXPECT_EQ(code_of(call(cart_.add_to_cart(), body)), ErrorCode::invalid_product_id) << body;
    }
}

TEST_P(CartHttpTest, AddingNoWholeNumberIsRefusedAndNullIsNoNumber) {
    const auto product = shop_.add_product();
    for (const std::string_view quantity :
         {"0", "-1", "1.5", "\"abc\"", "\"\"", "true", "false", "[]", "[2]", "{}"}) {
        const auto body =
            R"({"productId":")" + product.id.str() + R"(","quantity":)" + std::string{quantity} + "}";
        EXPECT_EQ(code_of(call(cart_.add_to_cart(), body)), ErrorCode::quantity_too_small) << quantity;
    }
    const auto added =
        call(cart_.add_to_cart(), R"({"quantity":null,"productId":")" + product.id.str() + R"("})");
    EXPECT_EQ(added.status, 201);
}

TEST_P(CartHttpTest, AChangeNeedsAQuantityThatIsAWholeNumber) {
    const auto id = add(shop_.add_product().id);
    for (const std::string_view body : {"{}", R"({"quantity":null})"}) {
        EXPECT_EQ(code_of(call(cart_.change_quantity(), body, id)), ErrorCode::quantity_required) << body;
    }
    for (const std::string_view quantity :
         {"0", "-1", "\"0\"", "1.5", "\"abc\"", "\"\"", "true", "[]", "[2]", "{}"}) {
        const auto body = R"({"quantity":)" + std::string{quantity} + "}";
        EXPECT_EQ(code_of(call(cart_.change_quantity(), body, id)), ErrorCode::quantity_too_small)
            << quantity;
    }
    EXPECT_EQ(code_of(call(cart_.change_quantity(), "{}", "abc")), ErrorCode::invalid_cart_item_id);
    EXPECT_EQ(code_of(call(cart_.remove_from_cart(), {}, "abc")), ErrorCode::invalid_cart_item_id);
}

TEST_P(CartHttpTest, AViewIsMadeOnceUntilTheCartOrTheCatalogueChanges) {
    const auto product = shop_.add_product();
    const auto id = add(product.id);
    const auto statements = [&](const http::Endpoint& endpoint) {
        const auto before = shop_.statements();
        call(endpoint);
        return shop_.statements() - before;
    };
    // Where other nodes may write to the cart, it is looked at each time.
    const int look = shop_.db().is_shared() ? 1 : 0;
    EXPECT_EQ(statements(cart_.view_cart()), 2);
    EXPECT_EQ(statements(cart_.view_cart()), look);
    EXPECT_EQ(statements(cart_.count_cart()), 1);
    EXPECT_EQ(statements(cart_.count_cart()), look);
    EXPECT_EQ(call(cart_.view_cart()).body, call(cart_.view_cart()).body);

    shop_.update_product(product.id, {.price = Money{1'00}});
    EXPECT_NE(call(cart_.view_cart()).body.find(R"("price":1,)"), std::string::npos) << "today's price";
    EXPECT_EQ(statements(cart_.count_cart()), look) << "a price does not change how many there are";

    call(cart_.change_quantity(), R"({"quantity":2})", id);
    EXPECT_NE(call(cart_.view_cart()).body.find(R"("totalQty":2)"), std::string::npos);
    call(cart_.clear_cart());
    EXPECT_NE(call(cart_.view_cart()).body.find(R"("data":[])"), std::string::npos);
    EXPECT_NE(call(cart_.count_cart()).body.find(R"("count":0)"), std::string::npos);
}

TEST_P(CartHttpTest, NoViewIsOlderThanTheLastChangeThatWasAnswered) {
    const auto id = add(shop_.add_product().id);
    std::atomic<std::int64_t> acknowledged = 1;
    const auto read = [&] {
        while (acknowledged < 40) {
            const std::int64_t least = acknowledged;
            const auto cart = boost::json::parse(call(cart_.view_cart()).body);
            EXPECT_GE(cart.at("summary").at("totalQty").to_number<std::int64_t>(), least);
        }
    };
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) readers.emplace_back(read);
    for (std::int64_t quantity = 2; quantity <= 40; ++quantity) {
        EXPECT_EQ(
            call(cart_.change_quantity(), R"({"quantity":)" + std::to_string(quantity) + "}", id).status,
            200);
        acknowledged = quantity;
    }
}

TEST_P(CartHttpTest, NobodySeesAnothersCart) {
    const auto id = add(shop_.add_product().id);
    EXPECT_NE(call(cart_.view_cart()).body.find(id), std::string::npos);
    user_ = shop_.add_user();
    EXPECT_EQ(call(cart_.view_cart()).body.find(id), std::string::npos);
    EXPECT_NE(call(cart_.count_cart()).body.find(R"("count":0)"), std::string::npos);
    EXPECT_EQ(code_of(call(cart_.change_quantity(), R"({"quantity":2})", id)),
              ErrorCode::cart_item_not_found);
}

TEST_P(CartHttpTest, AnswersAreNotForSharedCaches) {
    EXPECT_EQ(call(cart_.view_cart()).cache_control, "no-store");
    EXPECT_EQ(call(cart_.view_cart()).cache_control, "no-store") << "from the cache";
}

}  // namespace
}  // namespace haat::cart
