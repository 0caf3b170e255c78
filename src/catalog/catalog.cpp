#include "catalog/catalog.hpp"

namespace haat::catalog {

awaitable<Result<Product>> Catalog::find_for_sale(db::Session& session, ProductId id) const {
    const std::vector<ProductId> ids{id};
    auto products = co_await store_.find_all(session, ids);
    if (products.empty()) co_return fail(ErrorCode::product_not_found);
    if (!products.front().fields.publish) co_return fail(ErrorCode::product_not_available);
    co_return std::move(products.front());
}

awaitable<std::vector<Product>> Catalog::find_all(db::Session& session,
                                                  const std::vector<ProductId>& ids) const {
    return store_.find_all(session, ids);
}

}  // namespace haat::catalog
