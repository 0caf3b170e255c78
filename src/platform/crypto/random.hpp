// Random values that nobody can guess, from the system's source. All are safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace haat::crypto {

// n bytes, any value.
std::string random_bytes(std::size_t n);

// n bytes as 2·n lower-case hex characters.
std::string random_hex(std::size_t n_bytes);

// 256 random bits as 64 lower-case hex characters: for links, reset tokens and the like.
std::string random_token();

// Uniform over 0 to bound - 1, without the bias of a remainder. bound is at least 1.
std::uint32_t random_below(std::uint32_t bound);

// Six digits, uniform over 000000 to 999999.
std::string six_digit_otp();

}  // namespace haat::crypto
