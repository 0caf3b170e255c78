#include "platform/http/pipeline/csrf.hpp"

#include <algorithm>

namespace haat::http {
namespace {

// `https://host:port/path` is of the origin `https://host:port`.
std::string_view origin_of(std::string_view url) {
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return url;
    return url.substr(0, url.find('/', scheme_end + 3));
}

bool is_own_origin(const Request& request, std::string_view origin) {
    const auto host = request.header("host");
    const auto scheme_end = origin.find("://");
    return host && !host->empty() && scheme_end != std::string_view::npos &&
           iequals(origin.substr(scheme_end + 3), *host);
}

}  // namespace

bool is_authenticated_by_cookie(const Request& request, const Route& route) {
    const std::string_view name = route.access == Access::user || route.access == Access::admin
                                      ? "accessToken"
                                      : route.endpoint.cookie_credential;
    return !name.empty() && !request.cookie(name).value_or("").empty();
}

bool changes_state(const Request& request, const Route& route) {
    switch (request.method) {
        case Method::head:
        case Method::options:
            return false;
        case Method::get:
            return route.endpoint.changes_state_on_get;
        default:
            return true;
    }
}

bool is_cross_site(const Request& request, const std::vector<std::string>& origins) {
    auto source = request.header("origin");
    if (!source) {
        source = request.header("referer");
        if (source) source = origin_of(*source);
    }
    const bool at_home =
        source && (std::ranges::find(origins, *source) != origins.end() || is_own_origin(request, *source));
    if (at_home) return false;
    const std::string_view site = request.header("sec-fetch-site").value_or("");
    if (iequals(site, "same-origin") || iequals(site, "none")) return false;
    return source.has_value() || iequals(site, "cross-site");
}

}  // namespace haat::http
