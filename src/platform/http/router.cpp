#include "platform/http/router.hpp"

#include <algorithm>
#include <array>

namespace haat::http {

struct Router::Node {
    std::vector<std::pair<std::string, std::unique_ptr<Node>>> literals;
    std::unique_ptr<Node> parameter;
    std::vector<const Route*> routes;  // that end here, at most one a method
};

namespace {

constexpr std::size_t kMaxSegments = 8;

const Route* route_for(std::span<const Route* const> routes, Method method) {
    const auto found = std::ranges::find(routes, method, [](const Route* route) { return route->method; });
    return found == routes.end() ? nullptr : *found;
}

}  // namespace

std::vector<std::string_view> path_parameters(std::string_view path) {
    std::vector<std::string_view> names;
    while (!path.empty()) {
        const auto end = path.find('/');
        const auto segment = path.substr(0, end);
        if (segment.starts_with(':')) names.push_back(segment.substr(1));
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return names;
}

Router::Router(const RouteTable& routes) : root_{std::make_unique<Node>()} {
    for (const Route& route : routes) add(route);
}

Router::~Router() = default;

// `/a/b` and `/a/b/` are a, b; `/a//b` has an empty segment between. false: no path, or too deep.
bool Router::split(std::string_view path, Segments& segments) {
    if (!path.starts_with('/')) return false;
    path.remove_prefix(1);
    if (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) return true;
    for (;;) {
        const auto end = path.find('/');
        segments.push_back(path.substr(0, end));
        if (segments.size() > kMaxSegments) return false;
        if (end == std::string_view::npos) return true;
        path.remove_prefix(end + 1);
    }
}

void Router::add(const Route& route) {
    Segments segments;
    HAAT_ASSERT(split(route.path, segments));
    Node* node = root_.get();
    for (const std::string_view segment : segments) {
        if (segment.starts_with(':')) {
            if (!node->parameter) node->parameter = std::make_unique<Node>();
            node = node->parameter.get();
            continue;
        }
        auto found = std::ranges::find_if(node->literals,
                                          [&](const auto& entry) { return iequals(entry.first, segment); });
        if (found == node->literals.end()) {
            node->literals.emplace_back(segment, std::make_unique<Node>());
            found = node->literals.end() - 1;
        }
        node = found->second.get();
    }
    HAAT_ASSERT(route_for(node->routes, route.method) == nullptr);
    node->routes.push_back(&route);
}

const Route* Router::match(const Node& node, std::span<const std::string_view> rest, Method method,
                           std::vector<std::string_view>& params) {
    if (rest.empty()) return route_for(node.routes, method);
    for (const auto& [literal, child] : node.literals) {
        if (!iequals(literal, rest.front())) continue;
        if (const Route* route = match(*child, rest.subspan(1), method, params)) return route;
    }
    if (!node.parameter || rest.front().empty()) return nullptr;
    params.push_back(rest.front());
    if (const Route* route = match(*node.parameter, rest.subspan(1), method, params)) return route;
    params.pop_back();
    return nullptr;
}

void Router::collect(const Node& node, std::span<const std::string_view> rest, std::vector<Method>& methods) {
    if (rest.empty()) {
        for (const Route* route : node.routes) methods.push_back(route->method);
        return;
    }
    for (const auto& [literal, child] : node.literals) {
        if (iequals(literal, rest.front())) collect(*child, rest.subspan(1), methods);
    }
    if (node.parameter && !rest.front().empty()) collect(*node.parameter, rest.subspan(1), methods);
}

std::string Router::allowed_methods(std::string_view path) const {
    Segments segments;
    if (!split(path, segments)) return {};
    std::vector<Method> methods;
    collect(*root_, segments, methods);
    std::string allowed;
    for (const Method method :
         {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_}) {
        const Method needed = method == Method::head ? Method::get : method;
        if (std::ranges::find(methods, needed) == methods.end()) continue;
        if (!allowed.empty()) allowed += ", ";
        allowed += to_text(method);
    }
    return allowed;
}

Result<const Route*> Router::find(Request& request) const {
    if (!is_utf8(request.path)) return fail(ErrorCode::invalid_path);
    Segments segments;
    std::vector<std::string_view> params;
    const Method method = request.method == Method::head ? Method::get : request.method;
    const Route* route = split(request.path, segments) ? match(*root_, segments, method, params) : nullptr;
    if (route == nullptr) {
        if (!allowed_methods(request.path).empty()) {
            return fail(ErrorCode::method_not_allowed, {}, std::string{request.method_text});
        }
        return fail(ErrorCode::route_not_found, {},
                    std::string{request.method_text} + " " + std::string{request.path});
    }
    HAAT_ASSERT(params.size() <= Request::kMaxParams);
    for (std::size_t i = 0; i < params.size(); ++i) {
        auto decoded = percent_decode(params[i], false);
        if (!decoded) return fail(ErrorCode::invalid_path);
        request.params[i] = std::move(*decoded);
    }
    return route;
}

}  // namespace haat::http
