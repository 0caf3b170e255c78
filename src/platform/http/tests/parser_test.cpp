// What is refused here could be read in two ways by two parsers (RFC 9112; request smuggling).
#include "platform/http/parser.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "platform/http/tests/parser_corpus.hpp"

namespace haat::http {
namespace {

using namespace sample;

struct Collected final : BodyReceiver {
    std::string body;
    std::size_t max = SIZE_MAX;
    Result<void> receive(std::string_view bytes) override {
        body += bytes;
        if (body.size() > max) return fail(ErrorCode::body_too_large);
        return {};
    }
};

// What becomes of the first request in some bytes.
struct Outcome {
    std::string error{};  // the slug; empty when there was none
    bool complete = false;
    std::string method{}, path{}, query{}, body{};
    std::vector<std::string> headers{};
    std::size_t consumed = 0;

    bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& o) {
    out << (o.error.empty() ? "ok" : o.error) << (o.complete ? " complete " : " incomplete ") << o.method
        << ' ' << o.path << '?' << o.query << ' ' << o.consumed << " [" << o.body << "]";
    for (const auto& header : o.headers) out << ' ' << header << ';';
    return out;
}

// Feeds bytes in pieces as a connection does: the head when it is whole, then the body.
class Feeder {
public:
    void feed(std::string_view bytes) {
        if (!outcome_.error.empty() || outcome_.complete) return;
        in_ += bytes;
        if (!head_done_) take_head();
        if (head_done_) take_body();
    }
    [[nodiscard]] const Outcome& outcome() const { return outcome_; }

private:
    void take_head() {
        const auto length = scanner_.scan(in_);
        if (!length) return refuse(length.error());
        if (!*length) return;
        head_ = in_.substr(0, **length);
        in_.erase(0, **length);
        outcome_.consumed = head_.size();
        const auto parsed = parser_.parse_head(head_, request_);
        if (!parsed) return refuse(parsed.error());
        head_done_ = true;
        outcome_.method = request_.method_text;
        outcome_.path = request_.path;
        outcome_.query = request_.query;
    }

    void take_body() {
        while (!parser_.body_complete() && !in_.empty()) {
            const auto used = parser_.parse_body(in_, receiver_);
            if (!used) return refuse(used.error());
            in_.erase(0, *used);
            outcome_.consumed += *used;
            if (*used == 0) break;
        }
        outcome_.complete = !parser_.has_body() || parser_.body_complete();
        if (!outcome_.complete) return;
        outcome_.body = receiver_.body;
        for (const auto& [name, value] : request_.headers) {
            outcome_.headers.push_back(std::string{name} + "=" + std::string{value});
        }
    }

    void refuse(const Error& error) {
        outcome_ = {};
        outcome_.error = info(error.code).slug;
    }

    HeadScanner scanner_;
    RequestParser parser_;
    Request request_;
    Collected receiver_;
    std::string in_, head_;
    bool head_done_ = false;
    Outcome outcome_;
};

Outcome parse(std::string_view bytes) {
    Feeder feeder;
    feeder.feed(bytes);
    return feeder.outcome();
}

Outcome parse_cut(std::string_view bytes, std::size_t at) {
    Feeder feeder;
    feeder.feed(bytes.substr(0, at));
    feeder.feed(bytes.substr(at));
    return feeder.outcome();
}

Outcome parse_bytewise(std::string_view bytes) {
    Feeder feeder;
    for (std::size_t i = 0; i < bytes.size(); ++i) feeder.feed(bytes.substr(i, 1));
    return feeder.outcome();
}

std::string with_headers(std::size_t count) {
    std::string lines;
    for (std::size_t i = 1; i < count; ++i) lines += "X: a\r\n";  // Host is one
    return get(lines);
}

std::string of_size(std::size_t bytes) {
    const std::size_t rest = get("X: \r\n").size();
    return get("X: " + std::string(bytes - rest, 'a') + "\r\n");
}

TEST(HttpParser, TakesWhatIsCorrect) {
    for (const auto& bytes : good_corpus()) {
        const auto outcome = parse(bytes);
        EXPECT_EQ(outcome.error, "") << bytes;
        EXPECT_TRUE(outcome.complete) << bytes;
    }
}

TEST(HttpParser, RefusesWhatIsAmbiguousOrMalformed) {
    for (const auto& [bytes, error] : bad_corpus())
        EXPECT_EQ(parse(bytes).error, error) << bytes.substr(0, 200);
}

TEST(HttpParser, BytesMeanTheSameWhereverTheyAreCut) {
    const auto check = [](const std::string& bytes) {
        const auto whole = parse(bytes);
        const std::size_t step = bytes.size() > 1'000 ? 511 : 1;
        for (std::size_t at = 1; at < bytes.size(); at += step) {
            ASSERT_EQ(parse_cut(bytes, at), whole) << bytes.substr(0, 200) << " cut at " << at;
        }
    };
    for (const auto& bytes : good_corpus()) check(bytes);
    for (const auto& bad : bad_corpus()) check(bad.bytes);
    for (const auto& bytes : good_corpus()) EXPECT_EQ(parse_bytewise(bytes), parse(bytes)) << bytes;
}

TEST(HttpParser, ALastChunkMayComeByteByByte) {
    const auto bytes = chunked("0\r\n\r\n");
    EXPECT_TRUE(parse_bytewise(bytes).complete);
    for (std::size_t at = bytes.size() - 5; at < bytes.size(); ++at)
        EXPECT_TRUE(parse_cut(bytes, at).complete) << at;
}

TEST(HttpParser, NoBytesBreakItAndCutsNeverMatter) {
    std::minstd_rand random{20};
    constexpr std::string_view kOdd{"\0\r\n \t:;,=\"0f%/\xFF", 15};
    std::vector<std::string> seeds = good_corpus();
    for (const auto& bad : bad_corpus()) {
        if (bad.bytes.size() < 1'000) seeds.push_back(bad.bytes);
    }
    for (int i = 0; i < 20'000; ++i) {
        std::string bytes = seeds[random() % seeds.size()];
        for (auto changes = random() % 3 + 1; changes > 0; --changes) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 3) {
                case 0:
                    bytes[at] = kOdd[random() % kOdd.size()];
                    break;
                case 1:
                    bytes.insert(at, 1, kOdd[random() % kOdd.size()]);
                    break;
                default:
                    bytes.erase(at, bytes.size() > 1 ? 1 : 0);
            }
        }
        const auto whole = parse(bytes);
        ASSERT_EQ(parse_cut(bytes, random() % bytes.size()), whole) << i << ' ' << bytes;
    }
}

TEST(HttpParser, WhatFollowsABodyIsNotTouched) {
    const auto first = post("Content-Length: 5\r\n", "hello");
    EXPECT_EQ(parse(first + get("")).consumed, first.size());
    const auto second = chunked("5\r\nhello\r\n0\r\n\r\n");
    EXPECT_EQ(parse(second + get("")).consumed, second.size());
    EXPECT_EQ(parse(get("") + "x").consumed, get("").size());
}

TEST(HttpParser, TheTargetIsSplitAndAnAbsoluteFormLosesItsAuthority) {
    auto outcome = parse("GET /a%20b/?c=d&e=?#f HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(outcome.path, "/a%20b/");
    EXPECT_EQ(outcome.query, "c=d&e=?");
    outcome = parse("GET hTTp://evil.example:80/x/y?z HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(outcome.path, "/x/y");
    EXPECT_EQ(outcome.query, "z");
    EXPECT_EQ(parse("GET https://a HTTP/1.1\r\nHost: a\r\n\r\n").path, "/");
}

TEST(HttpParser, HeadersKeepTheirOrderAndLoseTheSpaceAroundThem) {
    EXPECT_EQ(parse(get("B:  b c \t\r\na:\r\n")).headers,
              (std::vector<std::string>{"Host=a", "B=b c", "a="}));
}

TEST(HttpParser, ATrailerIsNoHeader) {
    const auto outcome = parse(chunked("0\r\nAuthorization: Bearer x\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"));
    EXPECT_TRUE(outcome.complete);
    EXPECT_EQ(outcome.headers, (std::vector<std::string>{"Host=a", "Transfer-Encoding=chunked"}));
}

TEST(HttpParser, ChunksAreJoinedAndTheirExtensionsIgnored) {
    EXPECT_EQ(parse(chunked("5;name=\"v\"\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")).body, "hello!");
}

TEST(HttpParser, AChunkExtensionIsBounded) {
    EXPECT_TRUE(parse(chunked("1;" + std::string(200, 'x') + "\r\na\r\n0\r\n\r\n")).complete);
    EXPECT_EQ(parse(chunked("1;" + std::string(300, 'x') + "\r\na\r\n0\r\n\r\n")).error, "bad_request");
}

TEST(HttpParser, ABodyIsIncompleteUntilItsLastByte) {
    for (const auto& bytes : {post("Content-Length: 5\r\n", "hello"), chunked("5\r\nhello\r\n0\r\n\r\n")}) {
        EXPECT_FALSE(parse(bytes.substr(0, bytes.size() - 1)).complete);
    }
}

TEST(HttpParser, CountsHeadersUpToTheLimit) {
    EXPECT_TRUE(parse(with_headers(kMaxHeaders)).complete);
    EXPECT_EQ(parse(with_headers(kMaxHeaders + 1)).error, "headers_too_large");
}

TEST(HttpParser, AHeadMayBeAsLargeAsTheLimitAndNoByteMore) {
    for (std::size_t over = 0; over < 4; ++over) {
        const auto bytes = of_size(kMaxHeadBytes + over);
        ASSERT_EQ(bytes.size(), kMaxHeadBytes + over);
        const auto whole = parse(bytes);
        EXPECT_EQ(whole.error, over == 0 ? "" : "headers_too_large") << over;
        EXPECT_EQ(parse_bytewise(bytes), whole) << over;
    }
}

TEST(HttpParser, ATargetMayBeAsLongAsTheLimit) {
    const auto target = "/" + std::string(kMaxTargetBytes - 1, 'a');
    EXPECT_EQ(parse("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").path.size(), kMaxTargetBytes);
}

TEST(HttpParser, ARequestLineThatNeverEndsIsRefusedAsSoonAsItIsTooLong) {
    EXPECT_EQ(parse(std::string(kMaxHeadBytes - 1, 'A')).error, "");
    EXPECT_EQ(parse(std::string(kMaxHeadBytes, 'A')).error, "uri_too_long");
    EXPECT_EQ(parse("GET / HTTP/1.1\r\n" + std::string(kMaxHeadBytes, 'A')).error, "headers_too_large");
}

TEST(HttpParser, SaysWhatTheConnectionHasToKnow) {
    const auto parsed = [](std::string_view head, auto&& check) {
        RequestParser parser;
        Request request;
        ASSERT_TRUE(parser.parse_head(head, request)) << head;
        check(parser, request);
    };
    parsed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\nExpect: 100-Continue\r\n\r\n",
           [](auto& parser, auto& request) {
               EXPECT_EQ(parser.announced_length(), 7U);
               EXPECT_TRUE(parser.has_body() && parser.expects_continue());
               EXPECT_FALSE(parser.wants_close() || parser.is_http_1_0());
               EXPECT_EQ(request.method, Method::post);
           });
    parsed("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", [](auto& parser, auto&) {
        EXPECT_TRUE(parser.wants_close());
        EXPECT_FALSE(parser.has_body() || parser.announced_length());
    });
    parsed("GET / HTTP/1.0\r\n\r\n",
           [](auto& parser, auto&) { EXPECT_TRUE(parser.wants_close() && parser.is_http_1_0()); });
    parsed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
           [](auto& parser, auto&) { EXPECT_FALSE(parser.wants_close()); });
    parsed("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", [](auto&, auto& request) {
        EXPECT_EQ(request.method, Method::other);
        EXPECT_EQ(request.method_text, "BREW");
    });
}

TEST(HttpParser, TrailersAreBoundedHoweverTheyCome) {
    for (const std::size_t over : {0U, 1U}) {
        const std::string end = "0\r\nX: \r\n\r\n";
        std::string trailers = "0\r\nX: " + std::string(kMaxChunkHeaderBytes - end.size() + over, 'a');
        const auto bytes = chunked(trailers + "\r\n\r\n");
        const auto whole = parse(bytes);
        EXPECT_EQ(whole.error, over == 0 ? "" : "bad_request");
        EXPECT_EQ(parse_bytewise(bytes), whole) << over;
    }
}

TEST(HttpParser, TheReceiversErrorIsTheAnswer) {
    for (const auto& bytes :
         {post("Content-Length: 9\r\n", "123456789"), chunked("9\r\n123456789\r\n0\r\n\r\n")}) {
        const std::string head = bytes.substr(0, bytes.find("\r\n\r\n") + 4);
        RequestParser parser;
        Request request;
        Collected receiver;
        receiver.max = 8;
        ASSERT_TRUE(parser.parse_head(head, request));
        const auto used = parser.parse_body(std::string_view{bytes}.substr(head.size()), receiver);
        ASSERT_FALSE(used);
        EXPECT_EQ(used.error().code, ErrorCode::body_too_large);
    }
}

TEST(HttpParser, AHeadThatIsCutShortIsRefused) {
    const auto head = get("X: a\r\n");
    for (std::size_t length = 1; length < head.size(); ++length) {
        RequestParser parser;
        Request request;
        EXPECT_FALSE(parser.parse_head(head.substr(0, length), request)) << length;
    }
}

}  // namespace
}  // namespace haat::http
