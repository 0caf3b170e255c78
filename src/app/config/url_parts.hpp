// The parts of a URL with an authority: scheme://[userinfo@]host[:port][/path…].
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace haat::config {

// All views point into the text that was split.
struct UrlParts {
    std::string_view scheme;
    std::string_view userinfo;  // without the @; may hold a password
    std::string_view host;      // without the brackets of an IPv6 address
    int port = 0;               // 0: not given
    std::string_view rest;      // path, query and fragment
};

// Nothing when it is no such URL: no authority, characters that RFC 3986 does not allow, a port over 65535.
std::optional<UrlParts> split_url(std::string_view text);

// The same URL with *** where the password stood; it may name several hosts, parted by commas. A text that is
// no URL comes back as ***.
std::string without_password(std::string_view url);

}  // namespace haat::config
