#include "addresses/http.hpp"

#include "platform/http/endpoint.hpp"

namespace haat::addresses {
namespace {

using http::BodyKind;
using http::DataAnswer;
using http::Endpoint;
using http::Request;
using http::Response;

constexpr std::string_view kTag = "Address";

}  // namespace

Endpoint AddressHttp::add_address() {
    return {.name = "add_address",
            .summary = "Adds an address, which becomes the default one",
            .tag = kTag,
            .status = 201,
            .body = BodyKind::json,
            .input = json::input_schema<AddAddressInput>,
            .answer = json::answer_schema<DataAnswer<json::Created<AddressFields>>>,
            .errors = {ErrorCode::address_incomplete, ErrorCode::invalid_field, ErrorCode::invalid_pincode,
                       ErrorCode::invalid_mobile, ErrorCode::user_not_found, ErrorCode::too_many_addresses},
            .example =
                R"({"address_line":"12 Lake Road","city":"Mumbai","state":"Maharashtra","pincode":"400001",)"
                R"("country":"India","mobile":"9876543210"})",
            .handle = http::bind(this, &AddressHttp::handle_add)};
}

Endpoint AddressHttp::update_address() {
    return {.name = "update_address",
            .summary = "Changes the fields that are sent; empty ones are ignored",
            .tag = kTag,
            .body = BodyKind::json,
            .input = json::input_schema<UpdateAddressInput>,
            .answer = json::answer_schema<DataAnswer<Address>>,
            .errors = {ErrorCode::invalid_address_id, ErrorCode::invalid_field, ErrorCode::nothing_to_update,
                       ErrorCode::invalid_pincode, ErrorCode::invalid_mobile, ErrorCode::address_not_found},
            .example = R"({"city":"Pune","pincode":"411001"})",
            .handle = http::bind(this, &AddressHttp::handle_update)};
}

Endpoint AddressHttp::delete_address() {
    return {.name = "delete_address",
            .summary = "Deletes an address; if it was the default, there is none then",
            .tag = kTag,
            .answer = json::answer_schema<DataAnswer<Address>>,
            .errors = {ErrorCode::invalid_address_id, ErrorCode::address_not_found},
            .handle = http::bind(this, &AddressHttp::handle_delete)};
}

Endpoint AddressHttp::set_default_address() {
    return {
        .name = "set_default_address",
        .summary = "Makes an address the default one",
        .tag = kTag,
        .answer = json::answer_schema<DataAnswer<Address>>,
        .errors = {ErrorCode::invalid_address_id, ErrorCode::user_not_found, ErrorCode::address_not_found},
        .handle = http::bind(this, &AddressHttp::handle_set_default)};
}

Endpoint AddressHttp::list_addresses() {
    return {.name = "list_addresses",
            .summary = "The caller's addresses, newest first",
            .tag = kTag,
            .answer = json::answer_schema<DataAnswer<std::vector<Address>>>,
            .handle = http::bind(this, &AddressHttp::handle_list)};
}

awaitable<Response> AddressHttp::handle_add(Request& request) {
    const auto input = json::decode<AddAddressInput>(request.body);
    if (!input) co_return input.error();
    auto address = co_await change_.add(request.caller().user, *input);
    if (!address) co_return address.error();
    co_return http::reply_data(201, "Address added successfully",
                               json::Created<AddressFields>{std::move(*address)});
}

awaitable<Response> AddressHttp::handle_update(Request& request) {
    const auto id = AddressId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_address_id};
    const auto input = json::decode<UpdateAddressInput>(request.body);
    if (!input) co_return input.error();
    auto address = co_await change_.update(request.caller().user, *id, *input);
    if (!address) co_return address.error();
    co_return http::reply_data(200, "Address updated successfully", std::move(*address));
}

awaitable<Response> AddressHttp::handle_delete(Request& request) {
    const auto id = AddressId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_address_id};
    auto address = co_await change_.remove(request.caller().user, *id);
    if (!address) co_return address.error();
    co_return http::reply_data(200, "Address deleted successfully", std::move(*address));
}

awaitable<Response> AddressHttp::handle_set_default(Request& request) {
    const auto id = AddressId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::invalid_address_id};
    auto address = co_await change_.set_default(request.caller().user, *id);
    if (!address) co_return address.error();
    co_return http::reply_data(200, "Default address updated successfully", std::move(*address));
}

awaitable<Response> AddressHttp::handle_list(Request& request) {
    const UserId user = request.caller().user;
    auto body = [&](db::Session& session) { return store_.list(session, user); };
    auto addresses = co_await db_.read_one(body);
    co_return http::reply_data(200, "Addresses fetched", std::move(addresses));
}

}  // namespace haat::addresses
