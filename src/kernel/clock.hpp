// Points in time, as the database and the wire know them.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

namespace haat {

// UTC, milliseconds since the epoch.
struct Timestamp {
    std::int64_t ms = 0;

    friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
    friend Timestamp operator+(Timestamp at, std::int64_t duration_ms) { return {at.ms + duration_ms}; }
    friend Timestamp operator-(Timestamp at, std::int64_t duration_ms) { return {at.ms - duration_ms}; }

    // Now, by the wall clock. Tests may shift it, see set_clock_offset_ms().
    static Timestamp now();
};

inline constexpr std::int64_t kSecondMs = 1'000;
inline constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
inline constexpr std::int64_t kHourMs = 60 * kMinuteMs;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;

// `YYYY-MM-DDTHH:mm:ss.sssZ`, always 24 characters. Years 0000 to 9999; others are clamped.
using IsoText = std::array<char, 24>;
IsoText to_iso(Timestamp at);
inline std::string_view view(const IsoText& text) { return {text.data(), text.size()}; }

// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, IMF-fixdate), always 29 characters.
using HttpDateText = std::array<char, 29>;
HttpDateText to_http_date(Timestamp at);
inline std::string_view view(const HttpDateText& text) { return {text.data(), text.size()}; }

// Milliseconds on a clock that never goes back, for time-outs and limits. Its zero means nothing.
std::int64_t steady_ms();

// Shifts Timestamp::now() for the whole process, so that tests can let codes and sessions expire.
void set_clock_offset_ms(std::int64_t offset_ms);

}  // namespace haat
