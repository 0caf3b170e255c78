// A Postman collection (format 2.1), made from the route table, that runs green from top to bottom:
//
//     newman run haat.postman_collection.json --env-var adminKey=<ADMIN_SECRET_KEY>
//
// Folders are the endpoints' tags. The order is that of a visit to the shop (postman_visit.cpp): what is
// needed is made first and deleted last, tokens and ids go into variables. Every request checks status,
// type and, for a refusal, the error code. It leaves nothing behind but one account, whose address is new
// at every run.
#pragma once

#include <boost/json/object.hpp>

#include <string_view>

#include "platform/http/route.hpp"

namespace haat::http {

// Deterministic. A route that the visit does not know is added to its tag's folder with its example.
// Throws boost::system::system_error when an endpoint's example is no JSON.
boost::json::object postman_collection(const RouteTable& routes, std::string_view version,
                                       std::string_view base_url);

}  // namespace haat::http
