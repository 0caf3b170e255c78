#include "cart/pricing.hpp"

#include "kernel/error.hpp"

namespace haat::cart {

Money discount_of(const Line& line) {
    // The product of all three has more than 64 bits; that of the whole hundreds of percent and that of
    // the rest have not.
    constexpr std::int64_t kScale = kWhole.hundredths;
    const std::int64_t gross = line.price.minor * line.quantity;
    const std::int64_t rest = gross % kScale * line.discount.hundredths;
    return {gross / kScale * line.discount.hundredths + (rest + kScale / 2) / kScale};
}

Summary summarize(std::span<const Line> lines) {
    HAAT_ASSERT(lines.size() <= static_cast<std::size_t>(kMaxCartLines));
    Summary sum;
    for (const Line& line : lines) {
        if (!line.counts) continue;
        sum.totalPrice = sum.totalPrice + Money{line.price.minor * line.quantity};
        sum.totalDiscount = sum.totalDiscount + discount_of(line);
        sum.totalQty += line.quantity;
    }
    sum.totalPayableAmount = sum.totalPrice - sum.totalDiscount;
    return sum;
}

}  // namespace haat::cart
