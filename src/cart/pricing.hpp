// What a cart costs. Pure and exact: whole minor units, no rounding but the one of a line's discount.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel/money.hpp"
#include "kernel/percent.hpp"

namespace haat::cart {

inline constexpr std::int64_t kMaxQuantity = 10'000;  // of one product
inline constexpr std::int64_t kMaxCartLines = 500;
static_assert(kMaxPrice.minor <= INT64_MAX / kMaxQuantity / kMaxCartLines,
              "the sums of a cart fit into 64 bits");

struct Line {
    Money price{};              // of one, 0 to kMaxPrice
    Percent discount{};         // 0 to 100 %
    std::int64_t quantity = 1;  // 1 to kMaxQuantity
    bool counts = true;         // false for a product that is gone or not published
};

struct Summary {
    Money totalPrice{};  // before discounts
    Money totalDiscount{};
    std::int64_t totalQty = 0;
    Money totalPayableAmount{};  // totalPrice - totalDiscount

    friend bool operator==(const Summary&, const Summary&) = default;
};

// price · quantity · discount / 100, rounded half up to the minor unit.
Money discount_of(const Line& line);

// The sums over at most kMaxCartLines lines, of those that count.
Summary summarize(std::span<const Line> lines);

}  // namespace haat::cart
