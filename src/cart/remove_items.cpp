#include "cart/remove_items.hpp"

namespace haat::cart {

awaitable<Result<Item>> RemoveItems::one(UserId user, CartItemId id) {
    auto body = [&](db::Transaction& tx) { return remove(tx, user, id); };
    co_return co_await db_.transact(body);
}

awaitable<Result<Item>> RemoveItems::remove(db::Transaction& tx, UserId user, CartItemId id) {
    auto item = co_await store_.remove(tx, user, id);
    if (item) tx.touch(carts_, user.text());
    co_return item;
}

awaitable<Result<std::int64_t>> RemoveItems::all(UserId user) {
    auto body = [&](db::Transaction& tx) { return clear(tx, user); };
    co_return co_await db_.transact(body);
}

awaitable<Result<std::int64_t>> RemoveItems::clear(db::Transaction& tx, UserId user) {
    const std::int64_t removed = co_await store_.clear(tx, user);
    tx.touch(carts_, user.text());
    co_return removed;
}

}  // namespace haat::cart
