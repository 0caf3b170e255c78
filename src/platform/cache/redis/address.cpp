#include "platform/cache/redis/address.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace haat::cache::redis {
namespace {

constexpr std::uint16_t kPort = 6'379;
constexpr std::uint16_t kSentinelPort = 26'379;
constexpr int kMaxDatabase = 1'000'000;
constexpr std::size_t kMaxHosts = 16;
constexpr std::size_t kMaxNameBytes = 253;

using Failure = std::unexpected<std::string>;

template <class Number>
bool read_number(std::string_view text, Number& number, Number least, Number most) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && number >= least && number <= most;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        if (text.front() != '%') {
            result += text.front();
            text.remove_prefix(1);
            continue;
        }
        unsigned byte = 0;
        const auto digits = text.substr(1, 2);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return std::nullopt;
        result += static_cast<char>(byte);
        text.remove_prefix(3);
    }
    return result;
}

// What stands before the mark, which goes with it; all of the text when there is no mark.
std::string_view cut_before(std::string_view& text, char mark) {
    const auto at = std::min(text.find(mark), text.size());
    const auto before = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return before;
}

bool is_host_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxNameBytes && std::ranges::all_of(name, [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':';
    });
}

std::optional<Host> read_host(std::string_view text, std::uint16_t default_port) {
    Host host{.name = {}, .port = default_port};
    std::string_view port;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        host.name = text.substr(1, end - 1);
        port = text.substr(end + 1);
        if (!host.name.contains(':')) return std::nullopt;
    } else {
        const auto colon = std::min(text.find(':'), text.size());
        host.name = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (!is_host_name(host.name)) return std::nullopt;
    if (port.empty()) return host;
    constexpr std::uint16_t kLast = 65'535;
    if (!port.starts_with(':') || !read_number<std::uint16_t>(port.substr(1), host.port, 1, kLast))
        return std::nullopt;
    return host;
}

class Parser {
public:
    explicit Parser(std::string_view url) : rest_{url} {}

    std::expected<Address, std::string> run() {
        for (const auto step : {&Parser::read_scheme, &Parser::read_authority, &Parser::read_path,
                                &Parser::read_query, &Parser::check_files}) {
            const char* problem = (this->*step)();
            if (problem != nullptr) return Failure{problem};
        }
        return std::move(address_);
    }

private:
    // Each takes its part off the text; nullptr, or what is wrong.
    const char* read_scheme() {
        const auto end = rest_.find("://");
        const auto scheme = rest_.substr(0, end);
        address_.tls = scheme.starts_with("rediss");
        is_sentinel_ = scheme.ends_with("+sentinel");
        const bool known = scheme == "redis" || scheme == "rediss" || scheme == "redis+sentinel" ||
                           scheme == "rediss+sentinel";
        if (end == std::string_view::npos || !known) {
            return "must begin with redis://, rediss://, redis+sentinel:// or rediss+sentinel://";
        }
        rest_.remove_prefix(end + 3);
        return nullptr;
    }

    const char* read_authority() {
        const auto end = std::min(rest_.find_first_of("/?"), rest_.size());
        std::string_view hosts = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (const auto at = hosts.rfind('@'); at != std::string_view::npos) {
            if (!read_user(hosts.substr(0, at))) return "has a user or password with a bad %";
            hosts.remove_prefix(at + 1);
        }
        do {
            const auto host = read_host(cut_before(hosts, ','), is_sentinel_ ? kSentinelPort : kPort);
            if (!host) return "has a bad host or port";
            address_.hosts.push_back(*host);
        } while (!hosts.empty() && address_.hosts.size() < kMaxHosts);
        if (!hosts.empty()) return "has too many hosts";
        return is_sentinel_ || address_.hosts.size() == 1 ? nullptr : "names several hosts without sentinels";
    }

    bool read_user(std::string_view text) {
        const auto user = decoded(cut_before(text, ':'));
        auto password = decoded(text);
        if (!user || !password) return false;
        address_.user = *user;
        address_.password = crypto::Secret{std::move(*password)};
        return address_.user.empty() || !address_.password.empty();
    }

    const char* read_path() {
        const auto end = std::min(rest_.find('?'), rest_.size());
        std::string_view path = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (path.starts_with('/')) path.remove_prefix(1);
        if (is_sentinel_) {
            const auto name = decoded(cut_before(path, '/'));
            if (!name || name->empty()) return "must name the master after the sentinels: …/mymaster";
            address_.master = *name;
        }
        if (path.ends_with('/')) path.remove_suffix(1);
        if (path.empty() || read_number(path, address_.database, 0, kMaxDatabase)) return nullptr;
        return "has a database that is no number";
    }

    const char* read_query() {
        if (rest_.starts_with('?')) rest_.remove_prefix(1);
        while (!rest_.empty()) {
            auto value = cut_before(rest_, '&');
            const auto name = cut_before(value, '=');
            std::string* file = name == "ca"     ? &address_.ca_file
                                : name == "cert" ? &address_.cert_file
                                : name == "key"  ? &address_.key_file
                                                 : nullptr;
            const auto path = decoded(value);
            if (file == nullptr || !path || path->empty())
                return "knows only ?ca=FILE, cert=FILE and key=FILE";
            *file = *path;
        }
        return nullptr;
    }

    const char* check_files() {
        const bool files = !address_.ca_file.empty() || !address_.cert_file.empty();
        if (files && !address_.tls) return "names certificates without TLS: use rediss://";
        return address_.cert_file.empty() == address_.key_file.empty() ? nullptr
                                                                       : "needs cert and key together";
    }

    std::string_view rest_;
    Address address_;
    bool is_sentinel_ = false;
};

}  // namespace

std::expected<Address, std::string> parse_address(std::string_view url) { return Parser{url}.run(); }

std::string to_text(const Address& address) {
    std::string text = address.master.empty() ? "" : address.master + " at ";
    for (const Host& host : address.hosts) {
        if (&host != &address.hosts.front()) text += ", ";
        const bool is_ipv6 = host.name.contains(':');
        text += (is_ipv6 ? "[" + host.name + "]" : host.name) + ":" + std::to_string(host.port);
    }
    return text;
}

bool is_loopback(const Host& host) {
    return host.name == "localhost" || host.name.ends_with(".localhost") || host.name == "::1" ||
           host.name.starts_with("127.");
}

}  // namespace haat::cache::redis
