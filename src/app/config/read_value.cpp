#include "app/config/read_value.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "app/config/url_parts.hpp"
#include "platform/cache/redis/address.hpp"

namespace haat::config {
namespace {

constexpr std::size_t kMaxItems = 64;  // of a list

std::string lower(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

bool in_range(const Setting& setting, std::int64_t value) {
    return setting.constraint.min <= value && value <= setting.constraint.max;
}

// 4, 6 or nothing.
std::optional<int> ip_version(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return 4;
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return 6;
    return std::nullopt;
}

bool is_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto version = ip_version(std::string{text.substr(0, slash)});
    if (!version || slash == std::string_view::npos) return version.has_value();
    int prefix = -1;
    return read_number(text.substr(slash + 1), prefix) && prefix >= 0 && prefix <= (*version == 4 ? 32 : 128);
}

bool is_email(std::string_view text) {
    const auto at = text.rfind('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() && text.size() <= 254 &&
           text.find_first_of(" \t<>,;\"") == std::string_view::npos;
}

bool is_mailbox(std::string_view text) {
    const auto open = text.find('<');
    if (open == std::string_view::npos) return is_email(text);
    return text.ends_with('>') && is_email(text.substr(open + 1, text.size() - open - 2));
}

// Of a URL scheme and host do not know case (RFC 3986, 6.2.2.1): in lower case they can be compared.
bool read_url(const Setting& setting, std::string& url) {
    const auto parts = split_url(url);
    if (!parts || !position_of(parts->scheme, setting.constraint.words)) return false;
    for (const auto part : {parts->scheme, parts->host})
        url.replace(static_cast<std::size_t>(part.data() - url.data()), part.size(), lower(part));
    return true;
}

std::string_view without_slashes(std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
}

// As a browser writes it in Origin: a longer form of the same would never match.
std::optional<std::string> origin(std::string_view text) {
    const auto bare = without_slashes(text);
    const auto parts = split_url(bare);
    if (!parts || !parts->rest.empty() || !parts->userinfo.empty()) return std::nullopt;
    auto result = lower(bare);
    const bool https = result.starts_with("https://");
    if (!https && !result.starts_with("http://")) return std::nullopt;
    if (parts->port == (https ? 443 : 80)) result.resize(result.rfind(':'));
    return result;
}

}  // namespace

std::optional<int> position_of(std::string_view word, std::string_view words) {
    for (int position = 0;; ++position) {
        const auto end = words.find('|');
        if (!word.empty() && lower(word) == words.substr(0, end)) return position;
        if (end == std::string_view::npos) return std::nullopt;
        words.remove_prefix(end + 1);
    }
}

bool read_value(const Setting& setting, std::string_view text, std::string& out) {
    out = setting.kind == Kind::url ? without_slashes(text) : text;
    switch (setting.kind) {
        case Kind::url:
            return read_url(setting, out);
        case Kind::address:
            if (lower(out) == "localhost") out = "127.0.0.1";
            return ip_version(out).has_value();
        case Kind::email:
            return is_email(out);
        case Kind::mailbox:
            return is_mailbox(out);
        default:
            return true;
    }
}

bool read_value(const Setting& setting, std::string_view text, crypto::Secret& out) {
    if (setting.kind == Kind::redis && !cache::redis::parse_address(text)) return false;
    std::string value{text};
    if (setting.kind == Kind::url && !read_url(setting, value)) return false;
    out = crypto::Secret{std::move(value)};
    return true;
}

bool read_value(const Setting& setting, std::string_view text, int& out) {
    return read_number(text, out) && in_range(setting, out);
}

bool read_value(const Setting& setting, std::string_view text, std::chrono::seconds& out) {
    std::int64_t unit_s = 1;
    const auto unit = text.empty() ? '\0' : text.back();
    if (unit == 's' || unit == 'm' || unit == 'h' || unit == 'd') {
        unit_s = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3'600 : 86'400;
        text.remove_suffix(1);
    }
    std::int32_t number = 0;
    if (!read_number(text, number)) return false;
    out = std::chrono::seconds{number * unit_s};
    return in_range(setting, out.count());
}

bool read_value(const Setting&, std::string_view text, bool& out) {
    const auto no = position_of(text, "false|no|off|0");
    out = !no;
    return no || position_of(text, "true|yes|on|1");
}

bool read_value(const Setting& setting, std::string_view text, std::filesystem::path& out) {
    if (setting.kind == Kind::database) {
        if (!text.starts_with("sqlite:")) return false;
        text.remove_prefix(std::string_view{"sqlite:"}.size());
    }
    out = text;
    return !text.empty();
}

bool read_value(const Setting& setting, std::string_view text, std::vector<std::string>& out) {
    out.clear();
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        const auto item = trim(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
        if (item.empty()) continue;
        auto read = setting.kind == Kind::origins ? origin(item) : std::optional{std::string{item}};
        if (!read || (setting.kind == Kind::networks && !is_network(item))) return false;
        if (out.size() == kMaxItems) return false;
        out.push_back(std::move(*read));
    }
    return true;
}

}  // namespace haat::config
