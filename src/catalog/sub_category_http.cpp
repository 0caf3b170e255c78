#include "catalog/http.hpp"
#include "platform/http/endpoint.hpp"

namespace haat::catalog {
namespace {

using http::BodyKind;
using http::DataAnswer;
using http::Endpoint;
using http::Request;
using http::Response;

constexpr std::string_view kSubCategoryTag = "SubCategory";

}  // namespace

Endpoint SubCategoryHttp::create() {
    return {
        .name = "create_sub_category",
        .summary = "Creates a sub category of one or more categories",
        .tag = kSubCategoryTag,
        .status = 201,
        .body = BodyKind::json,
        .input = json::input_schema<CreateSubCategoryInput>,
        .answer = json::answer_schema<DataAnswer<json::Created<SubCategoryFields>>>,
        .errors = {ErrorCode::sub_category_incomplete, ErrorCode::invalid_field,
                   ErrorCode::invalid_category_id_format, ErrorCode::category_id_not_found,
                   ErrorCode::sub_category_exists},
        .example =
            R"({"name":"Desk lamps","image":"https://example.com/desk.jpg","category":["{{categoryId}}"]})",
        .handle = http::bind(this, &SubCategoryHttp::handle_create)};
}

Endpoint SubCategoryHttp::list() {
    return {.name = "list_sub_categories",
            .summary = "All sub categories with their categories, newest first",
            .tag = kSubCategoryTag,
            .answer = json::answer_schema<DataAnswer<std::vector<PopulatedSubCategory>>>,
            .handle = http::bind(this, &SubCategoryHttp::handle_list)};
}

Endpoint SubCategoryHttp::list_of_category() {
    return {.name = "list_sub_categories_of_category",
            .summary = "The sub categories of a category, newest first",
            .tag = kSubCategoryTag,
            .answer = json::answer_schema<DataAnswer<std::vector<PopulatedSubCategory>>>,
            .errors = {ErrorCode::invalid_category_id, ErrorCode::category_not_found},
            .handle = http::bind(this, &SubCategoryHttp::handle_list_of_category)};
}

Endpoint SubCategoryHttp::get() {
    return {.name = "get_sub_category",
            .summary = "One sub category with its categories",
            .tag = kSubCategoryTag,
            .answer = json::answer_schema<DataAnswer<PopulatedSubCategory>>,
            .errors = {ErrorCode::invalid_sub_category_id, ErrorCode::sub_category_not_found},
            .handle = http::bind(this, &SubCategoryHttp::handle_get)};
}

Endpoint SubCategoryHttp::update() {
    return {
        .name = "update_sub_category",
        .summary = "Changes the fields that are sent",
        .tag = kSubCategoryTag,
        .body = BodyKind::json,
        .input = json::input_schema<UpdateSubCategoryInput>,
        .answer = json::answer_schema<DataAnswer<PopulatedSubCategory>>,
        .errors = {ErrorCode::invalid_sub_category_id, ErrorCode::invalid_field, ErrorCode::nothing_to_update,
                   ErrorCode::invalid_category_id_format, ErrorCode::category_id_not_found,
                   ErrorCode::sub_category_not_found, ErrorCode::sub_category_exists},
        .example = R"({"image":"https://example.com/desk-2.jpg"})",
        .handle = http::bind(this, &SubCategoryHttp::handle_update)};
}

Endpoint SubCategoryHttp::remove() {
    return {.name = "delete_sub_category",
            .summary = "Deletes a sub category; it disappears from products",
            .tag = kSubCategoryTag,
            .answer = json::answer_schema<DataAnswer<SubCategory>>,
            .errors = {ErrorCode::invalid_sub_category_id, ErrorCode::sub_category_not_found},
            .handle = http::bind(this, &SubCategoryHttp::handle_remove)};
}

awaitable<Response> SubCategoryHttp::handle_create(Request& request) {
    const auto input = json::decode<CreateSubCategoryInput>(request.body);
    if (!input) co_return input.error();
    auto sub_category = co_await change_.create(*input);
    if (!sub_category) co_return sub_category.error();
    co_return http::reply_data(201, "SubCategory created successfully",
                               json::Created<SubCategoryFields>{std::move(*sub_category)});
}

awaitable<Response> SubCategoryHttp::handle_list(Request&) {
    auto body = [this](db::Session& session) { return store_.list(session); };
    auto sub_categories = co_await db_.read(body);
    co_return http::reply_public("SubCategories fetched", std::move(sub_categories));
}

awaitable<Response> SubCategoryHttp::handle_list_of_category(Request& request) {
    const auto id = CategoryId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_category_id};
    auto find = [this, &id](db::Session& session) { return categories_.find(session, *id); };
    const auto category = co_await db_.read_one(find);
    if (!category) co_return Error{ErrorCode::category_not_found};
    auto list = [this, &id](db::Session& session) { return store_.list_of(session, *id); };
    auto sub_categories = co_await db_.read(list);
    co_return http::reply_public("SubCategories fetched", std::move(sub_categories));
}

awaitable<Response> SubCategoryHttp::handle_get(Request& request) {
    const auto id = SubCategoryId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_sub_category_id};
    auto body = [this, &id](db::Session& session) { return store_.find_populated(session, *id); };
    auto sub_category = co_await db_.read(body);
    if (!sub_category) co_return Error{ErrorCode::sub_category_not_found};
    co_return http::reply_public("SubCategory fetched", std::move(*sub_category));
}

awaitable<Response> SubCategoryHttp::handle_update(Request& request) {
    const auto id = SubCategoryId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_sub_category_id};
    const auto input = json::decode<UpdateSubCategoryInput>(request.body);
    if (!input) co_return input.error();
    auto sub_category = co_await change_.update(*id, *input);
    if (!sub_category) co_return sub_category.error();
    co_return http::reply_data(200, "SubCategory updated successfully", std::move(*sub_category));
}

awaitable<Response> SubCategoryHttp::handle_remove(Request& request) {
    const auto id = SubCategoryId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_sub_category_id};
    auto sub_category = co_await change_.remove(*id);
    if (!sub_category) co_return sub_category.error();
    co_return http::reply_data(200, "SubCategory deleted successfully", std::move(*sub_category));
}

}  // namespace haat::catalog
