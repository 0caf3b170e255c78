// Products as shoppers see them, with the documents that they are filed under.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "catalog/kept_taxonomy.hpp"
#include "catalog/product_index.hpp"
#include "catalog/product_store.hpp"
#include "kernel/page.hpp"
#include "platform/db/database.hpp"

namespace haat::catalog {

// Which products a page has says the index in memory, and the database where the index cannot
// (product_index.hpp). Both know every product whose change was acknowledged before; scores differ, as
// between engines. All throw what db::Session::run throws.
class BrowseProducts {
public:
    BrowseProducts(db::Database& db, const cache::Topic& catalog, ProductIndex& index)
        : db_{db}, index_{index}, taxonomy_{db, catalog} {}

    // Published ones, newest first; a search that is not empty leaves out what does not match.
    awaitable<PageOf<PopulatedProduct>> list(std::string_view search, Page page);

    // Published ones that match, best first.
    awaitable<PageOf<FoundProduct>> search(std::string_view search, Page page);

    // Published or not.
    awaitable<std::optional<PopulatedProduct>> find(ProductId id);

private:
    template <class Read>
    awaitable<std::vector<PopulatedProduct>> populated(Read read, bool is_short);
    awaitable<std::vector<PopulatedProduct>> find_page(const SearchIndex::Hits& hits);

    db::Database& db_;
    ProductIndex& index_;
    KeptTaxonomy taxonomy_;
    TaxonomyStore taxonomies_;
    ProductStore store_;
};

}  // namespace haat::catalog
