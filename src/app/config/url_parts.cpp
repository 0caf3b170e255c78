#include "app/config/url_parts.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace haat::config {
namespace {

bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool is_scheme(std::string_view text) {
    return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
           std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '+' || c == '-' || c == '.'; });
}

bool is_url_character(char c) {
    return is_alnum(c) || std::string_view{"-._~:/?#[]@!$&'()*+,;=%"}.contains(c);
}

bool is_name(std::string_view host) {
    return !host.empty() && host.size() <= 253 &&
           std::ranges::all_of(host, [](char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool is_ipv6_text(std::string_view host) {
    return host.contains(':') && std::ranges::all_of(host, [](char c) {
               return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == ':' || c == '.';
           });
}

bool read_port(std::string_view text, int& port) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

bool read_host_and_port(std::string_view text, UrlParts& parts) {
    const bool bracketed = text.starts_with('[');
    const auto host_end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
    if (host_end == std::string_view::npos) return false;
    parts.host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
    const auto after = text.substr(bracketed ? host_end + 1 : host_end);
    if (!after.empty() && (!after.starts_with(':') || !read_port(after.substr(1), parts.port))) return false;
    return bracketed ? is_ipv6_text(parts.host) : is_name(parts.host);
}

}  // namespace

std::optional<UrlParts> split_url(std::string_view text) {
    UrlParts parts;
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || !std::ranges::all_of(text, is_url_character)) return std::nullopt;
    parts.scheme = text.substr(0, colon);
    auto authority = text.substr(colon + 3);
    const auto end = std::min(authority.find_first_of("/?#"), authority.size());
    parts.rest = authority.substr(end);
    authority = authority.substr(0, end);
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        parts.userinfo = authority.substr(0, at);
        authority = authority.substr(at + 1);
    }
    if (!is_scheme(parts.scheme) || !read_host_and_port(authority, parts)) return std::nullopt;
    return parts;
}

std::string without_password(std::string_view url) {
    const auto begin = url.find("://");
    if (begin == std::string_view::npos) return "***";
    auto authority = url.substr(begin + 3);
    authority = authority.substr(0, std::min(authority.find_first_of("/?#"), authority.size()));
    const auto at = authority.rfind('@');
    const auto colon = authority.find(':');
    if (at == std::string_view::npos || colon > at) return std::string{url};
    std::string masked{url};
    return masked.replace(begin + 3 + colon + 1, at - colon - 1, "***");
}

}  // namespace haat::config
