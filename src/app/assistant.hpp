// What a shop does with Redis, where one is configured.
#pragma once

#include <optional>

#include "app/config/settings.hpp"
#include "app/shared_limits.hpp"
#include "platform/cache/redis/channel.hpp"
#include "platform/cache/redis/redis.hpp"
#include "platform/cache/redis/shared_views.hpp"

namespace haat::app {

// nullopt: none is configured.
std::optional<cache::redis::Address> redis_address(const config::RedisSettings& settings);

// The order of the members is the order of their lives.
struct Assistant {
    // node_key: a secret that all nodes of this shop have and nobody else; names and signs what they share.
    // Throws std::runtime_error with a line for the operator.
    Assistant(cache::redis::Address address, const crypto::Secret& node_key, observe::Registry& metrics);

    cache::redis::Redis redis;
    cache::redis::Channel channel;  // of all nodes; started by the shop
    cache::redis::SharedViews carts;
    SharedLimits limits;
};

}  // namespace haat::app
