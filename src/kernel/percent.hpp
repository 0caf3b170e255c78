// A percentage, exact to a hundredth.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/decimal.hpp"

namespace haat {

struct Percent {
    std::int64_t hundredths = 0;  // 12.5 % is 1250

    friend auto operator<=>(const Percent&, const Percent&) = default;
};

inline constexpr Percent kWhole{100'00};

inline void append_decimal(std::string& out, Percent percent) { append_decimal(out, percent.hundredths, 2); }

// nullopt when it is no number, has more than two decimals or is absurdly large. May be negative.
inline std::optional<Percent> parse_percent(std::string_view text) {
    const auto hundredths = parse_decimal(text, 2, 1'000'000'00);
    return hundredths ? std::optional{Percent{*hundredths}} : std::nullopt;
}

}  // namespace haat
