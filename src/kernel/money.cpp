#include "kernel/money.hpp"

#include "kernel/decimal.hpp"

namespace haat {

void append_decimal(std::string& out, Money amount) { append_decimal(out, amount.minor, 2); }

std::optional<Money> parse_money(std::string_view text) {
    const auto minor = parse_decimal(text, 2, kMaxPrice.minor);
    return minor ? std::optional{Money{*minor}} : std::nullopt;
}

}  // namespace haat
