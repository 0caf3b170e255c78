// Who the client is, behind trusted proxies.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haat::http {

// A list of addresses and networks, `::1` or `10.0.0.0/8`.
class Networks {
public:
    // nullopt when an entry is neither.
    static std::optional<Networks> parse(const std::vector<std::string>& entries);

    [[nodiscard]] bool empty() const { return networks_.empty(); }
    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
    // The same for text; false where it is no address.
    [[nodiscard]] bool contains(const std::string& address) const;

private:
    struct Network {
        boost::asio::ip::address_v6::bytes_type prefix;
        unsigned bits;
    };
    std::vector<Network> networks_;
};

// The right-most address of X-Forwarded-For that is not a trusted proxy itself; the peer when it is not
// trusted, or the header is unusable. A client cannot choose it: what it sends stands further left.
std::string client_of(const Networks& proxies, const boost::asio::ip::address& peer,
                      std::optional<std::string_view> forwarded_for);

// Whom limits count: an IPv4 address, the /64 network of an IPv6 one, since that is what one client is given
// to choose addresses from.
std::string limit_key(const std::string& client_address);

}  // namespace haat::http
