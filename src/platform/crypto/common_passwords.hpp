// The passwords that guessers try first. The rules that widen them are in password_rules.hpp.
#pragma once

#include <string_view>

namespace haat::crypto {

// A password of 8 characters or more that many people use. Wants lower case.
bool is_common_password(std::string_view lower);

// A word of 3 to 7 letters that people like to lengthen into a password (`admin` to `admin2024`). Wants
// lower case.
bool is_common_word(std::string_view lower);

}  // namespace haat::crypto
