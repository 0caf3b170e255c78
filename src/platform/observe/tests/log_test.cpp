#include "platform/observe/log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <limits>
#include <thread>

#include "platform/observe/access.hpp"
#include "platform/observe/tests/log_file.hpp"

namespace haat::observe {
namespace {

std::string event_text(LogFormat format, std::string_view event, Fields fields) {
    std::string line;
    append_event(line, format, Timestamp{1'795'351'620'123}, LogLevel::warn, event, fields);
    return line;
}

boost::json::object parse_line(const std::string& line) {
    EXPECT_EQ(std::ranges::count(line, '\n'), 1);
    EXPECT_TRUE(line.ends_with('\n'));
    return boost::json::parse(line).as_object();
}

TEST(LogText, WritesFieldsAsJsonOfTheirType) {
    const auto line = event_text(LogFormat::json, "started",
                                 {{"port", 3001},
                                  {"ratio", 0.5},
                                  {"tls", false},
                                  {"engine", "sqlite"},
                                  {"odd", std::numeric_limits<double>::infinity()}});
    EXPECT_EQ(
        line,
        R"({"time":"2026-11-22T12:47:00.123Z","level":"warn","event":"started","port":3001,"ratio":0.5,)"
        R"("tls":false,"engine":"sqlite","odd":null})"
        "\n");
}

TEST(LogText, WritesFieldsForPeople) {
    EXPECT_EQ(event_text(LogFormat::pretty, "started",
                         {{"port", 3001}, {"engine", "sqlite"}, {"why", "two words"}, {"no", ""}}),
              "2026-11-22T12:47:00.123Z WARN  started port=3001 engine=sqlite why=\"two words\" no=\"\"\n");
    EXPECT_EQ(event_text(LogFormat::combined, "x", {{"a", "b=c"}}),
              "2026-11-22T12:47:00.123Z WARN  x a=\"b=c\"\n")
        << "events have no combined form; a value cannot look like a field";
}

// TRUST, check 120.
TEST(LogText, KeepsHostileTextInOneHarmlessLine) {
    const std::string hostile =
        "a\r\nb\x1b[2Jc\x7f\xc2\x9b"
        "31m\xe2\x80\xa8"
        "d\"e\\f" +
        std::string{"\0g", 2} + "\xff\xc0\xaf\xed\xa0\x80 ü€😀";
    for (const auto format : {LogFormat::json, LogFormat::pretty}) {
        const auto line = event_text(format, "x", {{"agent", hostile}});
        EXPECT_EQ(std::ranges::count(line, '\n'), 1);
        for (const char* bad : {"\r", "\x1b", "\x7f", "\xc2\x9b", "\xe2\x80\xa8", "\xff", "\xc0", "\xed"}) {
            EXPECT_EQ(line.find(bad), std::string::npos) << line;
        }
        EXPECT_EQ(line.find('\0'), std::string::npos);
        EXPECT_NE(line.find("ü€😀"), std::string::npos) << "harmless text stays as it is";
    }
    const auto object = parse_line(event_text(LogFormat::json, "x", {{"agent", hostile}}));
    const std::string expected =
        "a\r\nb\x1b[2Jc\x7f\xc2\x9b"
        "31m\xe2\x80\xa8"
        "d\"e\\f" +
        std::string{"\0g", 2} +
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd ü€😀";
    EXPECT_EQ(std::string{object.at("agent").as_string()}, expected);
}

TEST(LogText, EveryByteMakesAValidLine) {
    for (int c = 0; c < 256; ++c) {
        const std::string text(3, static_cast<char>(c));
        EXPECT_NO_THROW(parse_line(event_text(LogFormat::json, text, {{text, text}}))) << c;
    }
}

TEST(LogText, CapsEveryField) {
    const std::string megabyte(1'000'000, 'x');
    EXPECT_LT(event_text(LogFormat::json, "x", {{"a", megabyte}}).size(), kMaxFieldBytes + 120);
    EXPECT_LT(event_text(LogFormat::pretty, megabyte, {{"a", megabyte}}).size(), 2 * kMaxFieldBytes + 120);
    const std::string controls(1'000'000, '\x01');
    EXPECT_LT(event_text(LogFormat::json, "x", {{"a", controls}}).size(), kMaxFieldBytes + 120)
        << "the limit is for what is written, escapes included";
    std::string long_text;
    for (int i = 0; i < 1'000; ++i) long_text += "€";
    const auto cut = parse_line(event_text(LogFormat::json, "x", {{"a", long_text}})).at("a").as_string();
    EXPECT_TRUE(cut.ends_with("€…")) << "no character is cut in two";
    const std::string fits(kMaxFieldBytes, 'x');
    EXPECT_EQ(parse_line(event_text(LogFormat::json, "x", {{"a", fits}})).at("a").as_string(), fits);
}

TEST(Log, WritesEventsInOrderFromItsLevelOn) {
    const LogFile file;
    start_log({.format = LogFormat::json, .level = LogLevel::warn, .fd = file.fd()});
    log_info("left_out");
    for (int i = 0; i < 100; ++i) log_warn("counted", {{"i", i}});
    log_error("last");
    stop_log();
    const auto lines = file.lines();
    ASSERT_EQ(lines.size(), 101U);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(boost::json::parse(lines[static_cast<std::size_t>(i)]).at("i"), i);
    }
    EXPECT_EQ(boost::json::parse(lines.back()).at("level"), "error");
}

TEST(Log, MixesNoLinesOfManyThreads) {
    const LogFile file;
    start_log({.format = LogFormat::json, .fd = file.fd()});
    constexpr int kThreads = 4;
    constexpr int kLines = 500;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t) {
            threads.emplace_back([] {
                for (int i = 0; i < kLines; ++i) {
                    log_info("event", {{"text", "some text with a \n in it"}});
                    log_access({.method = "GET", .path = "/", .status = 200});
                }
            });
        }
    }
    stop_log();
    const auto lines = file.lines();
    EXPECT_EQ(lines.size(), 2U * kThreads * kLines);
    for (const auto& line : lines) EXPECT_NO_THROW(boost::json::parse(line)) << line;
}

// A reader that has stalled must cost memory that is bounded, and no caller's time.
TEST(Log, NeverWaitsForItsReaderAndCountsWhatItGivesUp) {
    std::array<int, 2> pipe_ends{};
    ASSERT_EQ(::pipe(pipe_ends.data()), 0);
    const auto dropped_before = log_dropped();
    start_log({.format = LogFormat::json, .fd = pipe_ends[1]});
    const std::string text(900, 'x');
    constexpr std::uint64_t kEvents = kMaxQueuedEvents + 2'000;
    for (std::uint64_t i = 0; i < kEvents; ++i) log_info("flood", {{"i", i}, {"text", text}});
    const auto dropped = log_dropped() - dropped_before;
    EXPECT_GT(dropped, 0U);

    std::string all;
    std::jthread reader{[&] {
        std::array<char, 65'536> some{};
        for (ssize_t got = 0; (got = ::read(pipe_ends[0], some.data(), some.size())) > 0;) {
            all.append(some.data(), static_cast<std::size_t>(got));
        }
    }};
    stop_log();
    ::close(pipe_ends[1]);
    reader.join();
    ::close(pipe_ends[0]);
    const auto came = static_cast<std::uint64_t>(std::ranges::count(all, '\n'));
    EXPECT_EQ(came + dropped, kEvents) << "written or counted as dropped, nothing else";
    EXPECT_NE(all.find("\"i\":" + std::to_string(kEvents - 1) + ","), std::string::npos)
        << "the newest survives";
}

TEST(Log, KnowsTheNamesOfSettings) {
    EXPECT_EQ(parse_log_format("combined"), LogFormat::combined);
    EXPECT_EQ(parse_log_format("Json"), std::nullopt);
    EXPECT_EQ(parse_log_level("warn"), LogLevel::warn);
    EXPECT_EQ(parse_log_level("off"), LogLevel::off);
    EXPECT_EQ(parse_log_level(""), std::nullopt);
}

}  // namespace
}  // namespace haat::observe
