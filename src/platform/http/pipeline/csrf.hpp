// Cross-site request forgery (OWASP cheat sheet: Fetch Metadata, then Origin, then Referer).
#pragma once

#include <string>
#include <vector>

#include "platform/http/request.hpp"
#include "platform/http/route.hpp"

namespace haat::http {

// Whether a browser sends credentials with this request by itself: a token in a cookie that the route
// looks at.
bool is_authenticated_by_cookie(const Request& request, const Route& route);

// Whether the route may change something for this request.
bool changes_state(const Request& request, const Route& route);

// Whether the request comes from a page of somebody else. Only browsers send the headers that tell; a
// request without any of them is no browser's. Origins on the list (FRONTEND_URL) and the server's own
// are at home, also where the browser calls them cross-site.
bool is_cross_site(const Request& request, const std::vector<std::string>& origins);

}  // namespace haat::http
