// Cart items in the database.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cart/documents.hpp"
#include "platform/db/database.hpp"

namespace haat::cart {

class CartStore {
public:
    // Newest first, at most kMaxCartLines.
    awaitable<std::vector<Item>> list(db::Session& session, UserId user) const;
    awaitable<std::int64_t> count(db::Session& session, UserId user) const;
    // nullopt also for an item of another user's.
    awaitable<std::optional<Item>> find(db::Session& session, UserId user, CartItemId id) const;

    // Holds other additions to this cart back until the transaction ends. Errors: user_not_found.
    awaitable<Result<void>> lock(db::Transaction& tx, UserId user) const;
    // On a locked cart. Errors: product_already_in_cart, cart_full.
    awaitable<Result<void>> insert(db::Transaction& tx, const Item& item) const;
    // Errors: cart_item_not_found, also for an item of another user's.
    awaitable<Result<Item>> set_quantity(db::Transaction& tx, UserId user, CartItemId id,
                                         std::int64_t quantity) const;
    // The removed one. Errors: cart_item_not_found, also for an item of another user's.
    awaitable<Result<Item>> remove(db::Transaction& tx, UserId user, CartItemId id) const;
    // How many there were.
    awaitable<std::int64_t> clear(db::Transaction& tx, UserId user) const;
};

}  // namespace haat::cart
