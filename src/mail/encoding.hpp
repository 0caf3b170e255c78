// How MIME writes text: RFC 2045 quoted-printable, RFC 2047 encoded words, RFC 4648 base64.
#pragma once

#include <string>
#include <string_view>

namespace haat::mail {

inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

// A byte of UTF-8 that begins no character.
inline bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// With padding, in one line.
std::string base64(std::string_view bytes);

// Text as lines of at most 76 characters ended by CRLF; its own line breaks may be LF or CRLF. "=_" never
// occurs in the outcome.
std::string quoted_printable(std::string_view text);

// UTF-8 text for a header, as one or more encoded words, none split inside a character, one a line: joined by
// CRLF and a space. Each line has at most 64 characters.
std::string encoded_words(std::string_view text);

}  // namespace haat::mail
