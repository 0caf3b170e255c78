#include "cart/view_cart.hpp"

#include <optional>
#include <string_view>
#include <unordered_map>

namespace haat::cart {
namespace {

// By id; views of the products.
using ProductsById = std::unordered_map<std::string_view, const catalog::Product*>;

ProductSummary summary_of(const catalog::Product& product) {
    const auto& fields = product.fields;
    return {._id = product.id,
            .name = fields.name,
            .image = fields.image,
            .category = fields.category,
            .subCategory = fields.subCategory,
            .stock = fields.stock,
            .price = fields.price,
            .discount = fields.discount};
}

ViewedItem viewed(const Item& item, const catalog::Product* product) {
    return {.id = item.id,
            .fields = {.productId = product != nullptr ? std::optional{summary_of(*product)} : std::nullopt,
                       .quantity = item.fields.quantity,
                       .userId = item.fields.userId},
            .created_at = item.created_at,
            .updated_at = item.updated_at};
}

CartView put_together(const std::vector<Item>& items, const ProductsById& products) {
    CartView view;
    std::vector<Line> lines;
    for (const Item& item : items) {
        const auto found = products.find(item.fields.productId.text());
        const catalog::Product* product = found != products.end() ? found->second : nullptr;
        view.items.push_back(viewed(item, product));
        if (product == nullptr) continue;
        lines.push_back({.price = product->fields.price,
                         .discount = product->fields.discount,
                         .quantity = item.fields.quantity,
                         .counts = product->fields.publish});
    }
    view.summary = summarize(lines);
    return view;
}

}  // namespace

awaitable<std::vector<Item>> ViewCart::list(UserId user) {
    auto body = [&](db::Session& session) { return store_.list(session, user); };
    co_return co_await db_.read_one(body);
}

awaitable<CartView> ViewCart::run(const std::vector<Item>& items) {
    auto body = [&](db::Session& session) { return find_products(session, items); };
    const std::vector<catalog::Product> products = co_await db_.read_one(body);
    ProductsById by_id;
    for (const auto& product : products) by_id.emplace(product.id.text(), &product);
    co_return put_together(items, by_id);
}

awaitable<std::vector<catalog::Product>> ViewCart::find_products(db::Session& session,
                                                                 const std::vector<Item>& items) {
    std::vector<ProductId> ids;
    ids.reserve(items.size());
    for (const Item& item : items) ids.push_back(item.fields.productId);
    co_return co_await catalog_.find_all(session, ids);
}

awaitable<std::int64_t> ViewCart::count(UserId user) {
    auto body = [&](db::Session& session) { return store_.count(session, user); };
    co_return co_await db_.read_one(body);
}

}  // namespace haat::cart
