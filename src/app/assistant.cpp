#include "app/assistant.hpp"

#include "platform/crypto/hash.hpp"

namespace haat::app {
namespace {

constexpr std::size_t kNameDigits = 12;

// `haat:{shop}:`, where the name says nothing to others; the braces keep a shop's keys together in a cluster.
std::string space_of(const crypto::Secret& node_key) {
    const auto digest = crypto::hmac_sha256_hex(node_key.reveal(), "redis space");
    return "haat:{" + digest.substr(0, kNameDigits) + "}:";
}

crypto::Secret mac_key_of(const crypto::Secret& node_key) {
    return crypto::Secret{crypto::hmac_sha256_hex(node_key.reveal(), "redis views")};
}

}  // namespace

std::optional<cache::redis::Address> redis_address(const config::RedisSettings& settings) {
    if (!settings.url.empty()) {
        auto address = cache::redis::parse_address(settings.url.reveal());
        if (!address) throw std::runtime_error{"REDIS_URL " + address.error()};
        return std::move(*address);
    }
    if (settings.host.empty()) return std::nullopt;
    cache::redis::Address address;
    address.hosts.push_back({settings.host, static_cast<std::uint16_t>(settings.port)});
    address.password = settings.password;
    return address;
}

Assistant::Assistant(cache::redis::Address address, const crypto::Secret& node_key,
                     observe::Registry& metrics)
    : redis{{.address = std::move(address), .space = space_of(node_key)}, metrics},
      channel{redis},
      carts{redis, "cart", mac_key_of(node_key), metrics},
      limits{redis, channel} {}

}  // namespace haat::app
