// What products are filed under: categories and subcategories, as the answers of products hold them.
#pragma once

#include <span>
#include <unordered_map>

#include "catalog/documents.hpp"
#include "platform/db/database.hpp"

namespace haat::catalog {

struct Taxonomy {
    std::unordered_map<CategoryId, Category> categories{};
    std::unordered_map<SubCategoryId, SubCategory> sub_categories{};

    // With the documents in place of their ids; those that are not here are left out.
    [[nodiscard]] PopulatedProduct populate(Product product) const;
};

class TaxonomyStore {
public:
    // All of it, or nullopt when that would be more than so many documents. Four statements.
    awaitable<std::optional<Taxonomy>> all(db::Session& session, std::int64_t most) const;
    // What these products need. Three statements, however many products.
    awaitable<Taxonomy> of(db::Session& session, std::span<const Product> products) const;
};

}  // namespace haat::catalog
