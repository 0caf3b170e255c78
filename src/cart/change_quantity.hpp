// Changes how many of a product a cart holds.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>

#include "cart/documents.hpp"
#include "cart/store.hpp"
#include "catalog/catalog.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"
#include "platform/json/decode.hpp"

namespace haat::cart {

struct ChangeQuantityInput {
    std::optional<json::Loose> quantity{};
    static constexpr json::Rules rules{.falsy = json::Falsy::value};
};
BOOST_DESCRIBE_STRUCT(ChangeQuantityInput, (), (quantity))

class ChangeQuantity {
public:
    ChangeQuantity(db::Database& db, const catalog::Catalog& catalog, cache::Topic& carts)
        : db_{db}, catalog_{catalog}, carts_{carts} {}

    // Errors, in this order: quantity_required, quantity_too_small, cart_item_not_found (also for an item
    // of another user's), product_gone (deleted, or not published), only_in_stock.
    awaitable<Result<FullItem>> run(UserId user, CartItemId id, const ChangeQuantityInput& in);

private:
    awaitable<Result<FullItem>> change(db::Transaction& tx, UserId user, CartItemId id,
                                       std::int64_t quantity);

    db::Database& db_;
    const catalog::Catalog& catalog_;
    cache::Topic& carts_;
    CartStore store_;
};

}  // namespace haat::cart
