#include "platform/observe/access.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <thread>

#include "platform/observe/log.hpp"
#include "platform/observe/tests/log_file.hpp"

namespace haat::observe {
namespace {

AccessLine sample() {
    return {.time = {1'795'351'620'123},
            .request_id = "id-1",
            .client = "203.0.113.9",
            .method = "GET",
            .route = "list_products",
            .path = "/api/product/all",
            .query = "page=2&Code=s3cret",
            .status = 200,
            .bytes = 6123,
            .took = std::chrono::microseconds{412},
            .referrer = "https://shop.example/reset?token=s3cret",
            .user_agent = "curl/8 \"x\""};
}

std::string text(LogFormat format, const AccessLine& line) {
    std::string out;
    append_access(out, format, line);
    return out;
}

TEST(AccessLog, WritesJson) {
    EXPECT_EQ(
        text(LogFormat::json, sample()),
        R"({"time":"2026-11-22T12:47:00.123Z","event":"request","request_id":"id-1","client":"203.0.113.9",)"
        R"("user":"-","method":"GET","route":"list_products","path":"/api/product/all","status":200,)"
        R"("bytes":6123,"duration_us":412})"
        "\n");
}

TEST(AccessLog, WritesCombinedAsApacheDoes) {
    auto line = sample();
    line.user = "0123456789abcdef01234567";
    line.http_minor = 0;
    EXPECT_EQ(text(LogFormat::combined, line),
              "203.0.113.9 - 0123456789abcdef01234567 [22/Nov/2026:12:47:00 +0000] "
              "\"GET /api/product/all?page=2&Code=*** HTTP/1.0\" 200 6123 \"https://shop.example/reset\" "
              "\"curl/8 \\\"x\\\"\"\n");
    EXPECT_EQ(text(LogFormat::combined, {.time = {0}, .method = "GET", .path = "/", .status = 204}),
              "- - - [01/Jan/1970:00:00:00 +0000] \"GET / HTTP/1.1\" 204 0 \"-\" \"-\"\n");
}

TEST(AccessLog, WritesForPeople) {
    EXPECT_EQ(text(LogFormat::pretty, sample()),
              "2026-11-22T12:47:00.123Z 200 GET /api/product/all 412us 6123B client=203.0.113.9 user=- "
              "route=list_products id=id-1\n");
}

TEST(AccessLog, FollowsTheClockAcrossSeconds) {
    auto line = sample();
    for (const auto& [ms, expected] : std::initializer_list<std::pair<std::int64_t, std::string_view>>{
             {1'795'351'620'999, "2026-11-22T12:47:00.999Z"},
             {1'795'351'621'000, "2026-11-22T12:47:01.000Z"},
             {1'795'351'620'007, "2026-11-22T12:47:00.007Z"},
             {1'795'357'799'050, "2026-11-22T14:29:59.050Z"}}) {
        line.time = {ms};
        EXPECT_EQ(text(LogFormat::pretty, line).substr(0, 24), expected);
    }
}

TEST(AccessLog, TellsNoSecretOfAQuery) {
    EXPECT_EQ(redact_query(""), "");
    EXPECT_EQ(redact_query("page=1&limit=2"), "page=1&limit=2");
    EXPECT_EQ(redact_query("code=a"), "code=***");
    EXPECT_EQ(redact_query("a=1&accessTOKEN=b=c&x"), "a=1&accessTOKEN=***&x");
    EXPECT_EQ(redact_query("otp=1&newPassword=2&client_secret=3"),
              "otp=***&newPassword=***&client_secret=***");
    EXPECT_EQ(redact_query("c%6fde=a&q=%41"), "c%6fde=***&q=%41") << "an encoded key may be any key";
    for (const auto format : {LogFormat::json, LogFormat::pretty, LogFormat::combined}) {
        EXPECT_EQ(text(format, sample()).find("s3cret"), std::string::npos);
    }
}

TEST(AccessLog, KeepsHostileRequestsInOneShortLine) {
    auto line = sample();
    const std::string hostile = "/\r\n\x1b[31m\" 200 0 \xff" + std::string(1'000'000, 'x');
    line.path = line.query = line.referrer = line.user_agent = line.client = line.method = hostile;
    for (const auto format : {LogFormat::json, LogFormat::pretty, LogFormat::combined}) {
        const auto written = text(format, line);
        EXPECT_EQ(std::ranges::count(written, '\n'), 1);
        EXPECT_EQ(written.find('\x1b'), std::string::npos);
        EXPECT_EQ(written.find("/\\r\\n\\u001b[31m\" "), std::string::npos) << "a quote ends nothing early";
        EXPECT_LT(written.size(), 8U * 1024);
    }
    EXPECT_NO_THROW(boost::json::parse(text(LogFormat::json, line)));
}

TEST(AccessLog, GathersLinesAndHandsThemOver) {
    const LogFile file;
    start_log({.format = LogFormat::json, .fd = file.fd()});
    const auto line = sample();
    std::jthread{[&] { log_access(line); }}.join();  // a thread that ends leaves nothing behind
    log_access(line);
    flush_access_log();
    for (int i = 0; i < 200; ++i) log_access(line);
    stop_log();
    EXPECT_EQ(file.lines().size(), 202U);
    for (const auto& written : file.lines()) EXPECT_EQ(written + "\n", text(LogFormat::json, line));
}

TEST(AccessLog, CanBeOff) {
    const LogFile file;
    start_log({.access = false, .fd = file.fd()});
    log_access(sample());
    log_info("on");
    stop_log();
    EXPECT_EQ(file.lines().size(), 1U);
}

}  // namespace
}  // namespace haat::observe
