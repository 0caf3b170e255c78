// What a new password must be (OWASP ASVS 5.0, 6.2): long enough, and not what everybody tries first. No
// rules about kinds of characters (6.2.5).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace haat::crypto {

inline constexpr std::size_t kMinPasswordCharacters = 8;  // Unicode code points
inline constexpr std::size_t kMaxPasswordBytes = 1024;

// Why a password will not do, in words for its owner; nullopt when it will. Wants valid UTF-8. Too common
// is, whatever its case:
//   - a password on the list of common_passwords.hpp,
//   - a common word or password with up to 8 digits and signs around it, and with digits or signs in place
//     of letters (`password1`, `2024admin!`, `p@ssw0rd`),
//   - a piece of up to 4 bytes over and over (`aaaaaaaa`, `12341234`),
//   - pieces of 3 or more of a row of digits, letters or keys, forwards or backwards (`12345678`,
//     `qwer4321`).
std::optional<std::string> check_new_password(std::string_view text);

}  // namespace haat::crypto
