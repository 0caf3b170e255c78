#include "cart/change_quantity.hpp"

#include "cart/quantity.hpp"

namespace haat::cart {

awaitable<Result<FullItem>> ChangeQuantity::run(UserId user, CartItemId id, const ChangeQuantityInput& in) {
    if (!in.quantity || in.quantity->is_null) co_return fail(ErrorCode::quantity_required, "quantity");
    const auto quantity = read_quantity(*in.quantity);
    if (!quantity) co_return std::unexpected{quantity.error()};
    auto body = [&](db::Transaction& tx) { return change(tx, user, id, *quantity); };
    co_return co_await db_.transact(body);
}

awaitable<Result<FullItem>> ChangeQuantity::change(db::Transaction& tx, UserId user, CartItemId id,
                                                   std::int64_t quantity) {
    const auto found = co_await store_.find(tx, user, id);
    if (!found) co_return fail(ErrorCode::cart_item_not_found);
    auto product = co_await catalog_.find_for_sale(tx, found->fields.productId);
    if (!product) co_return fail(ErrorCode::product_gone);
    const auto in_stock = check_stock(*product, quantity);
    if (!in_stock) co_return std::unexpected{in_stock.error()};
    const auto item = co_await store_.set_quantity(tx, user, id, quantity);
    if (!item) co_return std::unexpected{item.error()};
    tx.touch(carts_, user.text());
    co_return with_product(*item, std::move(*product));
}

}  // namespace haat::cart
