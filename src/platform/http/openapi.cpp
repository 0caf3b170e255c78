#include "platform/http/openapi.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <string>

#include "kernel/fold.hpp"
#include "platform/json/schema.hpp"

namespace haat::http {
namespace {

using boost::json::array;
using boost::json::object;
using json::text;

constexpr std::uint16_t kNotModified = 304;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kErrorReference = "#/components/schemas/Error";

std::string_view name_of(Access access) {
    switch (access) {
        case Access::open:
            return "open";
        case Access::optional:
            return "optional";
        case Access::user:
            return "user";
        case Access::admin:
            break;
    }
    return "admin";
}

bool is_safe(Method method) {
    return method == Method::get || method == Method::head || method == Method::options;
}

bool has_side_effect(const Route& route) {
    return !is_safe(route.method) || route.endpoint.changes_state_on_get;
}

// `/api/product/{id}` for `/api/product/:id`.
std::string templated(std::string_view path) {
    std::string out;
    bool in_parameter = false;
    for (const char c : path) {
        if (in_parameter && c == '/') out += '}';
        if (c == '/') in_parameter = false;
        if (c == ':' && out.ends_with('/')) {
            in_parameter = true;
            out += '{';
        } else {
            out += c;
        }
    }
    if (in_parameter) out += '}';
    return out;
}

object parameter(std::string_view name, std::string_view in, bool required, std::string_view meaning) {
    object made{{"name", text(name)},
                {"in", text(in)},
                {"required", required},
                {"schema", object{{"type", "string"}}}};
    if (!meaning.empty()) made["description"] = text(meaning);
    return made;
}

array parameters_of(const Route& route) {
    array all;
    for (const auto name : path_parameters(route.path)) all.push_back(parameter(name, "path", true, ""));
    for (const auto& each : route.endpoint.query) {
        all.push_back(parameter(each.name, "query", each.required, each.meaning));
    }
    return all;
}

array security_of(Access access) {
    if (access == Access::open) return {};
    array ways;
    if (access == Access::optional) ways.push_back(object{});  // nobody in particular will do
    ways.push_back(object{{"bearer", array{}}});
    ways.push_back(object{{"cookie", array{}}});
    return ways;
}

object json_body(const Endpoint& endpoint) {
    object media{{"schema", endpoint.input != nullptr ? endpoint.input() : object{{"type", "object"}}}};
    const bool required = media["schema"].as_object().contains("required");
    if (!endpoint.example.empty()) media["example"] = boost::json::parse(text(endpoint.example));
    return {{"required", required}, {"content", object{{text(kJson), std::move(media)}}}};
}

object upload_schema(const Endpoint& endpoint) {
    object file{{"type", "string"}, {"format", "binary"}, {"contentMediaType", "application/octet-stream"}};
    object schema{{"type", "object"},
                  {"properties", object{{text(endpoint.upload_field), std::move(file)}}},
                  {"required", array{text(endpoint.upload_field)}}};
    return {{"required", true},
            {"content", object{{"multipart/form-data", object{{"schema", std::move(schema)}}}}}};
}

object success_of(const Endpoint& endpoint) {
    object made{{"description", "Success"}};
    if (endpoint.answer != nullptr) {
        made["content"] = object{{text(kJson), object{{"schema", endpoint.answer()}}}};
    }
    return made;
}

// The answers of one status, which differ in `code`.
object error_answer(const std::vector<ErrorCode>& codes) {
    std::string description;
    array slugs;
    for (const auto code : codes) {
        if (!description.empty()) description += '\n';
        description.append("- `").append(info(code).slug).append("`: ").append(info(code).message);
        slugs.push_back(text(info(code).slug));
    }
    object properties{{"code", object{{"enum", std::move(slugs)}}}};
    object schema{{"$ref", text(kErrorReference)}, {"properties", std::move(properties)}};
    object made{{"description", text(description)},
                {"content", object{{text(kJson), object{{"schema", std::move(schema)}}}}}};
    const auto status = info(codes.front()).status;
    if (status == 429 || status == 503) {
        made["headers"] =
            object{{"Retry-After", object{{"description", "Seconds after which a retry makes sense"},
                                          {"schema", object{{"type", "integer"}}}}}};
    }
    return made;
}

object answers_of(const Route& route) {
    object answers{{std::to_string(route.endpoint.status), success_of(route.endpoint)}};
    if (route.method == Method::get && !has_side_effect(route)) {
        answers[std::to_string(kNotModified)] =
            object{{"description", "Unchanged since the ETag in If-None-Match"}};
    }
    std::map<std::uint16_t, std::vector<ErrorCode>> by_status;
    for (const auto code : possible_errors(route)) by_status[info(code).status].push_back(code);
    for (const auto& [status, codes] : by_status) answers[std::to_string(status)] = error_answer(codes);
    return answers;
}

object operation_of(const Route& route) {
    const auto& endpoint = route.endpoint;
    object made{{"operationId", text(endpoint.name)},
                {"summary", text(endpoint.summary)},
                {"tags", array{text(endpoint.tag)}},
                {"x-access", text(name_of(route.access))},
                {"security", security_of(route.access)}};
    if (auto parameters = parameters_of(route); !parameters.empty())
        made["parameters"] = std::move(parameters);
    if (endpoint.body == BodyKind::json) made["requestBody"] = json_body(endpoint);
    if (endpoint.body == BodyKind::upload) made["requestBody"] = upload_schema(endpoint);
    made["responses"] = answers_of(route);
    return made;
}

object error_schema() {
    const object plain{{"type", "string"}};
    object properties{
        {"message", plain},
        {"error", object{{"type", "boolean"}, {"const", true}}},
        {"success", object{{"type", "boolean"}, {"const", false}}},
        {"code", plain},
        {"requestId", plain},
        {"field", object{{"type", "string"}, {"description", "The one at fault, where there is one"}}}};
    return {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", {"message", "error", "success", "code", "requestId"}},
            {"additionalProperties", false}};
}

object components() {
    object bearer{{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}};
    object cookie{{"type", "apiKey"}, {"in", "cookie"}, {"name", "accessToken"}};
    return {{"schemas", object{{"Error", error_schema()}}},
            {"securitySchemes", object{{"bearer", std::move(bearer)}, {"cookie", std::move(cookie)}}}};
}

array error_codes() {
    array all;
    for (const auto& row : error_table()) {
        all.push_back(
            object{{"code", text(row.slug)}, {"status", row.status}, {"message", text(row.message)}});
    }
    return all;
}

array tags_of(const RouteTable& routes) {
    array tags;
    std::set<std::string_view> seen;
    for (const auto& route : routes) {
        if (seen.insert(route.endpoint.tag).second)
            tags.push_back(object{{"name", text(route.endpoint.tag)}});
    }
    return tags;
}

}  // namespace

std::vector<ErrorCode> possible_errors(const Route& route) {
    using enum ErrorCode;
    std::set<ErrorCode> all{route.endpoint.errors.begin(), route.endpoint.errors.end()};
    const auto add = [&all](std::initializer_list<ErrorCode> codes) { all.insert(codes); };
    add({internal, overloaded, unavailable});
    if (!route.endpoint.always_answered) add({too_many_requests});
    if (!path_parameters(route.path).empty()) add({invalid_path});
    if (has_side_effect(route)) add({insufficient_storage});
    if (route.access == Access::user || route.access == Access::admin) {
        add({authentication_required, invalid_token});
        if (has_side_effect(route)) add({cross_site_request});
    }
    if (!route.endpoint.cookie_credential.empty()) add({cross_site_request});
    if (route.access == Access::admin) add({admin_only, user_not_found});
    if (route.endpoint.body != BodyKind::none)
        add({body_too_large, unsupported_media_type, unsupported_encoding});
    if (route.endpoint.body == BodyKind::json) add({malformed_json, not_an_object});
    if (route.endpoint.input != nullptr) add({invalid_field});
    if (route.endpoint.body == BodyKind::upload) add({invalid_multipart});
    return {all.begin(), all.end()};
}

object openapi_document(const RouteTable& routes, std::string_view version, std::string_view server_url) {
    object paths;
    for (const auto& route : routes) {
        auto& item = paths[templated(route.path)];
        if (!item.is_object()) item = object{};
        item.as_object()[fold_case(to_text(route.method))] = operation_of(route);
    }
    return {{"openapi", "3.1.0"},
            {"info", object{{"title", "Haat"}, {"version", text(version)}}},
            {"servers", array{object{{"url", text(server_url)}}}},
            {"tags", tags_of(routes)},
            {"paths", std::move(paths)},
            {"components", components()},
            {"x-error-codes", error_codes()}};
}

}  // namespace haat::http
