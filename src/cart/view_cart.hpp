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

    // Four statements, however many items.
    awaitable<CartView> run(UserId user);
    // How many items the cart has.
    awaitable<std::int64_t> count(UserId user);

private:
    awaitable<CartView> view(db::Session& session, UserId user);

    db::Database& db_;
    const catalog::Catalog& catalog_;
    CartStore store_;
};

}  // namespace haat::cart
