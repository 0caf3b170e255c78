// Compression of answers (RFC 9110, 8.4 and 12.5.3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace haat::http {

enum class Encoding : std::uint8_t { identity, gzip, br };
inline constexpr std::size_t kEncodings = 3;

// Smaller bodies go as they are: they fit into one packet anyway.
inline constexpr std::size_t kMinCompressedBytes = 1024;

// `gzip`, `br`; empty for identity.
std::string_view to_text(Encoding encoding);

// The best encoding that Accept-Encoding allows: br before gzip at equal quality, identity when neither.
Encoding choose_encoding(std::string_view accept_encoding);

// How much time to spend: an answer that is kept is compressed once and sent often.
enum class Effort : std::uint8_t { fast, thorough };

// Throws std::bad_alloc where there is no memory for it.
std::string compress(std::string_view body, Encoding encoding, Effort effort);

}  // namespace haat::http
