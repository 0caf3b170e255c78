// Categories and sub categories in the database.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/documents.hpp"
#include "platform/db/database.hpp"
#include "platform/json/write.hpp"

namespace haat::catalog {

// What an update sends; what is absent stays.
struct CategoryChanges {
    std::optional<std::string> name{};
    std::optional<std::string> image{};
};

class CategoryStore {
public:
    // Newest first.
    awaitable<std::vector<Category>> list(db::Session& session) const;
    awaitable<std::optional<Category>> find(db::Session& session, CategoryId id) const;

    // Errors: category_exists, without regard to case.
    awaitable<Result<void>> insert(db::Transaction& tx, const Category& category) const;
    // Errors: category_not_found, category_exists.
    awaitable<Result<Category>> update(db::Transaction& tx, CategoryId id,
                                       const CategoryChanges& changes) const;
    // The deleted one. It is gone from sub categories and products too. Errors: category_not_found.
    awaitable<Result<Category>> remove(db::Transaction& tx, CategoryId id) const;
};

class SubCategoryStore {
public:
    // Newest first. Two statements.
    awaitable<std::vector<PopulatedSubCategory>> list(db::Session& session) const;
    // Those of one category.
    awaitable<std::vector<PopulatedSubCategory>> list_of(db::Session& session, CategoryId category) const;
    awaitable<std::optional<PopulatedSubCategory>> find_populated(db::Session& session,
                                                                  SubCategoryId id) const;
    awaitable<std::optional<SubCategory>> find(db::Session& session, SubCategoryId id) const;

    // Errors: sub_category_exists.
    awaitable<Result<void>> insert(db::Transaction& tx, const SubCategory& sub_category) const;
    // Errors: sub_category_not_found, sub_category_exists.
    awaitable<Result<void>> update(db::Transaction& tx, SubCategoryId id,
                                   const CategoryChanges& changes) const;
    awaitable<> set_categories(db::Transaction& tx, SubCategoryId id,
                               const std::vector<CategoryId>& categories) const;
    // Errors: sub_category_not_found.
    awaitable<Result<SubCategory>> remove(db::Transaction& tx, SubCategoryId id) const;
};

// A JSON list of ids, as statements take it.
template <class Ids>
std::string id_list(const Ids& ids) {
    return json::to_string(std::vector<ObjectId>(ids.begin(), ids.end()));
}

}  // namespace haat::catalog
