#include "cart/http.hpp"

#include <fmt/format.h>

#include <cstring>
#include <iterator>
#include <optional>

#include "platform/crypto/hash.hpp"
#include "platform/http/endpoint.hpp"

namespace haat::cart {
namespace {

using http::BodyKind;
using http::DataAnswer;
using http::Endpoint;
using http::Request;
using http::Response;

constexpr std::string_view kTag = "Cart";

struct CartAnswer {
    std::string_view message;
    std::vector<ViewedItem> data;
    Summary summary{};
    bool success = true;
    bool error = false;
};
BOOST_DESCRIBE_STRUCT(CartAnswer, (), (message, data, summary, success, error))

struct Count {
    std::int64_t count;
};
BOOST_DESCRIBE_STRUCT(Count, (), (count))

struct Deleted {
    std::int64_t deletedCount;
};
BOOST_DESCRIBE_STRUCT(Deleted, (), (deletedCount))

// A fingerprint of all that an answer shows of the items; the catalogue's version is that of what it shows of
// the products.
cache::Versions versions_of(const std::vector<Item>& items, std::uint64_t catalog_version) {
    std::string text;
    text.reserve(items.size() * 64);
    for (const Item& item : items) {
        fmt::format_to(std::back_inserter(text), "{} {} {};", item.id.text(), item.fields.quantity,
                       item.updated_at.ms);
    }
    const crypto::Digest digest = crypto::sha256(text);
    cache::Versions versions{.second = catalog_version};
    std::memcpy(&versions.first, digest.data(), sizeof versions.first);
    std::memcpy(&versions.third, digest.data() + sizeof versions.first, sizeof versions.third);
    return versions;
}

}  // namespace

Endpoint CartHttp::add_to_cart() {
    return {
        .name = "add_to_cart",
        .summary = "Puts a product into the caller's cart",
        .tag = kTag,
        .status = 201,
        .body = BodyKind::json,
        .input = json::input_schema<AddItemInput>,
        .answer = json::answer_schema<DataAnswer<json::Created<FullItemFields>>>,
        .errors = {ErrorCode::invalid_product_id, ErrorCode::quantity_too_small, ErrorCode::user_not_found,
                   ErrorCode::product_not_found, ErrorCode::product_not_available,
                   ErrorCode::product_already_in_cart, ErrorCode::cart_full, ErrorCode::only_in_stock},
        .example = R"({"productId":"{{productId}}","quantity":1})",
        .handle = http::bind(this, &CartHttp::handle_add)};
}

Endpoint CartHttp::view_cart() {
    return {.name = "view_cart",
            .summary = "The caller's cart at today's prices, newest item first",
            .tag = kTag,
            .answer = json::answer_schema<CartAnswer>,
            .handle = http::bind(this, &CartHttp::handle_view)};
}

Endpoint CartHttp::count_cart() {
    return {.name = "count_cart",
            .summary = "How many different products the caller's cart holds",
            .tag = kTag,
            .answer = json::answer_schema<DataAnswer<Count>>,
            .handle = http::bind(this, &CartHttp::handle_count)};
}

Endpoint CartHttp::change_quantity() {
    return {.name = "change_quantity",
            .summary = "Changes how many of a product the cart holds",
            .tag = kTag,
            .body = BodyKind::json,
            .input = json::input_schema<ChangeQuantityInput>,
            .answer = json::answer_schema<DataAnswer<FullItem>>,
            .errors = {ErrorCode::invalid_cart_item_id, ErrorCode::quantity_required,
                       ErrorCode::quantity_too_small, ErrorCode::cart_item_not_found, ErrorCode::product_gone,
                       ErrorCode::only_in_stock},
            .example = R"({"quantity":2})",
            .handle = http::bind(this, &CartHttp::handle_change)};
}

Endpoint CartHttp::remove_from_cart() {
    return {.name = "remove_from_cart",
            .summary = "Takes one item out of the cart",
            .tag = kTag,
            .answer = json::answer_schema<DataAnswer<Item>>,
            .errors = {ErrorCode::invalid_cart_item_id, ErrorCode::cart_item_not_found},
            .handle = http::bind(this, &CartHttp::handle_remove)};
}

Endpoint CartHttp::clear_cart() {
    return {.name = "clear_cart",
            .summary = "Takes everything out of the cart",
            .tag = kTag,
            .answer = json::answer_schema<DataAnswer<Deleted>>,
            .handle = http::bind(this, &CartHttp::handle_clear)};
}

awaitable<Response> CartHttp::handle_add(Request& request) {
    const auto input = json::decode<AddItemInput>(request.body);
    if (!input) co_return input.error();
    auto item = co_await add_.run(request.caller().user, *input);
    if (!item) co_return item.error();
    co_return http::reply_data(201, "Product added to cart", json::Created<FullItemFields>{std::move(*item)});
}

// What a view is made of, in a text that means the same to all who read it: shared views are kept under it.
// Empty: for nobody.
std::string CartHttp::stamp_of(const cache::Versions& versions,
                               const std::optional<std::string>& catalog) const {
    if (!db_.is_shared()) return fmt::format("{}.{}.{}", versions_of_, versions.first, versions.second);
    if (!catalog) return {};
    return fmt::format("{}.{:x}{:x}", *catalog, versions.first, versions.third);
}

// The versions are read before the data. Of a database that other nodes write to, the items are read each
// time.
awaitable<Response> CartHttp::handle_view(Request& request) {
    const UserId user = request.caller().user;
    const std::string key = "view " + user.str();
    cache::Versions versions{.first = carts_.version(user.text()), .second = catalog_.version()};
    const std::optional<std::string> catalog = catalog_stamp_ ? catalog_stamp_() : std::nullopt;
    std::optional<std::vector<Item>> items;
    if (db_.is_shared()) {
        items = co_await view_.list(user);
        versions = versions_of(*items, versions.second);
    }
    if (const auto* kept = answers_.find(key, versions)) co_return http::reply_kept(*kept);
    const std::string stamp = shared_ == nullptr ? std::string{} : stamp_of(versions, catalog);
    cache::redis::SharedViews* shared_views = stamp.empty() ? nullptr : shared_;
    if (shared_views != nullptr) {
        const auto shared = co_await shared_views->get(user.str(), stamp);
        if (shared) {
            answers_.keep(key, versions, *shared);
            co_return http::reply_kept(*shared);
        }
    }
    if (!items) items = co_await view_.list(user);
    CartView view = co_await view_.run(*items);
    Response response = http::reply(
        200,
        CartAnswer{.message = "Cart items fetched", .data = std::move(view.items), .summary = view.summary});
    answers_.keep(key, versions, response.body);
    if (shared_views != nullptr) co_await shared_views->put(user.str(), stamp, response.body, kSharedFor);
    co_return response;
}

awaitable<Response> CartHttp::handle_count(Request& request) {
    const UserId user = request.caller().user;
    const std::string key = "count " + user.str();
    const cache::Versions versions{.first = carts_.version(user.text())};
    const std::string* kept = db_.is_shared() ? nullptr : answers_.find(key, versions);
    if (kept != nullptr) co_return http::reply_kept(*kept);
    const std::int64_t count = co_await view_.count(user);
    Response response = http::reply_data(200, "Cart count fetched", Count{count});
    if (!db_.is_shared()) answers_.keep(key, versions, response.body);
    co_return response;
}

awaitable<Response> CartHttp::handle_change(Request& request) {
    const auto id = CartItemId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_cart_item_id};
    const auto input = json::decode<ChangeQuantityInput>(request.body);
    if (!input) co_return input.error();
    auto item = co_await change_.run(request.caller().user, *id, *input);
    if (!item) co_return item.error();
    co_return http::reply_data(200, "Cart quantity updated", std::move(*item));
}

awaitable<Response> CartHttp::handle_remove(Request& request) {
    const auto id = CartItemId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_cart_item_id};
    const auto item = co_await remove_.one(request.caller().user, *id);
    if (!item) co_return item.error();
    co_return http::reply_data(200, "Product removed from cart", *item);
}

awaitable<Response> CartHttp::handle_clear(Request& request) {
    const auto removed = co_await remove_.all(request.caller().user);
    if (!removed) co_return removed.error();
    co_return http::reply_data(200, "Cart cleared successfully", Deleted{*removed});
}

}  // namespace haat::cart
