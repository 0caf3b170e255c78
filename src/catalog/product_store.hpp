// Products in the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/documents.hpp"
#include "catalog/search_query.hpp"
#include "kernel/clock.hpp"
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

// What a search index is made of.
struct ProductText {
    ProductId id{};
    Timestamp created_at{};
    std::string name{};
    std::string description{};
};

template <class Item>
struct PageOf {
    std::vector<Item> items{};
    std::int64_t total = 0;
};

struct ScoredProduct {
    Product product{};
    double score = 0;
};

class ProductStore {
public:
    // Published ones, newest first. Two statements.
    awaitable<PageOf<Product>> list(db::Session& session, Page page) const;
    // The same among those that a search expression matches (search_query.hpp).
    awaitable<PageOf<Product>> list_matching(db::Session& session, const SearchExpression& expression,
                                             Page page) const;
    // Published ones that the expression matches, best first; a word in the name weighs twice.
    awaitable<PageOf<ScoredProduct>> search(db::Session& session, const SearchExpression& expression,
                                            Page page) const;

    // Of published ones, without order; others are left out. One statement.
    awaitable<std::vector<ProductText>> find_texts(db::Session& session,
                                                   const std::vector<ProductId>& ids) const;
    // Of the published ones that come after this one, the oldest first. One statement.
    awaitable<std::vector<ProductText>> texts_after(db::Session& session, const ProductText& last,
                                                    std::int64_t limit) const;

    // Published or not. One statement.
    awaitable<std::optional<Product>> find(db::Session& session, ProductId id) const;
    // Published or not, without order. One statement, however many ids; unknown ones are left out.
    awaitable<std::vector<Product>> find_all(db::Session& session, const std::vector<ProductId>& ids) const;

    awaitable<> insert(db::Transaction& tx, const Product& product) const;
    // What the product is: nobody else changes it until the transaction ends. Two statements.
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
