#include "kernel/clock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string_view>

namespace haat {
namespace {

std::atomic<std::int64_t> g_offset_ms{0};

constexpr std::int64_t kFirstMs = -62'167'219'200'000;  // 0000-01-01T00:00:00.000Z
constexpr std::int64_t kLastMs = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

struct Civil {
    int year;
    unsigned month, day, weekday;
    unsigned hour, minute, second, milli;
};

Civil to_civil(Timestamp at) {
    using namespace std::chrono;
    const sys_time<milliseconds> time{milliseconds{std::clamp(at.ms, kFirstMs, kLastMs)}};
    const auto day = floor<days>(time);
    const year_month_day date{day};
    const auto in_day = static_cast<std::uint64_t>((time - day).count());
    return {.year = static_cast<int>(date.year()),
            .month = static_cast<unsigned>(date.month()),
            .day = static_cast<unsigned>(date.day()),
            .weekday = weekday{day}.c_encoding(),
            .hour = static_cast<unsigned>(in_day / kHourMs),
            .minute = static_cast<unsigned>(in_day / kMinuteMs % 60),
            .second = static_cast<unsigned>(in_day / kSecondMs % 60),
            .milli = static_cast<unsigned>(in_day % kSecondMs)};
}

char* put_digits(char* out, unsigned value, int digits) {
    for (int i = digits - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    return out + digits;
}

char* put_text(char* out, std::string_view text) { return std::ranges::copy(text, out).out; }

}  // namespace

Timestamp Timestamp::now() {
    using namespace std::chrono;
    const auto since_epoch = system_clock::now().time_since_epoch();
    return {duration_cast<milliseconds>(since_epoch).count() + g_offset_ms.load(std::memory_order_relaxed)};
}

void set_clock_offset_ms(std::int64_t offset_ms) { g_offset_ms = offset_ms; }

std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

IsoText to_iso(Timestamp at) {
    const Civil c = to_civil(at);
    IsoText text;
    char* out = put_digits(text.data(), static_cast<unsigned>(c.year), 4);
    *out++ = '-';
    out = put_digits(out, c.month, 2);
    *out++ = '-';
    out = put_digits(out, c.day, 2);
    *out++ = 'T';
    out = put_digits(out, c.hour, 2);
    *out++ = ':';
    out = put_digits(out, c.minute, 2);
    *out++ = ':';
    out = put_digits(out, c.second, 2);
    *out++ = '.';
    out = put_digits(out, c.milli, 3);
    *out = 'Z';
    return text;
}

HttpDateText to_http_date(Timestamp at) {
    static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const Civil c = to_civil(at);
    HttpDateText text;
    char* out = put_text(text.data(), kDays[c.weekday]);
    out = put_text(out, ", ");
    out = put_digits(out, c.day, 2);
    *out++ = ' ';
    out = put_text(out, kMonths[c.month - 1]);
    *out++ = ' ';
    out = put_digits(out, static_cast<unsigned>(c.year), 4);
    *out++ = ' ';
    out = put_digits(out, c.hour, 2);
    *out++ = ':';
    out = put_digits(out, c.minute, 2);
    *out++ = ':';
    out = put_digits(out, c.second, 2);
    put_text(out, " GMT");
    return text;
}

}  // namespace haat
