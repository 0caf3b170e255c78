#include "kernel/decimal.hpp"

#include <charconv>

namespace haat {
namespace {

constexpr int kMaxExponent = 400;  // beyond what a double can hold; bounds the work

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes `[+-]digits` from the front of text.
std::optional<int> take_exponent(std::string_view& text) {
    const bool has_plus = !text.empty() && text.front() == '+';
    if (has_plus) text.remove_prefix(1);
    if (has_plus && text.starts_with('-')) return std::nullopt;
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc{} || exponent > kMaxExponent || exponent < -kMaxExponent) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return exponent;
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text, int decimals, std::int64_t max_abs) {
    const bool negative = !text.empty() && text.front() == '-';
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);

    std::string digits;  // all significant digits
    int scale = 0;       // how many of them stand behind the point
    bool seen_digit = false;
    bool seen_point = false;
    while (!text.empty() && (is_digit(text.front()) || (text.front() == '.' && !seen_point))) {
        if (text.front() == '.') {
            seen_point = true;
        } else {
            seen_digit = true;
            if (!digits.empty() || text.front() != '0') digits += text.front();
            if (seen_point) ++scale;
        }
        text.remove_prefix(1);
    }
    if (!seen_digit) return std::nullopt;
    if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
        text.remove_prefix(1);
        const auto exponent = take_exponent(text);
        if (!exponent) return std::nullopt;
        scale -= *exponent;
    }
    if (!text.empty()) return std::nullopt;

    while (!digits.empty() && digits.back() == '0') {
        digits.pop_back();
        --scale;
    }
    if (digits.empty()) return 0;
    if (scale > decimals) return std::nullopt;
    if (digits.size() + static_cast<std::size_t>(decimals - scale) > 18) return std::nullopt;
    digits.append(static_cast<std::size_t>(decimals - scale), '0');

    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (value > max_abs) return std::nullopt;
    return negative ? -value : value;
}

void append_decimal(std::string& out, std::int64_t value, int decimals) {
    std::uint64_t rest =
        value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    if (value < 0) out += '-';
    std::uint64_t unit = 1;
    for (int i = 0; i < decimals; ++i) unit *= 10;

    char whole[24];
    const auto end = std::to_chars(whole, whole + sizeof whole, rest / unit).ptr;
    out.append(whole, end);
    rest %= unit;
    if (rest == 0) return;
    out += '.';
    while (rest != 0) {
        unit /= 10;
        out += static_cast<char>('0' + rest / unit);
        rest %= unit;
    }
}

}  // namespace haat
