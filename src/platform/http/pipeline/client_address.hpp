// Who the client is, behind trusted proxies.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haat::http {

// Addresses and networks (`10.0.0.0/8`, `::1`) whose X-Forwarded-For is believed.
class TrustedProxies {
public:
    // nullopt when an entry is neither.
    static std::optional<TrustedProxies> parse(const std::vector<std::string>& entries);

    [[nodiscard]] bool empty() const { return networks_.empty(); }
    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

    // The right-most address of X-Forwarded-For that is not a trusted proxy itself; the peer when it is not
    // trusted, or the header is unusable. A client cannot choose it: what it sends stands further left.
    [[nodiscard]] std::string client_of(const boost::asio::ip::address& peer,
                                        std::optional<std::string_view> forwarded_for) const;

private:
    struct Network {
        boost::asio::ip::address_v6::bytes_type prefix;
        unsigned bits;
    };
    std::vector<Network> networks_;
};

}  // namespace haat::http
