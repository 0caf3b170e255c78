// The OpenAPI 3.1 document, made from the route table.
//
// Beyond the standard it has, per operation, `x-access` (open, optional, user, admin), and at its top
// `x-error-codes`: every code of the error table with its status and message.
#pragma once

#include <boost/json/object.hpp>

#include <string_view>
#include <vector>

#include "kernel/error.hpp"
#include "platform/http/route.hpp"

namespace haat::http {

// What a route may answer beside success, in the order of the error table, each once: what its endpoint
// names, what its access, its body and its path add, and what may happen to any request.
std::vector<ErrorCode> possible_errors(const Route& route);

// Deterministic. Throws boost::system::system_error when an endpoint's example is no JSON.
boost::json::object openapi_document(const RouteTable& routes, std::string_view version,
                                     std::string_view server_url);

}  // namespace haat::http
