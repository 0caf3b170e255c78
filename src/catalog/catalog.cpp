#include "catalog/catalog.hpp"

namespace haat::catalog {

awaitable<Result<Product>> Catalog::find_for_sale(db::Session& session, ProductId id) const {
    auto product = co_await store_.find(session, id);
    if (!product) co_return fail(ErrorCode::product_not_found);
    if (!product->fields.publish) co_return fail(ErrorCode::product_not_available);
    co_return std::move(*product);
}

awaitable<std::vector<Product>> Catalog::find_all(db::Session& session,
                                                  const std::vector<ProductId>& ids) const {
    return store_.find_all(session, ids);
}

}  // namespace haat::catalog
