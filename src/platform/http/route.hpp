// The route table: what the server answers to, who may call it, and what the documentation says of it.
//
// A feature offers Endpoints (what is done); app/routes.cpp puts each behind a method and a path (where it
// is, and who may). Router, OpenAPI document, Postman collection and the access tests are made from it.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "kernel/error.hpp"
#include "platform/async.hpp"
#include "platform/http/request.hpp"
#include "platform/http/response.hpp"
#include "platform/json/schema.hpp"

namespace haat::http {

using Handler = std::function<awaitable<Response>(Request&)>;

enum class BodyKind : std::uint8_t {
    none,    // a body is read and thrown away
    json,    // up to kMaxJsonBody bytes, in Request::body
    upload,  // streamed into the endpoint's sink
};

inline constexpr std::size_t kMaxJsonBody = 100 * 1024;

// A parameter of the path or the query, for the documentation and for cache keys.
struct Parameter {
    std::string_view name;
    std::string_view meaning;
    bool required = false;
};

struct Endpoint {
    std::string_view name;     // unique, snake_case; OpenAPI's operationId, metrics' route label
    std::string_view summary;  // one sentence
    std::string_view tag;      // which feature
    std::uint16_t status = 200;
    BodyKind body = BodyKind::none;
    ErrorShape errors_look = ErrorShape::e;
    json::SchemaOf input = nullptr;   // of the JSON body
    json::SchemaOf answer = nullptr;  // of a 2xx body; nullptr when it is no JSON
    std::vector<Parameter> query{};
    std::vector<ErrorCode> errors{};  // beside those that every route with its access and body may give
    std::string_view example = "";    // a JSON body that succeeds on the demo catalogue
    std::string_view upload_field = "";
    std::string_view cookie_credential = "";  // a cookie that authenticates an open route, for CSRF
    bool changes_state_on_get = false;        // a GET with a side effect: HEAD must not have it, CSRF applies
    // Whoever watches the server asks it: neither rate limits nor requests in flight keep it from an answer.
    bool always_answered = false;
    Handler handle{};
    std::function<std::unique_ptr<BodySink>(const Request&)> make_sink{};  // for BodyKind::upload
};

enum class Access : std::uint8_t {
    open,      // anyone; no token is looked at
    optional,  // anyone; a valid token is known to the handler, a bad one ignored
    user,
    admin,
};

enum class Cache : std::uint8_t {
    none,     // private: Cache-Control: no-store
    public_,  // finished answers are kept for one epoch of the catalogue
};

struct Route {
    Method method;
    std::string_view path;  // `/api/product/:id`
    Access access;
    Endpoint endpoint;
    Cache cache = Cache::none;
};

using RouteTable = std::vector<Route>;

// What a route's path names: "id" for `/api/product/:id`.
std::vector<std::string_view> path_parameters(std::string_view path);

// Finds out who is calling. Implemented by accounts.
class Authenticator {
public:
    virtual ~Authenticator() = default;
    // Errors: authentication_required, invalid_token.
    virtual awaitable<Result<Principal>> authenticate(const Request& request) = 0;
};

}  // namespace haat::http
