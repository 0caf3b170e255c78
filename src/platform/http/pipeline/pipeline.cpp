#include "platform/http/pipeline/pipeline.hpp"

#include "platform/fail_point.hpp"
#include "platform/http/parameters.hpp"
#include "platform/http/pipeline/csrf.hpp"

namespace haat::http {
namespace {

constexpr int kRetryAfterS = 1;

// No charset is UTF-8 as well (RFC 8259, 8.1).
bool is_utf8_charset(const ParameterizedValue& content_type) {
    const std::string* charset = content_type.find("charset");
    return charset == nullptr || iequals(*charset, "utf-8") || iequals(*charset, "utf8");
}

// With its length in front: no text of a client's can pass for two.
void add_sized(std::string& key, std::string_view text) {
    key += ' ';
    key += std::to_string(text.size());
    key += ':';
    key += text;
}

}  // namespace

Pipeline::Pipeline(const RouteTable& routes, Authenticator& authenticator, const cache::Topic& public_topic,
                   PipelineOptions options, ReportFault report)
    : router_{routes},
      authenticator_{authenticator},
      public_topic_{public_topic},
      options_{std::move(options)},
      report_{std::move(report)} {}

std::string Pipeline::cache_key(const Route& route, const Request& request) {
    std::string key{route.endpoint.name};
    for (const std::string& param : request.params) add_sized(key, param);
    if (request.query.empty()) return key;
    for (const Parameter& parameter : route.endpoint.query) {
        const auto value = request.query_value(parameter.name);
        if (!value) continue;
        key += ' ';
        key += parameter.name;
        add_sized(key, *value);
    }
    return key;
}

awaitable<std::optional<Error>> Pipeline::admit(const Route& route, Request& request) const {
    if (changes_state(request, route) && is_authenticated_by_cookie(request, route) &&
        is_cross_site(request, options_.origins)) {
        co_return Error{ErrorCode::cross_site_request};
    }
    if (route.access == Access::open) co_return std::nullopt;
    Result<Principal> principal = fail(ErrorCode::internal);
    try {
        principal = co_await authenticator_.authenticate(request);
    } catch (...) {
        principal = std::unexpected{report_fault(request, std::current_exception())};
    }
    if (route.access == Access::optional) {
        if (principal) request.principal = *principal;
        co_return std::nullopt;
    }
    if (!principal) co_return principal.error();
    if (route.access == Access::admin && !principal->is_admin) co_return Error{ErrorCode::admin_only};
    request.principal = *principal;
    co_return std::nullopt;
}

std::optional<Error> Pipeline::check_body(const Route& route, const Request& request,
                                          std::optional<std::uint64_t> announced_length) {
    const auto encoding = request.header("content-encoding");
    if (encoding && !encoding->empty() && !iequals(*encoding, "identity")) {
        return Error{ErrorCode::unsupported_encoding};
    }
    if (route.endpoint.body == BodyKind::upload) return std::nullopt;
    if (announced_length.value_or(0) > kMaxJsonBody) return Error{ErrorCode::body_too_large};
    if (route.endpoint.body != BodyKind::json) return std::nullopt;
    const auto type = parse_parameterized(request.header("content-type").value_or(""));
    if (!type || type->type != "application/json") {
        return Error{ErrorCode::unsupported_media_type, {}, "application/json"};
    }
    if (!is_utf8_charset(*type))
        return Error{ErrorCode::unsupported_media_type, {}, "application/json in UTF-8"};
    return std::nullopt;
}

awaitable<Response> Pipeline::handle(const Route& route, Request& request) const {
    try {
        fail_point("handler");
        Response response = co_await route.endpoint.handle(request);
        if (response.error) co_return render(*response.error, &route, request);
        co_return response;
    } catch (...) {
        co_return render(report_fault(request, std::current_exception()), &route, request);
    }
}

Error Pipeline::report_fault(const Request& request, const std::exception_ptr& fault) const {
    Error error{ErrorCode::internal};
    try {
        std::rethrow_exception(fault);
    } catch (const Unavailable& unavailable) {
        report_(request, unavailable.what());
        error = retry_after(kRetryAfterS, ErrorCode::unavailable);
    } catch (const StorageFull& full) {
        report_(request, full.what());
        error = Error{ErrorCode::insufficient_storage};
    } catch (const std::exception& other) {
        report_(request, other.what());
    }
    return error;
}

Response Pipeline::render(const Error& error, const Route* route, const Request& request) const {
    const ErrorInfo& row = info(error.code);
    ErrorShape shape = row.shape;
    if (shape == ErrorShape::by_route) shape = route != nullptr ? route->endpoint.errors_look : ErrorShape::e;

    Response response;
    response.status = row.status;
    std::string& body = response.body;
    body = "{\"message\":";
    json::write(body, message_of(error));
    body +=
        shape == ErrorShape::f ? ",\"success\":false,\"error\":true" : ",\"error\":true,\"success\":false";
    body += ",\"code\":";
    json::write(body, row.slug);
    body += ",\"requestId\":";
    json::write(body, request.id);
    if (!error.field.empty()) {
        body += ",\"field\":";
        json::write(body, error.field);
    }
    body += '}';
    if (error.retry_after_s > 0) response.add_header("Retry-After", std::to_string(error.retry_after_s));
    if (error.code == ErrorCode::method_not_allowed) {
        response.add_header("Allow", router_.allowed_methods(request.path));
    }
    return response;
}

}  // namespace haat::http
