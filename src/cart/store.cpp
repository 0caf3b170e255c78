#include "cart/store.hpp"

#include <string>

#include "cart/pricing.hpp"

namespace haat::cart {
namespace {

using db::Query;

#define HAAT_CART_COLUMNS "id, product_id, quantity, user_id, created_at, updated_at"

constexpr Query kListItems{"cart.list_items",
                           "SELECT " HAAT_CART_COLUMNS
                           " FROM cart_items WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"};
constexpr Query kCountItems{"cart.count_items", "SELECT count(*) FROM cart_items WHERE user_id = $1"};
constexpr Query kFindItem{"cart.find_item",
                          "SELECT " HAAT_CART_COLUMNS " FROM cart_items WHERE user_id = $1 AND id = $2"};
// The embedded engine has one writer, who needs no lock.
constexpr Query kLockOwner{"cart.lock_owner", "SELECT id FROM users WHERE id = $1",
                           "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE"};
constexpr Query kInsertItem{
    "cart.insert_item",
    "INSERT INTO cart_items (" HAAT_CART_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (user_id, product_id) DO NOTHING RETURNING id"};
constexpr Query kSetQuantity{
    "cart.set_quantity",
    "UPDATE cart_items SET quantity = $3, updated_at = $4 WHERE user_id = $1 AND id = $2 "
    "RETURNING " HAAT_CART_COLUMNS};
constexpr Query kDeleteItem{
    "cart.delete_item", "DELETE FROM cart_items WHERE user_id = $1 AND id = $2 RETURNING " HAAT_CART_COLUMNS};
constexpr Query kClear{"cart.clear", "DELETE FROM cart_items WHERE user_id = $1"};

Item to_item(const db::Row& row) {
    return {
        .id = row.id<CartItemId>(0),
        .fields = {.productId = row.id<ProductId>(1), .quantity = row.int64(2), .userId = row.id<UserId>(3)},
        .created_at = row.time(4),
        .updated_at = row.time(5)};
}

}  // namespace

awaitable<std::vector<Item>> CartStore::list(db::Session& session, UserId user) const {
    const db::Rows rows = co_await session.run(kListItems, user, kMaxCartLines);
    co_return db::to_vector(rows, to_item);
}

awaitable<std::int64_t> CartStore::count(db::Session& session, UserId user) const {
    const db::Rows rows = co_await session.run(kCountItems, user);
    co_return rows.front().int64(0);
}

awaitable<std::optional<Item>> CartStore::find(db::Session& session, UserId user, CartItemId id) const {
    const db::Rows rows = co_await session.run(kFindItem, user, id);
    if (rows.empty()) co_return std::nullopt;
    co_return to_item(rows.front());
}

awaitable<Result<void>> CartStore::lock(db::Transaction& tx, UserId user) const {
    const db::Rows rows = co_await tx.run(kLockOwner, user);
    if (rows.empty()) co_return fail(ErrorCode::user_not_found);
    co_return Result<void>{};
}

awaitable<Result<void>> CartStore::insert(db::Transaction& tx, const Item& item) const {
    const auto& fields = item.fields;
    const db::Rows rows = co_await tx.run(kInsertItem, item.id, fields.productId, fields.quantity,
                                          fields.userId, item.created_at, item.updated_at);
    if (rows.empty()) co_return fail(ErrorCode::product_already_in_cart, "productId");
    const std::int64_t lines = co_await count(tx, fields.userId);
    if (lines > kMaxCartLines) co_return fail(ErrorCode::cart_full, {}, std::to_string(kMaxCartLines));
    co_return Result<void>{};
}

awaitable<Result<Item>> CartStore::set_quantity(db::Transaction& tx, UserId user, CartItemId id,
                                                std::int64_t quantity) const {
    const db::Rows rows = co_await tx.run(kSetQuantity, user, id, quantity, Timestamp::now());
    if (rows.empty()) co_return fail(ErrorCode::cart_item_not_found);
    co_return to_item(rows.front());
}

awaitable<Result<Item>> CartStore::remove(db::Transaction& tx, UserId user, CartItemId id) const {
    const db::Rows rows = co_await tx.run(kDeleteItem, user, id);
    if (rows.empty()) co_return fail(ErrorCode::cart_item_not_found);
    co_return to_item(rows.front());
}

awaitable<std::int64_t> CartStore::clear(db::Transaction& tx, UserId user) const {
    const db::Rows rows = co_await tx.run(kClear, user);
    co_return rows.affected();
}

}  // namespace haat::cart
