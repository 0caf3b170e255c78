#include "platform/http/pipeline/client_address.hpp"

#include <algorithm>
#include <charconv>

#include "platform/http/request.hpp"

namespace haat::http {
namespace {

namespace ip = boost::asio::ip;
using Bytes = ip::address_v6::bytes_type;

// Both families as one: IPv4 is `::ffff:a.b.c.d`.
Bytes to_bytes(const ip::address& address) {
    if (address.is_v6()) return address.to_v6().to_bytes();
    return ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes();
}

ip::address unmapped(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::optional<ip::address> parse_address(std::string_view text) {
    boost::system::error_code error;
    const auto address = ip::make_address(std::string{text}, error);
    return error ? std::nullopt : std::optional{unmapped(address)};
}

}  // namespace

std::optional<Networks> Networks::parse(const std::vector<std::string>& entries) {
    Networks parsed;
    for (const std::string_view entry : entries) {
        const auto slash = entry.find('/');
        const auto address = parse_address(entry.substr(0, slash));
        if (!address) return std::nullopt;
        const unsigned whole = address->is_v4() ? 32 : 128;
        unsigned bits = whole;
        if (slash != std::string_view::npos) {
            const std::string_view digits = entry.substr(slash + 1);
            const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
            if (error != std::errc{} || end != digits.data() + digits.size() || bits > whole)
                return std::nullopt;
        }
        parsed.networks_.push_back({to_bytes(*address), address->is_v4() ? bits + 96 : bits});
    }
    return parsed;
}

bool Networks::contains(const ip::address& address) const {
    const Bytes bytes = to_bytes(address);
    return std::ranges::any_of(networks_, [&](const Network& network) {
        for (unsigned i = 0; i < network.bits; ++i) {
            const unsigned mask = 0x80U >> (i % 8);
            if ((bytes[i / 8] & mask) != (network.prefix[i / 8] & mask)) return false;
        }
        return true;
    });
}

bool Networks::contains(const std::string& address) const {
    const auto parsed = parse_address(address);
    return parsed && contains(*parsed);
}

std::string client_of(const Networks& proxies, const ip::address& peer,
                      std::optional<std::string_view> forwarded_for) {
    ip::address client = unmapped(peer);
    std::string_view rest = forwarded_for.value_or("");
    while (!rest.empty() && proxies.contains(client)) {
        const auto comma = rest.rfind(',');
        const std::string_view last =
            trim_blanks(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
        const auto next = parse_address(last);
        if (!next) break;
        client = *next;
    }
    return client.to_string();
}

std::string limit_key(const std::string& client_address) {
    if (client_address.find(':') == std::string::npos) return client_address;
    const auto address = parse_address(client_address);
    if (!address) return client_address;
    if (address->is_v4()) return address->to_string();
    constexpr std::size_t kPrefixBytes = 8;
    Bytes network = address->to_v6().to_bytes();
    std::fill(network.begin() + kPrefixBytes, network.end(), Bytes::value_type{0});
    return ip::address_v6{network}.to_string() + "/64";
}

}  // namespace haat::http
