#include "addresses/rules.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace haat::addresses {
namespace {

constexpr std::size_t kPincodeDigits = 6;
constexpr std::size_t kMobileDigits = 10;

bool is_number_of(std::string_view text, std::size_t digits) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() == digits && text.front() != '0' && std::ranges::all_of(text, is_digit);
}

}  // namespace

Result<std::string> read_pincode(const json::Loose& value) {
    if (!value.valid || !is_number_of(value.text, kPincodeDigits))
        return fail(ErrorCode::invalid_pincode, "pincode");
    return value.text;
}

Result<std::int64_t> read_mobile(const json::Loose& value) {
    if (!value.valid || !is_number_of(value.text, kMobileDigits))
        return fail(ErrorCode::invalid_mobile, "mobile");
    std::int64_t mobile = 0;
    std::from_chars(value.text.data(), value.text.data() + value.text.size(), mobile);
    return mobile;
}

}  // namespace haat::addresses
