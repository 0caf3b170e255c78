#include "cart/quantity.hpp"

#include <algorithm>

#include "cart/pricing.hpp"
#include "kernel/decimal.hpp"
#include "kernel/fold.hpp"

namespace haat::cart {

Result<std::int64_t> read_quantity(const json::Loose& value) {
    const auto number = value.valid ? parse_decimal(trim(value.text), 0, INT64_MAX) : std::nullopt;
    if (!number || *number < 1) return fail(ErrorCode::quantity_too_small, "quantity");
    return *number;
}

Result<void> check_stock(const catalog::Product& product, std::int64_t quantity) {
    const std::int64_t available = std::min(product.fields.stock, kMaxQuantity);
    if (quantity <= available) return {};
    return fail(ErrorCode::only_in_stock, "quantity", std::to_string(available));
}

}  // namespace haat::cart
