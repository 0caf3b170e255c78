#include "catalog/browse_products.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace haat::catalog {
namespace {

constexpr std::size_t kShortPage = 20;  // products that an I/O thread may read
constexpr int kReadAttempts = 3;  // to read products and taxonomy of the same moment, while others write

std::vector<PopulatedProduct> populate(std::vector<Product> products, const Taxonomy& taxonomy) {
    std::vector<PopulatedProduct> populated;
    populated.reserve(products.size());
    for (Product& product : products) populated.push_back(taxonomy.populate(std::move(product)));
    return populated;
}

// In one snapshot.
template <class Read>
awaitable<std::vector<PopulatedProduct>> read_whole(db::Session& session, const TaxonomyStore& taxonomies,
                                                    const Read& read) {
    std::vector<Product> products = co_await read(session);
    const Taxonomy taxonomy = co_await taxonomies.of(session, products);
    co_return populate(std::move(products), taxonomy);
}

awaitable<PageOf<PopulatedProduct>> list_whole(db::Session& session, const ProductStore& store,
                                               const TaxonomyStore& taxonomies,
                                               const SearchExpression* expression, Page page) {
    PageOf<Product> found;
    if (expression == nullptr) {
        found = co_await store.list(session, page);
    } else {
        found = co_await store.list_matching(session, *expression, page);
    }
    const Taxonomy taxonomy = co_await taxonomies.of(session, found.items);
    PageOf<PopulatedProduct> whole{.items = populate(std::move(found.items), taxonomy), .total = found.total};
    co_return whole;
}

awaitable<PageOf<FoundProduct>> search_whole(db::Session& session, const ProductStore& store,
                                             const TaxonomyStore& taxonomies,
                                             const SearchExpression& expression, Page page) {
    PageOf<ScoredProduct> found = co_await store.search(session, expression, page);
    std::vector<Product> products;
    products.reserve(found.items.size());
    for (ScoredProduct& item : found.items) products.push_back(std::move(item.product));
    const Taxonomy taxonomy = co_await taxonomies.of(session, products);
    PageOf<FoundProduct> whole{.items = {}, .total = found.total};
    for (std::size_t i = 0; i < products.size(); ++i) {
        whole.items.push_back(
            {.document = taxonomy.populate(std::move(products[i])), .score = found.items[i].score});
    }
    co_return whole;
}

}  // namespace

awaitable<PageOf<PopulatedProduct>> BrowseProducts::list(std::string_view search, Page page) {
    ProductIndex::Answer hits;
    std::optional<SearchExpression> expression;
    if (search.empty()) {
        hits = co_await index_.newest(page);
    } else {
        const SearchQuery query = parse_search(search);
        expression = search_expression(query, db_.engine());
        if (expression->match.empty()) co_return PageOf<PopulatedProduct>{};
        const auto terms = SearchTerms::of(query);
        if (terms) hits = co_await index_.newest_of(*terms, page);
    }
    if (!hits) {
        const auto* match = expression ? &*expression : nullptr;
        const auto ask = [&](db::Session& session) {
            return list_whole(session, store_, taxonomies_, match, page);
        };
        co_return co_await db_.scan(ask);
    }
    PageOf<PopulatedProduct> found{.items = {}, .total = hits->total};
    found.items = co_await find_page(*hits);
    co_return found;
}

awaitable<PageOf<FoundProduct>> BrowseProducts::search(std::string_view search, Page page) {
    PageOf<FoundProduct> found;
    const SearchQuery query = parse_search(search);
    const SearchExpression expression = search_expression(query, db_.engine());
    if (expression.match.empty()) co_return found;
    ProductIndex::Answer hits;
    const auto terms = SearchTerms::of(query);
    if (terms) hits = co_await index_.best_of(*terms, page);
    if (!hits) {
        const auto ask = [&](db::Session& session) {
            return search_whole(session, store_, taxonomies_, expression, page);
        };
        co_return co_await db_.scan(ask);
    }
    std::unordered_map<ProductId, double> scores;
    for (const auto& [id, score] : hits->page) scores.emplace(id, score);
    found.total = hits->total;
    std::vector<PopulatedProduct> products = co_await find_page(*hits);
    found.items.reserve(products.size());
    for (PopulatedProduct& product : products) {
        const double score = scores.at(ProductId{product.id});
        found.items.push_back({.document = std::move(product), .score = score});
    }
    co_return found;
}

awaitable<std::optional<PopulatedProduct>> BrowseProducts::find(ProductId id) {
    const std::vector<ProductId> ids{id};
    const auto read = [&](db::Session& session) { return store_.find_all(session, ids); };
    std::vector<PopulatedProduct> products = co_await populated(read, true);
    if (products.empty()) co_return std::nullopt;
    co_return std::move(products.front());
}

// In the order of the hits, and as they are now, which may be later than the index: what is gone or not
// published any more is left out.
awaitable<std::vector<PopulatedProduct>> BrowseProducts::find_page(const SearchIndex::Hits& hits) {
    std::vector<PopulatedProduct> page;
    if (hits.page.empty()) co_return page;
    std::vector<ProductId> ids;
    ids.reserve(hits.page.size());
    for (const auto& hit : hits.page) ids.push_back(hit.id);
    const auto read = [&](db::Session& session) { return store_.find_all(session, ids); };
    std::vector<PopulatedProduct> found = co_await populated(read, ids.size() <= kShortPage);
    std::unordered_map<ProductId, PopulatedProduct*> by_id;
    for (PopulatedProduct& product : found) by_id.emplace(ProductId{product.id}, &product);
    page.reserve(found.size());
    for (const ProductId& id : ids) {
        const auto product = by_id.find(id);
        if (product != by_id.end() && product->second->fields.publish)
            page.push_back(std::move(*product->second));
    }
    co_return page;
}

// Products that one statement reads, and the taxonomy that is kept. Both are of the same moment when the
// taxonomy is still true after the products were read.
template <class Read>
awaitable<std::vector<PopulatedProduct>> BrowseProducts::populated(Read read, bool is_short) {
    for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
        const auto moment = co_await taxonomy_.find();
        if (!moment) break;
        const std::optional<Taxonomy>& taxonomy = moment->taxonomy;
        if (!taxonomy) break;
        std::vector<Product> products;
        if (is_short) {
            products = co_await db_.read_one(read);
        } else {
            products = co_await db_.scan(read);
        }
        if (taxonomy_.is_true(*moment)) co_return populate(std::move(products), *taxonomy);
    }
    const auto whole = [&](db::Session& session) { return read_whole(session, taxonomies_, read); };
    if (is_short) co_return co_await db_.read(whole);
    co_return co_await db_.scan(whole);
}

}  // namespace haat::catalog
