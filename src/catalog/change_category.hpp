// Creating, updating and deleting categories and sub categories.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>

#include "catalog/category_store.hpp"
#include "catalog/documents.hpp"
#include "catalog/references.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"
#include "platform/json/decode.hpp"

namespace haat::catalog {

struct CreateCategoryInput {
    std::string name{};
    std::string image{};
    static constexpr std::string_view kRequired[] = {"name", "image"};
    static constexpr json::Rules rules{.required = kRequired, .incomplete = ErrorCode::category_incomplete};
};
BOOST_DESCRIBE_STRUCT(CreateCategoryInput, (), (name, image))

struct UpdateCategoryInput {
    std::optional<std::string> name{};
    std::optional<std::string> image{};
    static constexpr json::Rules rules{};
};
BOOST_DESCRIBE_STRUCT(UpdateCategoryInput, (), (name, image))

struct CreateSubCategoryInput {
    std::string name{};
    std::string image{};
    json::IdTexts category{};
    static constexpr std::string_view kRequired[] = {"name", "image", "category"};
    static constexpr json::Rules rules{.required = kRequired,
                                       .incomplete = ErrorCode::sub_category_incomplete};
};
BOOST_DESCRIBE_STRUCT(CreateSubCategoryInput, (), (name, image, category))

struct UpdateSubCategoryInput {
    std::optional<std::string> name{};
    std::optional<std::string> image{};
    std::optional<json::IdTexts> category{};
    static constexpr json::Rules rules{};
};
BOOST_DESCRIBE_STRUCT(UpdateSubCategoryInput, (), (name, image, category))

// Every change moves the catalogue's topic, so that no cache serves what was before.
class ChangeCategory {
public:
    ChangeCategory(db::Database& db, cache::Topic& catalog) : db_{db}, catalog_{catalog} {}

    // Errors: category_exists.
    awaitable<Result<Category>> create(const CreateCategoryInput& in);
    // Errors: nothing_to_update, category_not_found, category_exists.
    awaitable<Result<Category>> update(CategoryId id, const UpdateCategoryInput& in);
    // Errors: category_not_found.
    awaitable<Result<Category>> remove(CategoryId id);

private:
    awaitable<Result<Category>> insert(db::Transaction& tx, const CreateCategoryInput& in);

    db::Database& db_;
    cache::Topic& catalog_;
    CategoryStore store_;
};

class ChangeSubCategory {
public:
    ChangeSubCategory(db::Database& db, cache::Topic& catalog) : db_{db}, catalog_{catalog} {}

    // Errors: those of References::categories, sub_category_exists.
    awaitable<Result<SubCategory>> create(const CreateSubCategoryInput& in);
    // Errors: nothing_to_update, those of References::categories, sub_category_not_found,
    // sub_category_exists.
    awaitable<Result<PopulatedSubCategory>> update(SubCategoryId id, const UpdateSubCategoryInput& in);
    // Errors: sub_category_not_found.
    awaitable<Result<SubCategory>> remove(SubCategoryId id);

private:
    awaitable<Result<SubCategory>> insert(db::Transaction& tx, const CreateSubCategoryInput& in);
    awaitable<Result<PopulatedSubCategory>> change(db::Transaction& tx, SubCategoryId id,
                                                   const UpdateSubCategoryInput& in);

    db::Database& db_;
    cache::Topic& catalog_;
    SubCategoryStore store_;
    References references_;
};

}  // namespace haat::catalog
