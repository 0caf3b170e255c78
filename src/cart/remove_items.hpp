// Takes one item, or all of them, out of a cart.
#pragma once

#include <cstdint>

#include "cart/documents.hpp"
#include "cart/store.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"

namespace haat::cart {

class RemoveItems {
public:
    RemoveItems(db::Database& db, cache::Topic& carts) : db_{db}, carts_{carts} {}

    // The removed one. Errors: cart_item_not_found, also for an item of another user's.
    awaitable<Result<Item>> one(UserId user, CartItemId id);
    // How many there were. Has no errors.
    awaitable<Result<std::int64_t>> all(UserId user);

private:
    awaitable<Result<Item>> remove(db::Transaction& tx, UserId user, CartItemId id);
    awaitable<Result<std::int64_t>> clear(db::Transaction& tx, UserId user);

    db::Database& db_;
    cache::Topic& carts_;
    CartStore store_;
};

}  // namespace haat::cart
