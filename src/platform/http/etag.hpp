// Validators of answers (RFC 9110, 8.8).
#pragma once

#include <string>
#include <string_view>

namespace haat::http {

// `W/"<length in hex>-<27 characters of base64 SHA-1>"`: the form clients of the former backend know.
// Throws std::bad_alloc where there is no memory for it.
std::string weak_etag(std::string_view body);

// Whether If-None-Match (a list, or `*`) names this ETag, by weak comparison.
bool matches_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace haat::http
