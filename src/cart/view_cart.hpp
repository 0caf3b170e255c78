// Shows a cart as it is today: prices, stock and discounts are the catalogue's of now.
#pragma once

#include <vector>

#include "cart/documents.hpp"
#include "cart/pricing.hpp"
#include "cart/store.hpp"
#include "catalog/catalog.hpp"
#include "platform/db/database.hpp"

namespace haat::cart {

struct CartView {
    std::vector<ViewedItem> items{};  // newest first
    Summary summary{};                // of those whose product is there and published
};

class ViewCart {
public:
    ViewCart(db::Database& db, const catalog::Catalog& catalog) : db_{db}, catalog_{catalog} {}

    // What is in the cart, newest first. One statement.
    awaitable<std::vector<Item>> list(UserId user);
    // The same with its products and sums. One statement, however many items.
    awaitable<CartView> run(const std::vector<Item>& items);
    // How many items the cart has.
    awaitable<std::int64_t> count(UserId user);

private:
    awaitable<std::vector<catalog::Product>> find_products(db::Session& session,
                                                           const std::vector<Item>& items);

    db::Database& db_;
    const catalog::Catalog& catalog_;
    CartStore store_;
};

}  // namespace haat::cart
