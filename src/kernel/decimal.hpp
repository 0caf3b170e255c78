// Exact decimal numbers out of text, shared by money and percentages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haat {

// Reads `[+-]digits[.digits][e[+-]digits]` as a whole number of 10^-decimals, exactly. nullopt when
// the text is something else, needs more decimals, exceeds max_abs, or has more than 18 digits.
std::optional<std::int64_t> parse_decimal(std::string_view text, int decimals, std::int64_t max_abs);

// Writes value · 10^-decimals without trailing zeros.
void append_decimal(std::string& out, std::int64_t value, int decimals);

}  // namespace haat
