#include "cart/add_item.hpp"

#include <algorithm>

#include "cart/pricing.hpp"
#include "cart/quantity.hpp"

namespace haat::cart {

awaitable<Result<FullItem>> AddItem::run(UserId user, const AddItemInput& in) {
    const auto product = ProductId::parse(in.productId.text);
    if (!product) co_return fail(ErrorCode::invalid_product_id, "productId");
    const bool given = in.quantity && !in.quantity->is_null;
    const Result<std::int64_t> quantity = given ? read_quantity(*in.quantity) : 1;
    if (!quantity) co_return std::unexpected{quantity.error()};
    auto body = [&](db::Transaction& tx) { return add(tx, user, *product, *quantity); };
    co_return co_await db_.transact(body);
}

awaitable<Result<FullItem>> AddItem::add(db::Transaction& tx, UserId user, ProductId product_id,
                                         std::int64_t quantity) {
    const auto locked = co_await store_.lock(tx, user);
    if (!locked) co_return std::unexpected{locked.error()};
    auto product = co_await catalog_.find_for_sale(tx, product_id);
    if (!product) co_return std::unexpected{product.error()};

    // That the product is in the cart already is told before what its stock is: so the insert goes first,
    // and an error behind it takes it back.
    const Timestamp now = Timestamp::now();
    const Item item{
        .id = CartItemId::make(),
        .fields = {.productId = product_id, .quantity = std::min(quantity, kMaxQuantity), .userId = user},
        .created_at = now,
        .updated_at = now};
    const auto inserted = co_await store_.insert(tx, item);
    if (!inserted) co_return std::unexpected{inserted.error()};
    const auto in_stock = check_stock(*product, quantity);
    if (!in_stock) co_return std::unexpected{in_stock.error()};
    tx.touch(carts_, user.text());
    co_return with_product(item, std::move(*product));
}

}  // namespace haat::cart
