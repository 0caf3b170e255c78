// How many of a product.
#pragma once

#include <cstdint>

#include "catalog/catalog.hpp"
#include "kernel/error.hpp"
#include "platform/json/types.hpp"

namespace haat::cart {

// A whole number from 1, or its text. Errors: quantity_too_small for everything else, numbers of more than
// 18 digits included.
Result<std::int64_t> read_quantity(const json::Loose& value);

// Whether a cart may hold that many. Errors: only_in_stock with how many it may hold.
Result<void> check_stock(const catalog::Product& product, std::int64_t quantity);

}  // namespace haat::cart
