// The text of log lines. What a client sent stands in them, so nothing of it may look like another line,
// another field or a command to a terminal, and none of it may be long.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "kernel/clock.hpp"

namespace haat::observe {

enum class LogFormat : std::uint8_t {
    pretty,    // for people
    json,      // one object a line
    combined,  // requests as Apache's combined log; the rest like pretty
};

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

// A value beside an event. Texts are views: they are read before the call returns. Never a secret.
struct Field {
    std::string_view key;
    std::variant<std::int64_t, double, bool, std::string_view> value;

    template <class T>
    Field(std::string_view key_, const T& value_) : key{key_} {
        if constexpr (std::is_same_v<T, bool>) {
            value = value_;
        } else if constexpr (std::is_integral_v<T>) {
            value = static_cast<std::int64_t>(value_);
        } else if constexpr (std::is_floating_point_v<T>) {
            value = static_cast<double>(value_);
        } else {
            value = std::string_view{value_};
        }
    }
};
using Fields = std::initializer_list<Field>;

// Longest a text may get in a line, escapes included; the rest becomes `…`.
inline constexpr std::size_t kMaxFieldBytes = 1'024;

// Appends text as the inside of a JSON string (RFC 8259) that is one harmless line: control characters
// (C0, DEL, C1: with them ANSI sequences), U+2028, U+2029 and invalid UTF-8 become \u escapes.
void append_escaped(std::string& out, std::string_view text);

// The same in quotes.
void append_quoted(std::string& out, std::string_view text);

// A number in decimal.
void append_decimal(std::string& out, std::int64_t number);

// Appends one line, with its end:
//   2026-11-22T12:47:00.123Z INFO  server_started port=3001 engine=sqlite
//   {"time":"2026-11-22T12:47:00.123Z","level":"info","event":"server_started","port":3001,…}
void append_event(std::string& out, LogFormat format, Timestamp at, LogLevel level, std::string_view event,
                  Fields fields);

}  // namespace haat::observe
