// A token bucket per client, for so many clients; who did not ask for longest is forgotten first. Belongs to
// one thread.
#pragma once

#include <cstdint>
#include <string>

#include "platform/cache/lru.hpp"

namespace haat::http {

struct BucketLimits {
    double per_second = 500;
    double burst = 2'000;
};

class TokenBuckets {
public:
    static constexpr std::size_t kMaxClients = 20'000;

    explicit TokenBuckets(BucketLimits limits) : limits_{limits} {}

    // Takes a token. 0 when there was one; else the seconds (at least 1) until there will be one.
    int take(const std::string& client, std::int64_t now_ms);

private:
    struct Bucket {
        double tokens;
        std::int64_t at_ms;
    };

    BucketLimits limits_;
    cache::Lru<std::string, cache::Timeless, Bucket> buckets_{kMaxClients};
};

}  // namespace haat::http
