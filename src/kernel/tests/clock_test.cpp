#include "kernel/clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace haat {
namespace {

std::string iso(std::int64_t ms) { return std::string{view(to_iso({ms}))}; }
std::string http_date(std::int64_t ms) { return std::string{view(to_http_date({ms}))}; }

TEST(Clock, WritesPointsInTimeAsJavaScriptDoes) {
    EXPECT_EQ(iso(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(iso(784'111'777'089), "1994-11-06T08:49:37.089Z");
    EXPECT_EQ(iso(1'709'164'800'000 - 1), "2024-02-28T23:59:59.999Z");
    EXPECT_EQ(iso(1'709'164'800'000), "2024-02-29T00:00:00.000Z");
    EXPECT_EQ(iso(-1), "1969-12-31T23:59:59.999Z");
}

TEST(Clock, YearsHaveFourDigitsAndOthersAreClamped) {
    EXPECT_EQ(iso(-62'167'219'200'000), "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(iso(-62'167'219'200'001), "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(iso(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(iso(253'402'300'800'000), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(iso(INT64_MIN), "0000-01-01T00:00:00.000Z");
    EXPECT_EQ(iso(INT64_MAX), "9999-12-31T23:59:59.999Z");
    EXPECT_EQ(http_date(INT64_MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
}

TEST(Clock, WritesTheDateOfTheRfc) {
    EXPECT_EQ(http_date(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(http_date(1'709'164'800'000), "Thu, 29 Feb 2024 00:00:00 GMT");
}

TEST(Clock, EveryMonthAndWeekdayHasItsName) {
    constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    constexpr std::string_view kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    for (std::int64_t day = 0; day < 365; ++day) {
        const std::string text = http_date(day * kDayMs);
        const auto month = static_cast<std::size_t>(std::stoi(iso(day * kDayMs).substr(5, 2)));
        EXPECT_EQ(text.substr(0, 3), kDays[day % 7]);
        EXPECT_EQ(text.substr(8, 3), kMonths[month - 1]);
    }
}

TEST(Clock, NowIsTheWallClockAndTestsMayShiftIt) {
    using namespace std::chrono;
    const auto wall = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    EXPECT_NEAR(static_cast<double>(Timestamp::now().ms), static_cast<double>(wall), 5'000.0);
    const Timestamp before = Timestamp::now();
    set_clock_offset_ms(kHourMs);
    const Timestamp shifted = Timestamp::now();
    set_clock_offset_ms(0);
    EXPECT_GE(shifted, before + kHourMs);
    EXPECT_LT(Timestamp::now(), before + kHourMs);
}

TEST(Clock, TheSteadyOneIgnoresTheShiftAndNeverGoesBack) {
    const auto before = steady_ms();
    set_clock_offset_ms(kDayMs);
    const auto after = steady_ms();
    set_clock_offset_ms(0);
    EXPECT_GE(after, before);
    EXPECT_LT(after - before, kHourMs);
}

}  // namespace
}  // namespace haat
