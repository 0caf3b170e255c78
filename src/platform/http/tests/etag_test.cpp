#include "platform/http/etag.hpp"

#include <gtest/gtest.h>

namespace haat::http {
namespace {

TEST(HttpEtag, IsTheLengthAndTheHashOfTheBody) {
    EXPECT_EQ(weak_etag("Hello World"), R"(W/"b-Ck1VqNd45QIvq3AZd8XYQLvEhtA")");
    EXPECT_EQ(weak_etag(""), R"(W/"0-2jmj7l5rSw0yVb/vlWAYkK/YBwk")");
    EXPECT_TRUE(weak_etag(std::string(4'096, 'a')).starts_with(R"(W/"1000-)"));
    EXPECT_NE(weak_etag("a"), weak_etag("b"));
}

TEST(HttpEtag, IsMatchedWeaklyAndInAList) {
    const std::string etag = R"(W/"1-a")";
    for (const auto* header :
         {R"(W/"1-a")", R"("1-a")", R"("x", "1-a")", R"("x",W/"1-a"	, "y")", "*", R"( "1-a" )"}) {
        EXPECT_TRUE(matches_etag(header, etag)) << header;
    }
    EXPECT_TRUE(matches_etag(R"(W/"1-a")", R"("1-a")"));
}

TEST(HttpEtag, AnythingElseDoesNotMatch) {
    for (const auto* header :
         {"", ",", "1-a", R"("1-b")", R"(W/"1-A")", R"("1-a)", R"(w/"1-a")", R"("1-a""1-a")"}) {
        EXPECT_FALSE(matches_etag(header, R"(W/"1-a")")) << header;
    }
}

}  // namespace
}  // namespace haat::http
