#include "catalog/category_store.hpp"

#include "kernel/fold.hpp"

namespace haat::catalog {
namespace {

using db::Query;

constexpr Query kListCategories{"catalog.list_categories",
                                "SELECT id, name, image, created_at, updated_at FROM categories "
                                "ORDER BY created_at DESC, id DESC"};
constexpr Query kFindCategory{"catalog.find_category",
                              "SELECT id, name, image, created_at, updated_at FROM categories WHERE id = $1"};
constexpr Query kInsertCategory{
    "catalog.insert_category",
    "INSERT INTO categories (id, name, name_key, image, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name_key) DO NOTHING RETURNING id"};
constexpr Query kUpdateCategory{
    "catalog.update_category",
    "UPDATE categories SET name = coalesce($2, name), name_key = coalesce($3, name_key), "
    "image = coalesce($4, image), updated_at = $5 WHERE id = $1 "
    "RETURNING id, name, image, created_at, updated_at"};
constexpr Query kDeleteCategory{
    "catalog.delete_category",
    "DELETE FROM categories WHERE id = $1 RETURNING id, name, image, created_at, updated_at"};

constexpr Query kListSubCategories{"catalog.list_sub_categories",
                                   "SELECT id, name, image, created_at, updated_at FROM sub_categories "
                                   "ORDER BY created_at DESC, id DESC"};
constexpr Query kListSubCategoryLinks{
    "catalog.list_sub_category_links",
    "SELECT l.sub_category_id, c.id, c.name, c.image, c.created_at, c.updated_at FROM "
    "sub_category_categories l "
    "JOIN categories c ON c.id = l.category_id ORDER BY l.sub_category_id, l.position"};
constexpr Query kListSubCategoriesOf{
    "catalog.list_sub_categories_of",
    "SELECT id, name, image, created_at, updated_at FROM sub_categories WHERE id IN "
    "(SELECT sub_category_id FROM sub_category_categories WHERE category_id = $1) ORDER BY created_at DESC, "
    "id DESC"};
constexpr Query kListSubCategoryLinksOf{
    "catalog.list_sub_category_links_of",
    "SELECT l.sub_category_id, c.id, c.name, c.image, c.created_at, c.updated_at FROM "
    "sub_category_categories l "
    "JOIN categories c ON c.id = l.category_id WHERE l.sub_category_id IN "
    "(SELECT sub_category_id FROM sub_category_categories WHERE category_id = $1) "
    "ORDER BY l.sub_category_id, l.position"};
constexpr Query kFindSubCategory{
    "catalog.find_sub_category",
    "SELECT id, name, image, created_at, updated_at FROM sub_categories WHERE id = $1"};
constexpr Query kFindSubCategoryLinks{
    "catalog.find_sub_category_links",
    "SELECT l.sub_category_id, c.id, c.name, c.image, c.created_at, c.updated_at FROM "
    "sub_category_categories l "
    "JOIN categories c ON c.id = l.category_id WHERE l.sub_category_id = $1 ORDER BY l.position"};
constexpr Query kInsertSubCategory{
    "catalog.insert_sub_category",
    "INSERT INTO sub_categories (id, name, name_key, image, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name_key) DO NOTHING RETURNING id"};
constexpr Query kUpdateSubCategory{
    "catalog.update_sub_category",
    "UPDATE sub_categories SET name = coalesce($2, name), name_key = coalesce($3, name_key), "
    "image = coalesce($4, image), updated_at = $5 WHERE id = $1 RETURNING id"};
constexpr Query kUnlinkSubCategory{"catalog.unlink_sub_category",
                                   "DELETE FROM sub_category_categories WHERE sub_category_id = $1"};
constexpr Query kLinkSubCategory{
    "catalog.link_sub_category",
    "INSERT INTO sub_category_categories (sub_category_id, position, category_id) "
    "SELECT $1, key, value FROM json_each($2)",
    "INSERT INTO sub_category_categories (sub_category_id, position, category_id) "
    "SELECT $1, place - 1, id FROM json_array_elements_text($2::json) WITH ORDINALITY AS list (id, place)"};
constexpr Query kDeleteSubCategory{"catalog.delete_sub_category",
                                   "DELETE FROM sub_categories WHERE id = $1 RETURNING id"};

// From the column first on: id, name, image, created_at, updated_at.
Category to_category(const db::Row& row, std::size_t first = 0) {
    return {.id = row.id<CategoryId>(first),
            .fields = {.name = row.str(first + 1), .image = row.str(first + 2)},
            .created_at = row.time(first + 3),
            .updated_at = row.time(first + 4)};
}

PopulatedSubCategory to_sub_category(const db::Row& row) {
    return {.id = row.id<SubCategoryId>(0),
            .fields = {.name = row.str(1), .image = row.str(2), .category = {}},
            .created_at = row.time(3),
            .updated_at = row.time(4)};
}

// Gives each sub category its categories, out of rows that begin with the sub category's id.
void populate(std::vector<PopulatedSubCategory>& sub_categories, const db::Rows& links) {
    std::unordered_map<std::string_view, PopulatedSubCategory*> by_id;
    for (auto& sub_category : sub_categories) by_id.emplace(sub_category.id.text(), &sub_category);
    for (std::size_t i = 0; i < links.size(); ++i) {
        const auto found = by_id.find(links[i].text(0));
        if (found != by_id.end()) found->second->fields.category.push_back(to_category(links[i], 1));
    }
}

std::vector<PopulatedSubCategory> to_sub_categories(const db::Rows& rows, const db::Rows& links) {
    auto sub_categories = db::to_vector(rows, to_sub_category);
    populate(sub_categories, links);
    return sub_categories;
}

SubCategory with_ids(const PopulatedSubCategory& populated) {
    SubCategory sub_category{
        .id = populated.id,
        .fields = {.name = populated.fields.name, .image = populated.fields.image, .category = {}},
        .created_at = populated.created_at,
        .updated_at = populated.updated_at};
    for (const auto& category : populated.fields.category)
        sub_category.fields.category.emplace_back(category.id);
    return sub_category;
}

std::optional<std::string> key_of(const std::optional<std::string>& name) {
    return name ? std::optional{fold_case(*name)} : std::nullopt;
}

}  // namespace

awaitable<std::vector<Category>> CategoryStore::list(db::Session& session) const {
    const db::Rows rows = co_await session.run(kListCategories);
    co_return db::to_vector(rows, [](const db::Row& row) { return to_category(row); });
}

awaitable<std::optional<Category>> CategoryStore::find(db::Session& session, CategoryId id) const {
    const db::Rows rows = co_await session.run(kFindCategory, id);
    if (rows.empty()) co_return std::nullopt;
    co_return to_category(rows.front());
}

awaitable<Result<void>> CategoryStore::insert(db::Transaction& tx, const Category& category) const {
    const std::string key = fold_case(category.fields.name);
    const db::Rows rows = co_await tx.run(kInsertCategory, category.id, category.fields.name, key,
                                          category.fields.image, category.created_at, category.updated_at);
    if (rows.empty()) co_return fail(ErrorCode::category_exists, "name");
    co_return Result<void>{};
}

awaitable<Result<Category>> CategoryStore::update(db::Transaction& tx, CategoryId id,
                                                  const CategoryChanges& changes) const {
    const auto key = key_of(changes.name);
    try {
        const db::Rows rows =
            co_await tx.run(kUpdateCategory, id, changes.name, key, changes.image, Timestamp::now());
        if (rows.empty()) co_return fail(ErrorCode::category_not_found);
        co_return to_category(rows.front());
    } catch (const db::ConstraintViolation& violation) {
        if (violation.constraint() != "categories.name_key") throw;
        co_return fail(ErrorCode::category_exists, "name");
    }
}

awaitable<Result<Category>> CategoryStore::remove(db::Transaction& tx, CategoryId id) const {
    const db::Rows rows = co_await tx.run(kDeleteCategory, id);
    if (rows.empty()) co_return fail(ErrorCode::category_not_found);
    co_return to_category(rows.front());
}

awaitable<std::vector<PopulatedSubCategory>> SubCategoryStore::list(db::Session& session) const {
    const db::Rows rows = co_await session.run(kListSubCategories);
    const db::Rows links = co_await session.run(kListSubCategoryLinks);
    co_return to_sub_categories(rows, links);
}

awaitable<std::vector<PopulatedSubCategory>> SubCategoryStore::list_of(db::Session& session,
                                                                       CategoryId category) const {
    const db::Rows rows = co_await session.run(kListSubCategoriesOf, category);
    const db::Rows links = co_await session.run(kListSubCategoryLinksOf, category);
    co_return to_sub_categories(rows, links);
}

awaitable<std::optional<PopulatedSubCategory>> SubCategoryStore::find_populated(db::Session& session,
                                                                                SubCategoryId id) const {
    const db::Rows rows = co_await session.run(kFindSubCategory, id);
    if (rows.empty()) co_return std::nullopt;
    const db::Rows links = co_await session.run(kFindSubCategoryLinks, id);
    co_return to_sub_categories(rows, links).front();
}

awaitable<std::optional<SubCategory>> SubCategoryStore::find(db::Session& session, SubCategoryId id) const {
    const auto populated = co_await find_populated(session, id);
    if (!populated) co_return std::nullopt;
    co_return with_ids(*populated);
}

awaitable<Result<void>> SubCategoryStore::insert(db::Transaction& tx, const SubCategory& sub_category) const {
    const std::string key = fold_case(sub_category.fields.name);
    const db::Rows rows =
        co_await tx.run(kInsertSubCategory, sub_category.id, sub_category.fields.name, key,
                        sub_category.fields.image, sub_category.created_at, sub_category.updated_at);
    if (rows.empty()) co_return fail(ErrorCode::sub_category_exists, "name");
    const std::string ids = id_list(sub_category.fields.category);
    co_await tx.run(kLinkSubCategory, sub_category.id, ids);
    co_return Result<void>{};
}

awaitable<Result<void>> SubCategoryStore::update(db::Transaction& tx, SubCategoryId id,
                                                 const CategoryChanges& changes) const {
    const auto key = key_of(changes.name);
    try {
        const db::Rows rows =
            co_await tx.run(kUpdateSubCategory, id, changes.name, key, changes.image, Timestamp::now());
        if (rows.empty()) co_return fail(ErrorCode::sub_category_not_found);
        co_return Result<void>{};
    } catch (const db::ConstraintViolation& violation) {
        if (violation.constraint() != "sub_categories.name_key") throw;
        co_return fail(ErrorCode::sub_category_exists, "name");
    }
}

awaitable<> SubCategoryStore::set_categories(db::Transaction& tx, SubCategoryId id,
                                             const std::vector<CategoryId>& categories) const {
    const std::string ids = id_list(categories);
    co_await tx.run(kUnlinkSubCategory, id);
    co_await tx.run(kLinkSubCategory, id, ids);
}

awaitable<Result<SubCategory>> SubCategoryStore::remove(db::Transaction& tx, SubCategoryId id) const {
    auto sub_category = co_await find(tx, id);
    if (!sub_category) co_return fail(ErrorCode::sub_category_not_found);
    const db::Rows deleted = co_await tx.run(kDeleteSubCategory, id);
    if (deleted.empty()) co_return fail(ErrorCode::sub_category_not_found);  // by another, meanwhile
    co_return std::move(*sub_category);
}

}  // namespace haat::catalog
