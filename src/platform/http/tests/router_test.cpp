#include "platform/http/router.hpp"

#include <gtest/gtest.h>

namespace haat::http {
namespace {

Route route(Method method, std::string_view path, std::string_view name) {
    Endpoint endpoint;
    endpoint.name = name;
    return {.method = method, .path = path, .access = Access::open, .endpoint = std::move(endpoint)};
}

const RouteTable& table() {
    static const RouteTable routes{route(Method::get, "/", "root"),
                                   route(Method::get, "/api/product/all", "list"),
                                   route(Method::post, "/api/product/create", "create"),
                                   route(Method::get, "/api/product/:id", "find"),
                                   route(Method::put, "/api/product/:id", "put"),
                                   route(Method::delete_, "/api/product/delete/:id", "remove"),
                                   route(Method::get, "/api/:kind/x/:id", "two"),
                                   route(Method::get, "/api/product/x/tail", "tail")};
    return routes;
}

struct Found {
    std::string name{};
    std::array<std::string, Request::kMaxParams> params{};
    ErrorCode error = ErrorCode::internal;
    std::string message{};
};

Found find(std::string_view method, std::string_view path) {
    static const Router router{table()};
    Request request;
    request.method_text = method;
    request.method = parse_method(method);
    request.path = path;
    const auto route = router.find(request);
    if (!route) return {.error = route.error().code, .message = message_of(route.error())};
    return {.name = std::string{(*route)->endpoint.name}, .params = request.params};
}

std::string allowed(std::string_view path) { return Router{table()}.allowed_methods(path); }

TEST(HttpRouter, LiteralsAreComparedWithoutRegardToCase) {
    EXPECT_EQ(find("GET", "/api/product/all").name, "list");
    EXPECT_EQ(find("GET", "/API/Product/ALL").name, "list");
    EXPECT_EQ(find("GET", "/").name, "root");
}

TEST(HttpRouter, OneSlashAtTheEndDoesNotCountButEmptySegmentsDo) {
    EXPECT_EQ(find("GET", "/api/product/all/").name, "list");
    for (const auto* path :
         {"/api/product/all//", "//api/product/all", "/api//product/all", "/api/product//"}) {
        EXPECT_EQ(find("GET", path).error, ErrorCode::route_not_found) << path;
    }
}

TEST(HttpRouter, AParameterTakesAnySegmentThatIsNotEmpty) {
    EXPECT_EQ(find("GET", "/api/product/507F").name, "find");
    EXPECT_EQ(find("GET", "/api/product/507F").params[0], "507F") << "case of a parameter stays";
    EXPECT_EQ(find("GET", "/api/product").error, ErrorCode::route_not_found);
    EXPECT_EQ(find("GET", "/api/product/").error, ErrorCode::route_not_found);
    const auto two = find("GET", "/api/cart/x/9");
    EXPECT_EQ(two.name, "two");
    EXPECT_EQ(two.params, (std::array<std::string, 2>{"cart", "9"}));
}

TEST(HttpRouter, ALiteralGoesBeforeAParameterOnlyAmongTheRoutesOfTheMethod) {
    EXPECT_EQ(find("POST", "/api/product/create").name, "create");
    EXPECT_EQ(find("GET", "/api/product/create").name, "find");
    EXPECT_EQ(find("GET", "/api/product/create").params[0], "create");
    EXPECT_EQ(find("PUT", "/api/product/all").name, "put");
    EXPECT_EQ(find("GET", "/api/product/x/tail").name, "tail");
    const auto back = find("GET", "/api/product/x/5");
    EXPECT_EQ(back.name, "two") << "goes back when the literal leads nowhere";
    EXPECT_EQ(back.params, (std::array<std::string, 2>{"product", "5"}));
}

TEST(HttpRouter, HeadFindsTheRouteOfGet) {
    EXPECT_EQ(find("HEAD", "/api/product/all").name, "list");
    EXPECT_EQ(find("HEAD", "/api/product/delete/1").error, ErrorCode::method_not_allowed);
}

TEST(HttpRouter, AParameterIsDecodedOnce) {
    EXPECT_EQ(find("GET", "/api/product/a%20b%2Fc%2520+").params[0], "a b/c%20+");
    EXPECT_EQ(find("GET", "/api/product/%E0%A4%B9").params[0], "ह");
}

TEST(HttpRouter, AParameterThatCannotBeDecodedIsRefused) {
    for (const auto* id : {"%", "%4", "%zz", "%4g", "a%", "%C3", "%FF", "%ED%A0%80", "%C0%AF"}) {
        EXPECT_EQ(find("GET", std::string{"/api/product/"} + id).error, ErrorCode::invalid_path) << id;
    }
    EXPECT_EQ(find("GET", "/api/product/%/x").error, ErrorCode::route_not_found) << "only what is looked at";
}

TEST(HttpRouter, WhatIsNowhereIsToldWithMethodAndPath) {
    const auto missing = find("GET", "/nowhere");
    EXPECT_EQ(missing.error, ErrorCode::route_not_found);
    EXPECT_EQ(missing.message, "Cannot GET /nowhere");
    EXPECT_EQ(find("GET", "*").error, ErrorCode::route_not_found);
    EXPECT_EQ(find("GET", "").error, ErrorCode::route_not_found);
    EXPECT_EQ(find("GET", "/a/b/c/d/e/f/g/h/i").error, ErrorCode::route_not_found);
    EXPECT_EQ(find("GET", std::string(8'000, '/')).error, ErrorCode::route_not_found);
}

TEST(HttpRouter, APathOfOtherMethodsSaysWhichAreAllowed) {
    const auto refused = find("PATCH", "/api/product/all");
    EXPECT_EQ(refused.error, ErrorCode::method_not_allowed);
    EXPECT_EQ(refused.message, "Method PATCH is not allowed here");
    EXPECT_EQ(find("BREW", "/").error, ErrorCode::method_not_allowed);
    EXPECT_EQ(allowed("/api/product/all"), "GET, HEAD, PUT") << "the parameter's routes count too";
    EXPECT_EQ(allowed("/api/product/create"), "GET, HEAD, POST, PUT");
    EXPECT_EQ(allowed("/API/product/delete/1/"), "DELETE");
    EXPECT_EQ(allowed("/nowhere"), "");
}

TEST(HttpRouter, NamesTheParametersOfAPath) {
    EXPECT_EQ(path_parameters("/api/:kind/x/:id"), (std::vector<std::string_view>{"kind", "id"}));
    EXPECT_TRUE(path_parameters("/api/x").empty());
}

TEST(HttpRouterDeathTest, TwoRoutesOfOneMethodAndPathAreABug) {
    const RouteTable twice{route(Method::get, "/a/:id", "one"), route(Method::get, "/A/:name", "two")};
    const RouteTable bad{route(Method::get, "no-slash", "one")};
    EXPECT_DEATH(Router{bad}, "broken invariant");
    EXPECT_DEATH(Router{twice}, "broken invariant");
}

}  // namespace
}  // namespace haat::http
