// Products in the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/documents.hpp"
#include "catalog/search_query.hpp"
#include "kernel/page.hpp"
#include "platform/db/database.hpp"

namespace haat::catalog {

// What an update sends; what is absent stays.
struct ProductChanges {
    std::optional<std::string> name{};
    std::optional<std::vector<std::string>> image{};
    std::optional<std::string> unit{};
    std::optional<std::int64_t> stock{};
    std::optional<Money> price{};
    std::optional<Percent> discount{};
    std::optional<std::string> description{};
    std::optional<json::RawObject> more_details{};
    std::optional<bool> publish{};
};

template <class Item>
struct PageOf {
    std::vector<Item> items{};
    std::int64_t total = 0;
};

class ProductStore {
public:
    // Published ones, newest first. Five statements.
    awaitable<PageOf<PopulatedProduct>> list(db::Session& session, Page page) const;
    // The same among those that a search expression matches (search_query.hpp).
    awaitable<PageOf<PopulatedProduct>> list_matching(db::Session& session,
                                                      const SearchExpression& expression, Page page) const;
    // Published ones that the expression matches, best first; a word in the name weighs twice.
    awaitable<PageOf<FoundProduct>> search(db::Session& session, const SearchExpression& expression,
                                           Page page) const;

    // Published or not. Four statements.
    awaitable<std::optional<PopulatedProduct>> find_populated(db::Session& session, ProductId id) const;
    // Published or not. Three statements, however many ids; unknown ones are left out.
    awaitable<std::vector<Product>> find_all(db::Session& session, const std::vector<ProductId>& ids) const;

    awaitable<> insert(db::Transaction& tx, const Product& product) const;
    // What the product is: nobody else changes it until the transaction ends. Four statements.
    awaitable<std::optional<Product>> find_locked(db::Transaction& tx, ProductId id) const;
    // before: as find_locked gave it.
    awaitable<> update(db::Transaction& tx, const Product& before, const ProductChanges& changes) const;
    awaitable<> set_categories(db::Transaction& tx, ProductId id,
                               const std::vector<CategoryId>& categories) const;
    awaitable<> set_sub_categories(db::Transaction& tx, ProductId id,
                                   const std::vector<SubCategoryId>& ids) const;
    // false when there is no such product any more.
    awaitable<bool> remove(db::Transaction& tx, ProductId id) const;
};

}  // namespace haat::catalog
