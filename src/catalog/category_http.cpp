#include "catalog/http.hpp"
#include "platform/http/endpoint.hpp"

namespace haat::catalog {
namespace {

using http::BodyKind;
using http::DataAnswer;
using http::Endpoint;
using http::Request;
using http::Response;

constexpr std::string_view kCategoryTag = "Category";

}  // namespace

Endpoint CategoryHttp::create() {
    return {.name = "create_category",
            .summary = "Creates a category",
            .tag = kCategoryTag,
            .status = 201,
            .body = BodyKind::json,
            .input = json::input_schema<CreateCategoryInput>,
            .answer = json::answer_schema<DataAnswer<json::Created<CategoryFields>>>,
            .errors = {ErrorCode::category_incomplete, ErrorCode::invalid_field, ErrorCode::category_exists},
            .example = R"({"name":"Lamps","image":"https://example.com/lamps.jpg"})",
            .handle = http::bind(this, &CategoryHttp::handle_create)};
}

Endpoint CategoryHttp::list() {
    return {.name = "list_categories",
            .summary = "All categories, newest first",
            .tag = kCategoryTag,
            .answer = json::answer_schema<DataAnswer<std::vector<Category>>>,
            .handle = http::bind(this, &CategoryHttp::handle_list)};
}

Endpoint CategoryHttp::get() {
    return {.name = "get_category",
            .summary = "One category",
            .tag = kCategoryTag,
            .answer = json::answer_schema<DataAnswer<Category>>,
            .errors = {ErrorCode::invalid_category_id, ErrorCode::category_not_found},
            .handle = http::bind(this, &CategoryHttp::handle_get)};
}

Endpoint CategoryHttp::update() {
    return {.name = "update_category",
            .summary = "Changes the fields that are sent",
            .tag = kCategoryTag,
            .body = BodyKind::json,
            .input = json::input_schema<UpdateCategoryInput>,
            .answer = json::answer_schema<DataAnswer<Category>>,
            .errors = {ErrorCode::invalid_category_id, ErrorCode::invalid_field, ErrorCode::nothing_to_update,
                       ErrorCode::category_not_found, ErrorCode::category_exists},
            .example = R"({"image":"https://example.com/lamps-2.jpg"})",
            .handle = http::bind(this, &CategoryHttp::handle_update)};
}

Endpoint CategoryHttp::remove() {
    return {.name = "delete_category",
            .summary = "Deletes a category; it disappears from sub categories and products",
            .tag = kCategoryTag,
            .answer = json::answer_schema<DataAnswer<Category>>,
            .errors = {ErrorCode::invalid_category_id, ErrorCode::category_not_found},
            .handle = http::bind(this, &CategoryHttp::handle_remove)};
}

awaitable<Response> CategoryHttp::handle_create(Request& request) {
    const auto input = json::decode<CreateCategoryInput>(request.body);
    if (!input) co_return input.error();
    auto category = co_await change_.create(*input);
    if (!category) co_return category.error();
    co_return http::reply_data(201, "Category created successfully",
                               json::Created<CategoryFields>{std::move(*category)});
}

awaitable<Response> CategoryHttp::handle_list(Request&) {
    auto body = [this](db::Session& session) { return store_.list(session); };
    auto categories = co_await db_.read_one(body);
    co_return http::reply_public("Categories fetched", std::move(categories));
}

awaitable<Response> CategoryHttp::handle_get(Request& request) {
    const auto id = CategoryId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_category_id};
    auto body = [this, &id](db::Session& session) { return store_.find(session, *id); };
    auto category = co_await db_.read_one(body);
    if (!category) co_return Error{ErrorCode::category_not_found};
    co_return http::reply_public("Category fetched", std::move(*category));
}

awaitable<Response> CategoryHttp::handle_update(Request& request) {
    const auto id = CategoryId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_category_id};
    const auto input = json::decode<UpdateCategoryInput>(request.body);
    if (!input) co_return input.error();
    auto category = co_await change_.update(*id, *input);
    if (!category) co_return category.error();
    co_return http::reply_data(200, "Category updated successfully", std::move(*category));
}

awaitable<Response> CategoryHttp::handle_remove(Request& request) {
    const auto id = CategoryId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_category_id};
    auto category = co_await change_.remove(*id);
    if (!category) co_return category.error();
    co_return http::reply_data(200, "Category deleted successfully", std::move(*category));
}

}  // namespace haat::catalog
