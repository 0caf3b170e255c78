// Puts a product into a cart.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string_view>

#include "cart/documents.hpp"
#include "cart/store.hpp"
#include "catalog/catalog.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"
#include "platform/json/decode.hpp"

namespace haat::cart {

struct AddItemInput {
    json::Loose productId{};
    std::optional<json::Loose> quantity{};  // 1 when absent or null
    static constexpr std::string_view kRequired[] = {"productId"};
    static constexpr json::Rules rules{
        .required = kRequired, .incomplete = ErrorCode::invalid_product_id, .falsy = json::Falsy::value};
};
BOOST_DESCRIBE_STRUCT(AddItemInput, (), (productId, quantity))

class AddItem {
public:
    AddItem(db::Database& db, const catalog::Catalog& catalog, cache::Topic& carts)
        : db_{db}, catalog_{catalog}, carts_{carts} {}

    // Of two that race for one product one wins. Errors, in this order: invalid_product_id,
    // quantity_too_small, user_not_found, product_not_found, product_not_available,
    // product_already_in_cart, cart_full, only_in_stock.
    awaitable<Result<FullItem>> run(UserId user, const AddItemInput& in);

private:
    awaitable<Result<FullItem>> add(db::Transaction& tx, UserId user, ProductId product,
                                    std::int64_t quantity);

    db::Database& db_;
    const catalog::Catalog& catalog_;
    cache::Topic& carts_;
    CartStore store_;
};

}  // namespace haat::cart
