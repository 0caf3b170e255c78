#include "catalog/taxonomy_store.hpp"

#include <set>

#include "catalog/category_store.hpp"

namespace haat::catalog {
namespace {

using db::Query;

constexpr Query kCount{"catalog.count_taxonomy",
                       "SELECT (SELECT count(*) FROM categories) + (SELECT count(*) FROM sub_categories)"};

#define HAAT_NAMED_COLUMNS "id, name, image, created_at, updated_at"
constexpr Query kCategories{"catalog.all_categories", "SELECT " HAAT_NAMED_COLUMNS " FROM categories"};
constexpr Query kSubCategories{"catalog.all_sub_categories",
                               "SELECT " HAAT_NAMED_COLUMNS " FROM sub_categories"};
constexpr Query kLinks{"catalog.all_sub_category_links",
                       "SELECT sub_category_id, category_id FROM sub_category_categories "
                       "ORDER BY sub_category_id, position"};

constexpr Query kFindCategories{
    "catalog.find_categories",
    "SELECT " HAAT_NAMED_COLUMNS " FROM categories WHERE id IN (SELECT value FROM json_each($1))",
    "SELECT " HAAT_NAMED_COLUMNS " FROM categories WHERE id IN (SELECT json_array_elements_text($1::json))"};
constexpr Query kFindSubCategories{
    "catalog.find_sub_categories",
    "SELECT " HAAT_NAMED_COLUMNS " FROM sub_categories WHERE id IN (SELECT value FROM json_each($1))",
    "SELECT " HAAT_NAMED_COLUMNS
    " FROM sub_categories WHERE id IN (SELECT json_array_elements_text($1::json))"};
constexpr Query kFindLinks{
    "catalog.find_categories_of_sub_categories",
    "SELECT sub_category_id, category_id FROM sub_category_categories "
    "WHERE sub_category_id IN (SELECT value FROM json_each($1)) ORDER BY sub_category_id, position",
    "SELECT sub_category_id, category_id FROM sub_category_categories "
    "WHERE sub_category_id IN (SELECT json_array_elements_text($1::json)) "
    "ORDER BY sub_category_id, position"};

// Of HAAT_NAMED_COLUMNS.
template <class Target>
Target to_named(const db::Row& row) {
    Target target;
    target.id = row.id<ObjectId>(0);
    target.fields.name = row.str(1);
    target.fields.image = row.str(2);
    target.created_at = row.time(3);
    target.updated_at = row.time(4);
    return target;
}

Taxonomy to_taxonomy(const db::Rows& categories, const db::Rows& sub_categories, const db::Rows& links) {
    Taxonomy taxonomy;
    for (std::size_t i = 0; i < categories.size(); ++i) {
        taxonomy.categories.emplace(categories[i].id<CategoryId>(0), to_named<Category>(categories[i]));
    }
    for (std::size_t i = 0; i < sub_categories.size(); ++i) {
        taxonomy.sub_categories.emplace(sub_categories[i].id<SubCategoryId>(0),
                                        to_named<SubCategory>(sub_categories[i]));
    }
    for (std::size_t i = 0; i < links.size(); ++i) {
        const auto found = taxonomy.sub_categories.find(links[i].id<SubCategoryId>(0));
        if (found == taxonomy.sub_categories.end()) continue;
        found->second.fields.category.push_back(links[i].id<CategoryId>(1));
    }
    return taxonomy;
}

template <class To, class IdType>
std::vector<To> documents_of(const std::unordered_map<IdType, To>& known, const std::vector<IdType>& ids) {
    std::vector<To> documents;
    documents.reserve(ids.size());
    for (const IdType& id : ids) {
        const auto found = known.find(id);
        if (found != known.end()) documents.push_back(found->second);
    }
    return documents;
}

}  // namespace

PopulatedProduct Taxonomy::populate(Product product) const {
    auto& fields = product.fields;
    return {.id = product.id,
            .fields = {.name = std::move(fields.name),
                       .image = std::move(fields.image),
                       .category = documents_of(categories, fields.category),
                       .subCategory = documents_of(sub_categories, fields.subCategory),
                       .unit = std::move(fields.unit),
                       .stock = fields.stock,
                       .price = fields.price,
                       .discount = fields.discount,
                       .description = std::move(fields.description),
                       .more_details = std::move(fields.more_details),
                       .publish = fields.publish},
            .created_at = product.created_at,
            .updated_at = product.updated_at};
}

awaitable<std::optional<Taxonomy>> TaxonomyStore::all(db::Session& session, std::int64_t most) const {
    const db::Rows count = co_await session.run(kCount);
    if (count.front().int64(0) > most) co_return std::nullopt;
    const db::Rows categories = co_await session.run(kCategories);
    const db::Rows sub_categories = co_await session.run(kSubCategories);
    const db::Rows links = co_await session.run(kLinks);
    co_return to_taxonomy(categories, sub_categories, links);
}

awaitable<Taxonomy> TaxonomyStore::of(db::Session& session, std::span<const Product> products) const {
    std::set<ObjectId> category_ids;
    std::set<ObjectId> sub_category_ids;
    for (const Product& product : products) {
        category_ids.insert(product.fields.category.begin(), product.fields.category.end());
        sub_category_ids.insert(product.fields.subCategory.begin(), product.fields.subCategory.end());
    }
    const std::string category_list = id_list(category_ids);
    const std::string sub_category_list = id_list(sub_category_ids);
    const db::Rows categories = co_await session.run(kFindCategories, category_list);
    const db::Rows sub_categories = co_await session.run(kFindSubCategories, sub_category_list);
    const db::Rows links = co_await session.run(kFindLinks, sub_category_list);
    co_return to_taxonomy(categories, sub_categories, links);
}

}  // namespace haat::catalog
