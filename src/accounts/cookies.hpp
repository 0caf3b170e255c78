// The cookies of accounts. Every one has the same attributes when it is set and when it is cleared.
#pragma once

#include <string>
#include <string_view>

#include "kernel/clock.hpp"
#include "platform/http/response.hpp"

namespace haat::accounts {

inline constexpr std::string_view kAccessCookie = "accessToken";
inline constexpr std::string_view kRefreshCookie = "refreshToken";
inline constexpr std::string_view kResetCookie = "resetToken";

// SameSite=None, since shops run their pages on another site than their API; CSRF is checked instead.
inline constexpr std::string_view kCookieAttributes = "; HttpOnly; Secure; SameSite=None";

inline void set_cookie(http::Response& response, std::string_view name, std::string_view value) {
    std::string cookie{name};
    cookie += '=';
    cookie += value;
    cookie += "; Path=/";
    cookie += kCookieAttributes;
    response.add_header("Set-Cookie", std::move(cookie));
}

inline void set_cookie_for(http::Response& response, std::string_view name, std::string_view value,
                           std::int64_t seconds) {
    const auto expires = to_http_date(Timestamp::now() + seconds * kSecondMs);
    std::string cookie{name};
    cookie += '=';
    cookie += value;
    cookie += "; Max-Age=" + std::to_string(seconds) + "; Path=/; Expires=";
    cookie += view(expires);
    cookie += kCookieAttributes;
    response.add_header("Set-Cookie", std::move(cookie));
}

inline void clear_cookie(http::Response& response, std::string_view name) {
    std::string cookie{name};
    cookie += "=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    cookie += kCookieAttributes;
    response.add_header("Set-Cookie", std::move(cookie));
}

}  // namespace haat::accounts
