// Money: a whole number of minor units (paise, cents), never a floating-point number.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haat {

struct Money {
    std::int64_t minor = 0;  // hundredths of the main unit

    friend auto operator<=>(const Money&, const Money&) = default;
    friend Money operator+(Money a, Money b) { return {a.minor + b.minor}; }
    friend Money operator-(Money a, Money b) { return {a.minor - b.minor}; }
};

// The largest price of one product: 10 thousand million main units. A cart of kMaxQuantity of it
// in kMaxCartLines lines still fits into 64 bits.
inline constexpr Money kMaxPrice{1'000'000'000'000};

// The number as JSON writes it: at most two decimals, no trailing zero (`999.99`, `20`, `0.5`).
void append_decimal(std::string& out, Money amount);

// Reads a decimal number of the main unit (`999.99`, `1e3`, `.5`). nullopt when it is no number, has
// more than two decimals that count, or lies outside of ±kMaxPrice.
std::optional<Money> parse_money(std::string_view text);

}  // namespace haat
