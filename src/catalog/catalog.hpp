// The catalogue, as other features see it.
#pragma once

#include <vector>

#include "catalog/documents.hpp"
#include "catalog/product_store.hpp"
#include "platform/db/database.hpp"

namespace haat::catalog {

class Catalog {
public:
    // A product that can be bought: it exists and is published. Errors: product_not_found,
    // product_not_available.
    awaitable<Result<Product>> find_for_sale(db::Session& session, ProductId id) const;

    // Products by id, published or not; deleted ones are left out. One statement.
    awaitable<std::vector<Product>> find_all(db::Session& session, const std::vector<ProductId>& ids) const;

private:
    ProductStore store_;
};

}  // namespace haat::catalog
