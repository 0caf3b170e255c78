#include "platform/http/pipeline/csrf.hpp"

#include <gtest/gtest.h>

#include "platform/http/tests/made_requests.hpp"

namespace haat::http {
namespace {

bool cross_site(std::vector<Header> headers) {
    headers.push_back({"Host", "api.example:8000"});
    return is_cross_site(request(Method::post, std::move(headers)), kOrigins);
}

TEST(Csrf, AFetchFromAnotherSiteIsOne) {
    EXPECT_TRUE(cross_site({{"Sec-Fetch-Site", "cross-site"}}));
    EXPECT_TRUE(cross_site({{"Sec-Fetch-Site", "Cross-Site"}, {"Origin", "https://evil.example"}}));
    for (const auto* site : {"same-origin", "same-site", "none"})
        EXPECT_FALSE(cross_site({{"Sec-Fetch-Site", site}}));
}

TEST(Csrf, OriginsOnTheListAreAtHomeAlsoWhereTheBrowserCallsThemCrossSite) {
    EXPECT_FALSE(cross_site({{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://shop.example"}}));
    EXPECT_FALSE(cross_site({{"Origin", "https://shop.example"}}));
    EXPECT_FALSE(cross_site({{"Referer", "https://shop.example/cart?x=https://evil.example"}}));
}

TEST(Csrf, TheServersOwnOriginIsAtHome) {
    EXPECT_FALSE(cross_site({{"Origin", "https://api.example:8000"}}));
    EXPECT_FALSE(cross_site({{"Referer", "http://API.example:8000/docs"}}));
    EXPECT_TRUE(cross_site({{"Origin", "https://api.example"}})) << "another port is another origin";
    EXPECT_FALSE(is_cross_site(request(Method::post), kOrigins));
    EXPECT_TRUE(is_cross_site(request(Method::post, {{"Host", ""}, {"Origin", "https://"}}), kOrigins));
}

TEST(Csrf, AnyOtherOriginOrElseRefererIsNot) {
    for (const auto* origin : {"https://evil.example", "https://shop.example.evil", "http://shop.example",
                               "null", "", "https://shop.example/", "shop.example"}) {
        EXPECT_TRUE(cross_site({{"Origin", origin}})) << origin;
    }
    EXPECT_TRUE(cross_site({{"Referer", "https://evil.example/https://shop.example"}}));
    EXPECT_TRUE(cross_site({{"Origin", "https://evil.example"}, {"Referer", "https://shop.example/"}}))
        << "the origin goes first";
}

TEST(Csrf, WhoSendsNoneOfTheHeadersIsNoBrowser) { EXPECT_FALSE(cross_site({})); }

TEST(Csrf, OnlyACookieThatTheRouteLooksAtCounts) {
    const auto with = [](std::string_view cookie) { return request(Method::post, {{"Cookie", cookie}}); };
    EXPECT_TRUE(is_authenticated_by_cookie(with("accessToken=x"), route(Access::user)));
    EXPECT_TRUE(is_authenticated_by_cookie(with("a=b; accessToken=x"), route(Access::admin)));
    EXPECT_FALSE(is_authenticated_by_cookie(with("accessToken="), route(Access::user)));
    EXPECT_FALSE(is_authenticated_by_cookie(with("refreshToken=x"), route(Access::user)));
    EXPECT_FALSE(is_authenticated_by_cookie(with("accessToken=x"), route(Access::open)));
    Route refresh = route(Access::open);
    refresh.endpoint.cookie_credential = "refreshToken";
    EXPECT_TRUE(is_authenticated_by_cookie(with("refreshToken=x"), refresh));
}

TEST(Csrf, ReadsChangeNothingUnlessTheRouteSaysSo) {
    for (const auto method : {Method::post, Method::put, Method::patch, Method::delete_, Method::other}) {
        EXPECT_TRUE(changes_state(request(method), route(Access::user)));
    }
    for (const auto method : {Method::get, Method::head, Method::options}) {
        EXPECT_FALSE(changes_state(request(method), route(Access::user)));
    }
    Route logout = route(Access::user);
    logout.endpoint.changes_state_on_get = true;
    EXPECT_TRUE(changes_state(request(Method::get), logout));
    EXPECT_FALSE(changes_state(request(Method::head), logout));
}

}  // namespace
}  // namespace haat::http
