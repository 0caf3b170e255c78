// SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104), and comparing what they give. All are safe from any
// thread. Not for passwords: see password.hpp.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace haat::crypto {

// 32 raw bytes.
using Digest = std::array<char, 32>;
inline std::string_view view(const Digest& digest) { return {digest.data(), digest.size()}; }

Digest sha256(std::string_view text);
std::string sha256_hex(std::string_view text);

// The key may have any length. Keeps one context a thread: about 0.5 µs for a short text.
Digest hmac_sha256(std::string_view key, std::string_view text);
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

// Lower-case hex, two characters a byte.
std::string to_hex(std::string_view bytes);

// Takes the same time wherever two texts of one length differ; texts of different lengths differ at once,
// so only the length can be told from the time.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace haat::crypto
