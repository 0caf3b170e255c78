// Base64 with the URL alphabet and without padding (RFC 4648 §5, RFC 7515 §2).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace haat::crypto {

std::string to_base64url(std::string_view bytes);

// The bytes, written to the beginning of buffer, which they stay in. nullopt when the text is anything
// but the one canonical form of some bytes (padding, other characters, spare bits that are set), or when
// the bytes do not fit.
std::optional<std::string_view> from_base64url(std::string_view text, std::span<char> buffer);

}  // namespace haat::crypto
