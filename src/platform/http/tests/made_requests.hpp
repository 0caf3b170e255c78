// Requests and routes for tests that have no connection.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/http/route.hpp"

namespace haat::http {

inline const std::vector<std::string> kOrigins{"https://shop.example"};

inline Request request(Method method = Method::get, std::vector<Header> headers = {},
                       std::string_view path = "/api/x") {
    Request made;
    made.method = method;
    made.path = path;
    made.id = "id-1";
    made.headers = std::move(headers);
    return made;
}

inline Route route(Access access, BodyKind body = BodyKind::none) {
    Endpoint endpoint;
    endpoint.name = "some";
    endpoint.body = body;
    return {.method = Method::put, .path = "/x/:id", .access = access, .endpoint = std::move(endpoint)};
}

}  // namespace haat::http
