#include "platform/http/response_writer.hpp"

#include <gtest/gtest.h>

#include <set>

#include "kernel/clock.hpp"
#include "platform/http/etag.hpp"
#include "platform/http/tests/inflate.hpp"
#include "platform/http/tests/made_requests.hpp"

namespace haat::http {
namespace {

using Ending = ResponseWriter::Ending;

// An answer taken apart.
struct Answer {
    std::string status_line;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::uint16_t status = 0;  // as the writer returned it

    [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
        std::vector<std::string> values;
        for (const auto& [key, value] : headers) {
            if (iequals(key, name)) values.push_back(value);
        }
        return values;
    }
    [[nodiscard]] std::string one(std::string_view name) const {
        const auto values = all(name);
        EXPECT_LE(values.size(), 1U) << name;
        return values.empty() ? "" : values.front();
    }
    [[nodiscard]] bool varies_by(std::string_view name) const {
        const auto values = all("Vary");
        return std::ranges::find(values, name) != values.end();
    }
};

Answer take_apart(const std::string& bytes) {
    Answer answer;
    const auto end = bytes.find("\r\n\r\n");
    EXPECT_NE(end, std::string::npos);
    answer.body = bytes.substr(end + 4);
    std::string head = bytes.substr(0, end + 2);
    while (!head.empty()) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.erase(0, line.size() + 2);
        const auto colon = line.find(": ");
        if (answer.status_line.empty())
            answer.status_line = line;
        else
            answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return answer;
}

Response with_body(std::string body) {
    Response response;
    response.body = std::move(body);
    return response;
}

class ResponseWriterTest : public testing::Test {
protected:
    Answer write(const Request& to, Response response, Ending ending = Ending::keep_open) {
        std::string out;
        const auto status = writer_.write(out, to, response, ending);
        Answer answer = take_apart(out);
        answer.status = status;
        return answer;
    }
    Answer write_cached(const Request& to, CachedAnswer& cached) {
        std::string out;
        const auto status = writer_.write_cached(out, to, cached, Ending::keep_open);
        Answer answer = take_apart(out);
        answer.status = status;
        return answer;
    }

    ResponseWriter writer_{CorsOptions{}};
    const std::string large_ = std::string(5'000, 'a');
};

TEST_F(ResponseWriterTest, AnAnswerHasTheHeadersOfEveryAnswer) {
    const auto answer = write(request(), with_body("{}"));
    EXPECT_EQ(answer.status_line, "HTTP/1.1 200 OK");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "{}");
    EXPECT_EQ(answer.one("Content-Length"), "2");
    EXPECT_EQ(answer.one("Content-Type"), "application/json; charset=utf-8");
    EXPECT_EQ(answer.one("Cache-Control"), "no-store");
    EXPECT_EQ(answer.one("X-Request-Id"), "id-1");
    EXPECT_EQ(answer.one("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.one("X-Frame-Options"), "SAMEORIGIN");
    EXPECT_EQ(answer.one("Cross-Origin-Resource-Policy"), "same-origin");
    EXPECT_TRUE(answer.one("Content-Security-Policy").contains("script-src 'self'"));
    EXPECT_TRUE(answer.one("Strict-Transport-Security").contains("includeSubDomains"));
    EXPECT_EQ(answer.one("Date").size(), 29U);
    EXPECT_EQ(answer.one("ETag"), weak_etag("{}"));
    EXPECT_EQ(answer.one("Connection"), "");
    for (const auto* absent : {"X-Powered-By", "Server", "Vary", "Access-Control-Allow-Origin"}) {
        EXPECT_TRUE(answer.all(absent).empty()) << absent;
    }
}

TEST_F(ResponseWriterTest, EveryStatusThatIsSentHasItsReason) {
    std::set<std::uint16_t> statuses{200, 201, 204};
    for (const auto& row : error_table()) statuses.insert(row.status);
    for (const auto status : statuses) {
        Response response;
        response.status = status;
        EXPECT_FALSE(write(request(), std::move(response)).status_line.ends_with("Unknown")) << status;
    }
}

TEST_F(ResponseWriterTest, TheDateIsThatOfTheLastRefresh) {
    set_clock_offset_ms(-kDayMs);
    writer_.refresh_date();
    const std::string yesterday{view(to_http_date(Timestamp::now()))};
    set_clock_offset_ms(0);
    EXPECT_EQ(write(request(), with_body("{}")).one("Date").substr(0, 16), yesterday.substr(0, 16));
    writer_.refresh_date();
    EXPECT_NE(write(request(), with_body("{}")).one("Date").substr(0, 16), yesterday.substr(0, 16));
}

TEST_F(ResponseWriterTest, SaysHowTheConnectionGoesOn) {
    EXPECT_EQ(write(request(), with_body("{}"), Ending::close).one("Connection"), "close");
    EXPECT_EQ(write(request(), with_body("{}"), Ending::keep_open_1_0).one("Connection"), "keep-alive");
}

TEST_F(ResponseWriterTest, TheHandlersHeadersStandBesideThem) {
    Response response = with_body("{}");
    response.status = 201;
    response.cache_control = "public, max-age=60";
    response.add_header("Set-Cookie", "a=1").add_header("Set-Cookie", "b=2");
    const auto answer = write(request(Method::post), std::move(response));
    EXPECT_EQ(answer.status_line, "HTTP/1.1 201 Created");
    EXPECT_EQ(answer.all("Set-Cookie"), (std::vector<std::string>{"a=1", "b=2"}));
    EXPECT_EQ(answer.one("Cache-Control"), "public, max-age=60");
    EXPECT_EQ(answer.one("ETag"), "") << "only reads have one";
}

TEST_F(ResponseWriterTest, MediaMayBeShownElsewhere) {
    EXPECT_EQ(write(request(Method::get, {}, "/media/x"), with_body("x")).one("Cross-Origin-Resource-Policy"),
              "cross-origin");
}

TEST_F(ResponseWriterTest, WhoHasItAlreadyGets304WithoutABody) {
    const auto etag = weak_etag("{}");
    const auto answer = write(request(Method::get, {{"If-None-Match", etag}}), with_body("{}"));
    EXPECT_EQ(answer.status, 304);
    EXPECT_EQ(answer.status_line, "HTTP/1.1 304 Not Modified");
    EXPECT_EQ(answer.one("ETag"), etag);
    EXPECT_EQ(answer.one("Cache-Control"), "no-store");
    EXPECT_TRUE(answer.body.empty() && answer.all("Content-Length").empty());
    EXPECT_EQ(write(request(Method::head, {{"If-None-Match", etag}}), with_body("{}")).status, 304);
}

TEST_F(ResponseWriterTest, A304VariesAsTheWholeAnswerWould) {
    const auto etag = weak_etag(large_);
    EXPECT_TRUE(write(request(Method::get, {{"If-None-Match", etag}}), with_body(large_))
                    .varies_by("Accept-Encoding"));
    const auto cached = ResponseWriter::finish(with_body(large_));
    EXPECT_TRUE(
        write_cached(request(Method::get, {{"If-None-Match", etag}}), *cached).varies_by("Accept-Encoding"))
        << "RFC 9110, 15.4.5";
}

TEST_F(ResponseWriterTest, TheWholeAnswerGoesToWhoWantsItFreshOrHasAnotherOrChangesSomething) {
    const auto etag = weak_etag("{}");
    EXPECT_EQ(
        write(request(Method::get, {{"If-None-Match", etag}, {"Cache-Control", "no-cache"}}), with_body("{}"))
            .status,
        200);
    EXPECT_EQ(write(request(Method::get, {{"If-None-Match", "\"x\""}}), with_body("{}")).status, 200);
    EXPECT_EQ(write(request(Method::post, {{"If-None-Match", "*"}}), with_body("{}")).status, 200);
    Response missing = with_body("{}");
    missing.status = 404;
    EXPECT_EQ(write(request(Method::get, {{"If-None-Match", "*"}}), std::move(missing)).status, 404);
}

TEST_F(ResponseWriterTest, AHandlersOwnEtagCounts) {
    Response response = with_body("image");
    response.add_header("ETag", "\"own\"");
    EXPECT_EQ(write(request(), response).one("ETag"), "\"own\"");
    EXPECT_EQ(write(request(Method::get, {{"If-None-Match", "\"own\""}}), response).status, 304);
}

TEST_F(ResponseWriterTest, HeadGetsTheHeadersOfGet) {
    for (const auto& headers : {std::vector<Header>{}, std::vector<Header>{{"Accept-Encoding", "gzip"}}}) {
        const auto get = write(request(Method::get, headers), with_body(large_));
        const auto head = write(request(Method::head, headers), with_body(large_));
        EXPECT_TRUE(head.body.empty());
        EXPECT_EQ(head.headers, get.headers);
        EXPECT_EQ(get.one("Content-Length"), std::to_string(get.body.size()));
    }
}

TEST_F(ResponseWriterTest, ALargeTextIsCompressedForWhoAccepts) {
    const auto plain = write(request(), with_body(large_));
    EXPECT_EQ(plain.body, large_);
    EXPECT_EQ(plain.one("Content-Encoding"), "");
    EXPECT_TRUE(plain.varies_by("Accept-Encoding")) << "what others get is different";
    const auto gzip = write(request(Method::get, {{"Accept-Encoding", "gzip"}}), with_body(large_));
    EXPECT_EQ(gzip.one("Content-Encoding"), "gzip");
    EXPECT_EQ(sample::gunzip(gzip.body, 10'000), large_);
    EXPECT_EQ(gzip.one("ETag"), plain.one("ETag")) << "a weak validator is of the meaning";
    const auto br = write(request(Method::get, {{"Accept-Encoding", "gzip, br"}}), with_body(large_));
    EXPECT_EQ(br.one("Content-Encoding"), "br");
    EXPECT_EQ(sample::unbrotli(br.body, 10'000), large_);
}

TEST_F(ResponseWriterTest, SmallBodiesAndImagesGoAsTheyAre) {
    const auto to = request(Method::get, {{"Accept-Encoding", "br"}});
    const auto small = write(to, with_body(std::string(kMinCompressedBytes, 'a')));
    EXPECT_EQ(small.one("Content-Encoding"), "");
    EXPECT_FALSE(small.varies_by("Accept-Encoding"));
    Response image = with_body(large_);
    image.content_type = "image/webp";
    EXPECT_EQ(write(to, std::move(image)).body, large_);
}

TEST_F(ResponseWriterTest, AFinishedAnswerIsWhatTheHandlerAnswered) {
    for (const std::string& body : {std::string{"{}"}, large_}) {
        const auto cached = ResponseWriter::finish(with_body(body));
        const auto answer = write_cached(request(), *cached);
        EXPECT_EQ(answer.status_line, "HTTP/1.1 200 OK");
        EXPECT_EQ(answer.body, body);
        EXPECT_EQ(answer.one("Content-Length"), std::to_string(body.size()));
        EXPECT_EQ(answer.one("ETag"), weak_etag(body));
        EXPECT_EQ(answer.one("Content-Type"), "application/json; charset=utf-8");
        EXPECT_EQ(answer.varies_by("Accept-Encoding"), body.size() > kMinCompressedBytes);
        EXPECT_EQ(answer.one("X-Request-Id"), "id-1");
        const auto head = write_cached(request(Method::head), *cached);
        EXPECT_EQ(head.headers, answer.headers);
        EXPECT_TRUE(head.body.empty());
        EXPECT_EQ(write_cached(request(Method::get, {{"If-None-Match", weak_etag(body)}}), *cached).status,
                  304);
    }
}

TEST_F(ResponseWriterTest, AFinishedAnswerKeepsItsCompressedForms) {
    const auto cached = ResponseWriter::finish(with_body(large_));
    const auto before = cached->bytes();
    const auto to = request(Method::get, {{"Accept-Encoding", "br"}});
    const auto first = write_cached(to, *cached);
    EXPECT_EQ(sample::unbrotli(first.body, 10'000), large_);
    EXPECT_EQ(first.one("Content-Encoding"), "br");
    const auto after = cached->bytes();
    EXPECT_GT(after, before);
    EXPECT_EQ(write_cached(to, *cached).body, first.body);
    EXPECT_EQ(cached->bytes(), after) << "made once";
}

TEST_F(ResponseWriterTest, APreflightWithoutOriginsAllowsNothing) {
    std::string out;
    EXPECT_EQ(writer_.write_preflight(out, request(Method::options), Ending::keep_open), 204);
    const auto answer = take_apart(out);
    EXPECT_EQ(answer.status_line, "HTTP/1.1 204 No Content");
    EXPECT_EQ(answer.one("Content-Length"), "0");
    for (const auto& [name, value] : answer.headers) EXPECT_FALSE(name.starts_with("Access-Control")) << name;
}

TEST(ResponseWriterCors, OneOriginIsTheOnlyOne) {
    ResponseWriter writer{CorsOptions{{"https://shop.example"}}};
    std::string out;
    Response response = with_body("{}");
    writer.write(out, request(Method::get, {{"Origin", "https://evil.example"}}), response,
                 Ending::keep_open);
    const auto answer = take_apart(out);
    EXPECT_EQ(answer.one("Access-Control-Allow-Origin"), "https://shop.example");
    EXPECT_EQ(answer.one("Access-Control-Allow-Credentials"), "true");
    EXPECT_TRUE(answer.varies_by("Origin"));
}

TEST(ResponseWriterCors, OfSeveralOriginsTheCallersIsNamedIfItIsOnTheList) {
    ResponseWriter writer{CorsOptions{{"https://a.example", "https://b.example"}}};
    const auto allowed = [&](std::vector<Header> headers) {
        std::string out;
        Response response = with_body("{}");
        writer.write(out, request(Method::get, std::move(headers)), response, Ending::keep_open);
        return take_apart(out).one("Access-Control-Allow-Origin");
    };
    EXPECT_EQ(allowed({{"Origin", "https://b.example"}}), "https://b.example");
    EXPECT_EQ(allowed({{"Origin", "https://b.example.evil"}}), "");
    EXPECT_EQ(allowed({}), "");
}

TEST(ResponseWriterCors, APreflightAllowsTheHeadersThatAreAskedFor) {
    ResponseWriter writer{CorsOptions{{"https://a.example"}}};
    std::string out;
    writer.write_preflight(out, request(Method::options, {{"Access-Control-Request-Headers", "x-a, x-b"}}),
                           Ending::keep_open);
    const auto answer = take_apart(out);
    EXPECT_EQ(answer.one("Access-Control-Allow-Headers"), "x-a, x-b");
    EXPECT_EQ(answer.one("Access-Control-Allow-Methods"), "GET,HEAD,PUT,PATCH,POST,DELETE");
    EXPECT_TRUE(answer.varies_by("Access-Control-Request-Headers"));
}

}  // namespace
}  // namespace haat::http
