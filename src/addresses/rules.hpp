// What a pincode and a mobile number look like. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "kernel/error.hpp"
#include "platform/json/types.hpp"

namespace haat::addresses {

// Six ASCII digits, the first not 0, as text or as a number; nothing around them. Errors: invalid_pincode.
Result<std::string> read_pincode(const json::Loose& value);

// Ten ASCII digits, the first not 0, as text or as a number; nothing around them. Errors: invalid_mobile.
Result<std::int64_t> read_mobile(const json::Loose& value);

}  // namespace haat::addresses
