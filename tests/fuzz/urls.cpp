#include "catalog/paging.hpp"
#include "platform/http/request.hpp"
#include "platform/http/router.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

using namespace http;

// The forms of paths that the program has (app/routes.cpp).
const Router& router() {
    const auto route = [](Method method, std::string_view path) {
        return Route{.method = method,
                     .path = path,
                     .access = Access::open,
                     .endpoint = {.name = path, .summary = "", .tag = ""}};
    };
    static const RouteTable table{route(Method::get, "/"),
                                  route(Method::get, "/api/product/all"),
                                  route(Method::get, "/api/product/:id"),
                                  route(Method::get, "/api/product/category/:categoryId/:subCategoryId"),
                                  route(Method::post, "/api/product/create"),
                                  route(Method::put, "/api/product/update/:id"),
                                  route(Method::delete_, "/api/cart/remove/:id"),
                                  route(Method::get, "/media/:folder/:file")};
    static const Router routes{table};
    return routes;
}

std::string escaped(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kHex[byte >> 4U];
        out += kHex[byte & 15U];
    }
    return out;
}

void check_route(Request& request) {
    for (const Method method : {Method::get, Method::post, Method::head, Method::delete_, Method::other}) {
        request.method = method;
        request.params = {};
        const auto found = router().find(request);
        if (!found) {
            const auto code = found.error().code;
            require(code == ErrorCode::route_not_found || code == ErrorCode::method_not_allowed ||
                        code == ErrorCode::invalid_path,
                    "a path is unknown, refused or malformed");
            if (code == ErrorCode::method_not_allowed)
                require(!router().allowed_methods(request.path).empty(), "405 names what is allowed");
            continue;
        }
        for (const std::string& param : request.params) require(is_utf8(param), "a parameter is UTF-8");
        if ((*found)->path.find(':') != std::string_view::npos)
            require(!request.params[0].empty(), "a parameter is not empty");
    }
}

}  // namespace

void targets_of_urls(std::string_view bytes) {
    Request request;
    request.target = bytes;
    const auto mark = bytes.find('?');
    request.path = bytes.substr(0, mark);
    request.query = mark == std::string_view::npos ? std::string_view{} : bytes.substr(mark + 1);
    check_route(request);

    for (const std::string_view name : {"page", "limit", "search", "code", ""}) {
        const auto value = request.query_value(name);
        if (value) require(is_utf8(*value), "a query value is UTF-8");
    }
    if (const auto page = catalog::read_page(request)) {
        require(page->page >= 1 && page->limit >= 1 && page->limit <= 100, "a page is bounded");
    }
    for (const bool plus_is_space : {false, true}) {
        const auto decoded = percent_decode(bytes, plus_is_space);
        if (!decoded) continue;
        require(is_utf8(*decoded) && decoded->size() <= bytes.size(),
                "what is decoded is UTF-8 and no longer");
        require(percent_decode(escaped(*decoded), plus_is_space) == *decoded, "what is escaped comes back");
    }
}

}  // namespace haat::fuzz
