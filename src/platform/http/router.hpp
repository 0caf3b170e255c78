// Finds the route of a request.
//
// Literal segments are compared without regard to case, `:name` takes any one segment that is not empty;
// one slash at the end does not count. Where several routes match, a literal goes before a parameter, but
// only among those of the request's method: GET /api/product/create is :id, since `create` is a POST.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/error.hpp"
#include "platform/http/route.hpp"

namespace haat::http {

class Router {
public:
    // Refuses (by assertion) two routes of the same method and path.
    explicit Router(const RouteTable& routes);
    Router(const Router&) = delete;
    Router& operator=(const Router&) = delete;
    ~Router();

    // Fills request.params. HEAD finds the GET route. Errors: route_not_found, method_not_allowed,
    // invalid_path.
    Result<const Route*> find(Request& request) const;

    // Which methods a path answers to, `GET, HEAD`; empty when none.
    [[nodiscard]] std::string allowed_methods(std::string_view path) const;

private:
    struct Node;
    using Segments = std::vector<std::string_view>;

    static bool split(std::string_view path, Segments& segments);
    void add(const Route& route);
    static const Route* match(const Node& node, std::span<const std::string_view> rest, Method method,
                              std::vector<std::string_view>& params);
    static void collect(const Node& node, std::span<const std::string_view> rest,
                        std::vector<Method>& methods);

    std::unique_ptr<Node> root_;
};

}  // namespace haat::http
