#include "app/system_http.hpp"

#include "platform/http/endpoint.hpp"

namespace haat::app {
namespace {

using http::Endpoint;
using http::Request;
using http::Response;

constexpr std::string_view kTag = "System";

struct StatusAnswer {
    std::string_view message = "Ecommerce Backend Server is Running";
    std::int64_t PORT = 0;
};
BOOST_DESCRIBE_STRUCT(StatusAnswer, (), (message, PORT))

struct HealthAnswer {
    std::string_view status = "ok";
};
BOOST_DESCRIBE_STRUCT(HealthAnswer, (), (status))

}  // namespace

Endpoint SystemHttp::status() {
    return {.name = "status",
            .summary = "Says that the server runs",
            .tag = kTag,
            .answer = json::answer_schema<StatusAnswer>,
            .handle = http::bind(this, &SystemHttp::handle_status)};
}

Endpoint SystemHttp::livez() {
    return {.name = "livez",
            .summary = "200 while the process answers",
            .tag = kTag,
            .answer = json::answer_schema<HealthAnswer>,
            .always_answered = true,
            .handle = http::bind(this, &SystemHttp::handle_livez)};
}

Endpoint SystemHttp::readyz() {
    return {.name = "readyz",
            .summary =
                "200 while requests should be sent here: the database answers and the server is not stopping",
            .tag = kTag,
            .answer = json::answer_schema<HealthAnswer>,
            .errors = {ErrorCode::unavailable},
            .handle = http::bind(this, &SystemHttp::handle_readyz)};
}

Endpoint SystemHttp::metrics() {
    return {.name = "metrics",
            .summary = "Figures for Prometheus, in its text format",
            .tag = kTag,
            .errors = {ErrorCode::route_not_found},
            .always_answered = true,
            .handle = http::bind(this, &SystemHttp::handle_metrics)};
}

Endpoint SystemHttp::openapi() {
    return {.name = "openapi",
            .summary = "This document",
            .tag = kTag,
            .handle = http::bind(this, &SystemHttp::handle_openapi)};
}

awaitable<Response> SystemHttp::handle_status(Request&) {
    Response response = http::reply(200, StatusAnswer{.PORT = port_});
    response.cache_control = {};
    co_return response;
}

awaitable<Response> SystemHttp::handle_livez(Request&) { co_return http::reply(200, HealthAnswer{}); }

awaitable<Response> SystemHttp::handle_readyz(Request&) {
    if (!ready_) co_return Error{ErrorCode::unavailable};
    co_await db_.ping();
    co_return http::reply(200, HealthAnswer{});
}

bool SystemHttp::may_read_metrics(const Request& request) const {
    const bool passed_on = request.header("x-forwarded-for") || request.header("forwarded");
    return readers_.contains(request.client_address) && (behind_proxy_ || !passed_on);
}

awaitable<Response> SystemHttp::handle_metrics(Request& request) {
    if (!may_read_metrics(request)) {
        co_return Error{ErrorCode::route_not_found,
                        {},
                        std::string{request.method_text} + " " + std::string{request.path}};
    }
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics_.render();
    co_return response;
}

awaitable<Response> SystemHttp::handle_openapi(Request&) {
    Response response;
    response.body = document_;
    response.cache_control = {};
    co_return response;
}

}  // namespace haat::app
