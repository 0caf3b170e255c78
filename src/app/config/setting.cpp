#include "app/config/setting.hpp"

#include <algorithm>
#include <cctype>

#include "app/config/url_parts.hpp"

namespace haat::config {
namespace {

// `a, b or c` from `a|b|c`, each followed by suffix.
std::string one_of(std::string_view words, std::string_view suffix) {
    std::string text;
    while (true) {
        const auto end = words.find('|');
        text.append(words.substr(0, end)).append(suffix);
        if (end == std::string_view::npos) return text;
        words.remove_prefix(end + 1);
        text += words.contains('|') ? ", " : " or ";
    }
}

std::string range(const Constraint& constraint, std::string_view unit) {
    return " from " + std::to_string(constraint.min) + std::string{unit} + " to " +
           std::to_string(constraint.max) + std::string{unit};
}

// A URL of PostgreSQL may have several hosts, and its password among the parameters.
std::string without_database_password(std::string_view url) {
    std::string masked{url};
    const auto query = masked.find('?');
    if (query != std::string::npos && masked.find("password=", query) != std::string::npos)
        masked.replace(query, std::string::npos, "?***");
    const auto begin = masked.find("://");
    if (begin == std::string::npos) return masked;
    const auto authority_end = std::min(masked.find_first_of("/?", begin + 3), masked.size());
    const auto at = masked.rfind('@', authority_end);
    const auto colon = masked.find(':', begin + 3);
    if (at == std::string::npos || at < begin + 3 || colon > at) return masked;
    return masked.replace(colon + 1, at - colon - 1, "***");
}

}  // namespace

std::string option_name(std::string_view name) {
    std::string option{"--"};
    for (const char c : name) {
        option += c == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return option;
}

std::string allowed(const Setting& setting) {
    switch (setting.kind) {
        case Kind::text:
        case Kind::secret:
            return "text without control characters";
        case Kind::integer:
            return "a whole number" + range(setting.constraint, "");
        case Kind::duration:
            return "a duration such as 90, 90s, 15m, 1h," + range(setting.constraint, "s");
        case Kind::boolean:
            return "on or off";
        case Kind::choice:
            return one_of(setting.constraint.words, "");
        case Kind::url:
            return "a URL that begins with " + one_of(setting.constraint.words, "://");
        case Kind::path:
            return "a path";
        case Kind::address:
            return "an IPv4 or IPv6 address, or localhost";
        case Kind::email:
            return "an e-mail address";
        case Kind::mailbox:
            return "an e-mail address, or Name <address>";
        case Kind::database:
            return "sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/NAME";
        case Kind::redis:
            return "redis://[[user]:password@]host[:port][/database], rediss://… with TLS, or "
                   "redis+sentinel://host,host/name for a master that sentinels watch";
        case Kind::origins:
            return "origins such as https://shop.example, without a path, parted by commas, at most 64";
        case Kind::networks:
            return "addresses or networks such as 10.0.0.0/8, parted by commas, at most 64";
    }
    return {};
}

bool is_confidential(const Setting& setting) {
    return setting.kind == Kind::secret || setting.kind == Kind::url || setting.kind == Kind::database ||
           setting.kind == Kind::redis;
}

std::string shown(const Setting& setting, std::string_view text) {
    if (text.empty()) return {};
    if (setting.kind == Kind::secret) return "(set)";
    if (setting.kind == Kind::url || setting.kind == Kind::redis) return without_password(text);
    if (setting.kind == Kind::database) return without_database_password(text);
    return std::string{text};
}

}  // namespace haat::config
