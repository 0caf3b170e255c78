#include "catalog/references.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "catalog/category_store.hpp"

namespace haat::catalog {
namespace {

using db::Query;

constexpr Query kExistingCategories{
    "catalog.existing_categories",
    "SELECT c.id FROM json_each($1) wanted JOIN categories c ON c.id = wanted.value",
    "SELECT id FROM categories WHERE id IN (SELECT json_array_elements_text($1::json))"};
// The embedded engine has one writer, who needs no lock.
constexpr Query kKeepCategories{
    "catalog.keep_categories",
    "SELECT c.id FROM json_each($1) wanted JOIN categories c ON c.id = wanted.value",
    "SELECT id FROM categories WHERE id IN (SELECT json_array_elements_text($1::json)) "
    "ORDER BY id FOR KEY SHARE"};
constexpr Query kExistingSubCategories{
    "catalog.existing_sub_categories",
    "SELECT s.id, l.category_id FROM json_each($1) wanted JOIN sub_categories s ON s.id = wanted.value "
    "LEFT JOIN sub_category_categories l ON l.sub_category_id = s.id",
    "SELECT s.id, l.category_id FROM sub_categories s LEFT JOIN sub_category_categories l ON "
    "l.sub_category_id = s.id "
    "WHERE s.id IN (SELECT json_array_elements_text($1::json))"};
constexpr Query kKeepSubCategories{
    "catalog.keep_sub_categories",
    "SELECT s.id, l.category_id FROM json_each($1) wanted JOIN sub_categories s ON s.id = wanted.value "
    "LEFT JOIN sub_category_categories l ON l.sub_category_id = s.id",
    "SELECT s.id, l.category_id FROM sub_categories s LEFT JOIN sub_category_categories l ON "
    "l.sub_category_id = s.id "
    "WHERE s.id IN (SELECT json_array_elements_text($1::json)) ORDER BY s.id FOR KEY SHARE OF s"};

// The ids among the texts, as a JSON list.
std::string well_formed(const std::vector<std::string>& texts) {
    std::vector<ObjectId> ids;
    for (const auto& text : texts) {
        if (const auto id = ObjectId::parse(text)) ids.push_back(*id);
    }
    return id_list(ids);
}

Result<std::vector<CategoryId>> to_categories(const std::vector<std::string>& texts, const db::Rows& rows) {
    std::unordered_set<std::string_view> existing;
    for (std::size_t i = 0; i < rows.size(); ++i) existing.insert(rows[i].text(0));

    std::vector<CategoryId> categories;
    for (const auto& text : texts) {
        const auto id = CategoryId::parse(text);
        if (!id) return fail(ErrorCode::invalid_category_id_format, "category");
        if (!existing.contains(id->text())) return fail(ErrorCode::category_id_not_found, "category", text);
        categories.push_back(*id);
    }
    return categories;
}

// rows: a sub category and a category that it is in.
Result<std::vector<SubCategoryId>> to_sub_categories(const std::vector<std::string>& texts,
                                                     const std::vector<std::string>& category_texts,
                                                     const db::Rows& rows) {
    std::unordered_map<std::string_view, bool> belongs;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        bool& found = belongs[rows[i].text(0)];
        found = found || (!rows[i].is_null(1) &&
                          std::ranges::find(category_texts, rows[i].text(1)) != category_texts.end());
    }

    std::vector<SubCategoryId> sub_categories;
    for (const auto& text : texts) {
        const auto id = SubCategoryId::parse(text);
        if (!id) return fail(ErrorCode::invalid_sub_category_id_format, "subCategory");
        const auto found = belongs.find(id->text());
        if (found == belongs.end()) return fail(ErrorCode::sub_category_id_not_found, "subCategory", text);
        if (!found->second) return fail(ErrorCode::sub_category_not_in_categories, "subCategory", text);
        sub_categories.push_back(*id);
    }
    return sub_categories;
}

}  // namespace

awaitable<Result<std::vector<CategoryId>>> References::categories(
    db::Session& session, const std::vector<std::string>& texts) const {
    const std::string ids = well_formed(texts);
    const db::Rows rows = co_await session.run(kExistingCategories, ids);
    co_return to_categories(texts, rows);
}

awaitable<Result<std::vector<SubCategoryId>>> References::sub_categories(
    db::Session& session, const std::vector<std::string>& texts,
    const std::vector<std::string>& category_texts) const {
    const std::string ids = well_formed(texts);
    const db::Rows rows = co_await session.run(kExistingSubCategories, ids);
    co_return to_sub_categories(texts, category_texts, rows);
}

awaitable<Result<std::vector<CategoryId>>> References::keep_categories(
    db::Transaction& tx, const std::vector<std::string>& texts) const {
    const std::string ids = well_formed(texts);
    const db::Rows rows = co_await tx.run(kKeepCategories, ids);
    co_return to_categories(texts, rows);
}

awaitable<Result<std::vector<SubCategoryId>>> References::keep_sub_categories(
    db::Transaction& tx, const std::vector<std::string>& texts,
    const std::vector<std::string>& category_texts) const {
    const std::string ids = well_formed(texts);
    const db::Rows rows = co_await tx.run(kKeepSubCategories, ids);
    co_return to_sub_categories(texts, category_texts, rows);
}

}  // namespace haat::catalog
