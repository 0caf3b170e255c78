// Finished texts that all nodes share: an answer that one of them put together serves the others too.
//
// An entry carries a stamp, what its text was made of, and is used only for the very same stamp; the caller
// reads the stamp from the database, so an entry is never older than what he may see. It also carries a MAC
// over key, stamp and text: what somebody else wrote into Redis is no entry.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "platform/async.hpp"
#include "platform/cache/redis/redis.hpp"
#include "platform/crypto/secret.hpp"
#include "platform/observe/server_metrics.hpp"

namespace haat::cache::redis {

class SharedViews {
public:
    static constexpr std::size_t kMaxTextBytes = 256 * 1024;
    static constexpr std::size_t kMaxStampBytes = 255;

    // kind: what the keys begin with after the shop's space, such as `cart`. mac_key: the same on all nodes.
    // Counts as haat_cache_hits_total{cache="shared_<kind>"} and misses. redis outlives it.
    SharedViews(Redis& redis, std::string_view kind, crypto::Secret mac_key, observe::Registry& metrics);

    // The text that was put under this key with this stamp; nullopt when there is none or Redis does not say.
    // Waits for Options::command_ms at the longest, and not at all while Redis is away.
    awaitable<std::optional<std::string>> get(std::string name, std::string stamp);

    // Keeps it for the others, for ttl at the longest. Does not wait. Texts and stamps beyond the bounds are
    // not kept.
    awaitable<> put(std::string name, std::string stamp, std::string text, std::chrono::milliseconds ttl);

private:
    [[nodiscard]] std::string mac(std::string_view key, std::string_view stamp, std::string_view text) const;

    Redis& redis_;
    const std::string prefix_;  // `haat:{shop}:cart:`
    const crypto::Secret mac_key_;
    observe::CacheMetrics looked_up_;
};

}  // namespace haat::cache::redis
