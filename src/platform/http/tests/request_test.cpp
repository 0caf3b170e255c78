#include "platform/http/request.hpp"

#include <gtest/gtest.h>

namespace haat::http {
namespace {

Request with_query(std::string_view query) {
    Request request;
    request.query = query;
    return request;
}

Request with_headers(std::vector<Header> headers) {
    Request request;
    request.headers = std::move(headers);
    return request;
}

TEST(HttpRequest, GivesTheFirstHeaderOfANameInAnyCase) {
    const auto request = with_headers({{"X-One", "a"}, {"x-one", "b"}});
    EXPECT_EQ(request.header("X-ONE"), "a");
    EXPECT_FALSE(request.header("X-On"));
}

TEST(HttpRequest, JoinsTheLinesOfAList) {
    const auto request = with_headers({{"X-One", "a, b"}, {"Y", "z"}, {"x-one", "c"}});
    EXPECT_EQ(request.joined_header("X-One"), "a, b, c") << "RFC 9110, 5.3";
    EXPECT_EQ(request.joined_header("y"), "z");
    EXPECT_FALSE(request.joined_header("none"));
}

TEST(HttpRequest, DecodesTheFirstValueOfAQueryParameter) {
    const auto request = with_query("a=1&b=x+y%2B%26&a=2&flag&empty=&%63=d&e=f=g&&=h");
    EXPECT_EQ(request.query_value("a"), "1");
    EXPECT_EQ(request.query_value("b"), "x y+&");
    EXPECT_EQ(request.query_value("flag"), "");
    EXPECT_EQ(request.query_value("empty"), "");
    EXPECT_EQ(request.query_value("c"), "d") << "names are encoded too";
    EXPECT_EQ(request.query_value("e"), "f=g");
    EXPECT_FALSE(request.query_value("A")) << "names have case";
    EXPECT_FALSE(request.query_value("missing"));
    EXPECT_FALSE(with_query("").query_value("a"));
}

TEST(HttpRequest, AQueryValueThatCannotBeDecodedIsTheReplacementCharacter) {
    for (const auto* query : {"q=%", "q=%zz", "q=%FF", "q=a%C3"}) {
        EXPECT_EQ(with_query(query).query_value("q"), "\xEF\xBF\xBD") << query;
    }
}

TEST(HttpRequest, FindsACookieAmongOthers) {
    const auto request = with_headers({{"Cookie", "a=1; b=\"quoted\" ;c=x=y;; d"}, {"cookie", "e=5; a=6"}});
    EXPECT_EQ(request.cookie("a"), "1");
    EXPECT_EQ(request.cookie("b"), "quoted");
    EXPECT_EQ(request.cookie("c"), "x=y");
    EXPECT_EQ(request.cookie("d"), "");
    EXPECT_EQ(request.cookie("e"), "5") << "in a second line (HTTP/2 proxies split them)";
    EXPECT_FALSE(request.cookie("A")) << "names have case";
    EXPECT_FALSE(request.cookie("f"));
    EXPECT_FALSE(with_headers({{"Cookie", "\u00A0a=1"}}).cookie("a")) << "a browser keeps these two apart";
    EXPECT_EQ(with_headers({{"Cookie", "q=\""}}).cookie("q"), "\"") << "one quote is no pair";
}

TEST(HttpRequest, PercentDecodingIsStrict) {
    EXPECT_EQ(percent_decode("a%2Fb%2f%25", false), "a/b/%");
    EXPECT_EQ(percent_decode("a+b", false), "a+b");
    EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
    EXPECT_EQ(percent_decode("%00", false), std::string(1, '\0'));
    EXPECT_EQ(percent_decode("", false), "");
    for (const auto* text : {"%", "%2", "%2", "%%20", "%2G", "%-1", "% 2", "%80", "%F5%80%80%80"}) {
        EXPECT_FALSE(percent_decode(text, false)) << text;
    }
}

TEST(HttpRequest, Utf8IsWhatTheRfcSays) {
    for (const std::string_view text :
         {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF",
          "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "aé日🛒z"}) {
        EXPECT_TRUE(is_utf8(text)) << text;
    }
    for (const std::string_view text :
         {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2 ", "\xE0\x9F\xBF", "\xE1\x80", "\xED\xA0\x80",
          "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF",
          "a\x80"}) {
        EXPECT_FALSE(is_utf8(text)) << text;
    }
}

TEST(HttpRequest, MethodsAreKnownByTheirExactName) {
    for (const auto* name : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
        EXPECT_EQ(to_text(parse_method(name)), name);
    }
    for (const auto* name : {"get", "", "GETS", "TRACE", "CONNECT"})
        EXPECT_EQ(parse_method(name), Method::other);
}

TEST(HttpRequest, AsciiIsComparedWithoutRegardToCase) {
    EXPECT_TRUE(iequals("Content-Type", "cONTENT-tYPE"));
    EXPECT_FALSE(iequals("a", "ab"));
    EXPECT_FALSE(iequals("[", "{")) << "only letters have case";
    EXPECT_FALSE(iequals("É", "é"));
}

TEST(HttpRequestDeathTest, AnOpenRouteHasNoCaller) {
    const Request request;
    EXPECT_DEATH(static_cast<void>(request.caller()), "broken invariant");
}

}  // namespace
}  // namespace haat::http
