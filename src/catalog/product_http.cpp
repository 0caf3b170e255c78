#include "catalog/http.hpp"
#include "catalog/paging.hpp"
#include "platform/http/endpoint.hpp"

namespace haat::catalog {
namespace {

using http::BodyKind;
using http::DataAnswer;
using http::Endpoint;
using http::Request;
using http::Response;

constexpr std::string_view kProductTag = "Product";

struct Pagination {
    json::Whole page;
    std::int64_t limit;
    std::int64_t totalProducts;
    std::int64_t totalPages;
};
BOOST_DESCRIBE_STRUCT(Pagination, (), (page, limit, totalProducts, totalPages))

template <class Item>
struct PageAnswer {
    std::string_view message;
    std::vector<Item> data{};
    Pagination pagination{};
    bool success = true;
    bool error = false;
    BOOST_DESCRIBE_CLASS(PageAnswer, (), (message, data, pagination, success, error), (), ())
};

template <class Item>
Response reply_page(std::string_view message, Page page, PageOf<Item> found) {
    const Pagination pagination{.page = {page.asked},
                                .limit = page.limit,
                                .totalProducts = found.total,
                                .totalPages = pages_of(found.total, page.limit)};
    Response response = http::reply(
        200, PageAnswer<Item>{.message = message, .data = std::move(found.items), .pagination = pagination});
    response.cache_control = {};
    return response;
}

std::vector<ErrorCode> write_errors() {
    return {ErrorCode::invalid_category_id_format,
            ErrorCode::category_id_not_found,
            ErrorCode::invalid_sub_category_id_format,
            ErrorCode::sub_category_id_not_found,
            ErrorCode::sub_category_not_in_categories,
            ErrorCode::discount_out_of_range,
            ErrorCode::negative_stock,
            ErrorCode::negative_price,
            ErrorCode::invalid_field};
}

std::vector<ErrorCode> with(std::vector<ErrorCode> codes, std::initializer_list<ErrorCode> more) {
    codes.insert(codes.end(), more);
    return codes;
}

}  // namespace

Endpoint ProductHttp::create() {
    return {
        .name = "create_product",
        .summary = "Creates a product",
        .tag = kProductTag,
        .status = 201,
        .body = BodyKind::json,
        .errors_look = ErrorShape::f,
        .input = json::input_schema<CreateProductInput>,
        .answer = json::answer_schema<DataAnswer<json::Created<ProductFields>>>,
        .errors = with(write_errors(), {ErrorCode::product_incomplete}),
        .example =
            R"({"name":"Brass desk lamp","image":["https://example.com/lamp.jpg"],"category":["{{categoryId}}"],)"
            R"("subCategory":["{{subCategoryId}}"],"unit":"piece","stock":50,"price":49.99,"discount":10,)"
            R"("description":"Turns and tilts","more_details":{"colour":"brass"}})",
        .handle = http::bind(this, &ProductHttp::handle_create)};
}

Endpoint ProductHttp::list() {
    return {.name = "list_products",
            .summary = "Published products, newest first",
            .tag = kProductTag,
            .errors_look = ErrorShape::f,
            .answer = json::answer_schema<PageAnswer<PopulatedProduct>>,
            .query = {{"page", "from 1"},
                      {"limit", "1 to 100, default 10"},
                      {"search", "only products that match"}},
            .errors = {ErrorCode::invalid_page},
            .handle = http::bind(this, &ProductHttp::handle_list)};
}

Endpoint ProductHttp::search() {
    return {.name = "search_products",
            .summary = "Published products that match, best first",
            .tag = kProductTag,
            .errors_look = ErrorShape::f,
            .answer = json::answer_schema<PageAnswer<FoundProduct>>,
            .query = {{"search", "words are alternatives; \"a phrase\" must occur, -word must not", true},
                      {"page", "from 1"},
                      {"limit", "1 to 100, default 10"}},
            .errors = {ErrorCode::search_query_required, ErrorCode::invalid_page},
            .handle = http::bind(this, &ProductHttp::handle_search)};
}

Endpoint ProductHttp::get() {
    return {.name = "get_product",
            .summary = "One product; an unpublished one for admins only",
            .tag = kProductTag,
            .errors_look = ErrorShape::f,
            .answer = json::answer_schema<DataAnswer<PopulatedProduct>>,
            .errors = {ErrorCode::invalid_product_id, ErrorCode::product_not_found,
                       ErrorCode::product_not_available},
            .handle = http::bind(this, &ProductHttp::handle_get)};
}

Endpoint ProductHttp::update() {
    return {.name = "update_product",
            .summary = "Changes the fields that are sent",
            .tag = kProductTag,
            .body = BodyKind::json,
            .errors_look = ErrorShape::f,
            .input = json::input_schema<UpdateProductInput>,
            .answer = json::answer_schema<DataAnswer<PopulatedProduct>>,
            .errors = with(write_errors(), {ErrorCode::invalid_product_id, ErrorCode::product_not_found}),
            .example = R"({"price":44.5,"stock":45})",
            .handle = http::bind(this, &ProductHttp::handle_update)};
}

Endpoint ProductHttp::remove() {
    return {.name = "delete_product",
            .summary = "Deletes a product; it stays in carts as null",
            .tag = kProductTag,
            .errors_look = ErrorShape::f,
            .answer = json::answer_schema<DataAnswer<Product>>,
            .errors = {ErrorCode::invalid_product_id, ErrorCode::product_not_found},
            .handle = http::bind(this, &ProductHttp::handle_remove)};
}

awaitable<Response> ProductHttp::references_first(const boost::json::object& body, Error error) {
    const auto references = json::decode<ProductReferences>(body);
    if (!references || error.code == ErrorCode::product_incomplete) co_return error;
    const auto checked = co_await change_.check(*references);
    co_return checked ? error : checked.error();
}

awaitable<Response> ProductHttp::handle_create(Request& request) {
    const auto body = json::parse_object(request.body);
    if (!body) co_return body.error();
    const auto input = json::decode<CreateProductInput>(*body);
    if (!input) co_return co_await references_first(*body, input.error());
    auto product = co_await change_.create(*input);
    if (!product) co_return product.error();
    co_return http::reply_data(201, "Product created successfully",
                               json::Created<ProductFields>{std::move(*product)});
}

awaitable<Response> ProductHttp::handle_list(Request& request) {
    const auto page = read_page(request);
    if (!page) co_return page.error();
    const std::string search = request.query_value("search").value_or("");
    auto found = co_await browse_.list(search, *page);
    co_return reply_page("Products fetched successfully", *page, std::move(found));
}

awaitable<Response> ProductHttp::handle_search(Request& request) {
    const std::string search = request.query_value("search").value_or("");
    if (search.empty()) co_return Error{ErrorCode::search_query_required};
    const auto page = read_page(request);
    if (!page) co_return page.error();
    auto found = co_await browse_.search(search, *page);
    co_return reply_page("Products found", *page, std::move(found));
}

awaitable<Response> ProductHttp::handle_get(Request& request) {
    const auto id = ProductId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_product_id};
    auto product = co_await browse_.find(*id);
    if (!product) co_return Error{ErrorCode::product_not_found};
    if (product->fields.publish)
        co_return http::reply_public("Product fetched successfully", std::move(*product));
    const bool may_see = request.principal && request.principal->is_admin;
    if (!may_see) co_return Error{ErrorCode::product_not_available};
    co_return http::reply_data(200, "Product fetched successfully", std::move(*product));
}

awaitable<Response> ProductHttp::handle_update(Request& request) {
    const auto id = ProductId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_product_id};
    const auto body = json::parse_object(request.body);
    if (!body) co_return body.error();
    const auto input = json::decode<UpdateProductInput>(*body);
    if (!input) co_return co_await references_first(*body, input.error());
    auto product = co_await change_.update(*id, *input);
    if (!product) co_return product.error();
    co_return http::reply_data(200, "Product updated successfully", std::move(*product));
}

awaitable<Response> ProductHttp::handle_remove(Request& request) {
    const auto id = ProductId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_product_id};
    auto product = co_await change_.remove(*id);
    if (!product) co_return product.error();
    co_return http::reply_data(200, "Product deleted successfully", std::move(*product));
}

}  // namespace haat::catalog
