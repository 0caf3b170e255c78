// A token bucket per client, for so many clients; who did not ask for longest is forgotten first. Belongs to
// one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/cache/lru.hpp"

namespace haat::http {

struct BucketLimits {
    double per_second = 500;
    double burst = 2'000;
};

// Tokens that a client took.
struct Taken {
    std::string client{};
    int tokens = 0;
};

class TokenBuckets {
public:
    static constexpr std::size_t kMaxClients = 20'000;
    static constexpr std::size_t kMaxTold = 256;  // clients, between two calls of told()

    // is_shared: what is taken here is to be told to others, see told().
    explicit TokenBuckets(BucketLimits limits, bool is_shared = false);

    // Takes a token. 0 when there was one; else the seconds (at least 1) until there will be one.
    int take(const std::string& client, std::int64_t now_ms);

    // What was taken here and not told yet. Of a client that took less than a hundredth of the burst since,
    // later: most clients ask for a page and leave.
    std::vector<Taken> told();
    // A client took these elsewhere. He may owe several bursts, but not more.
    void charge(const Taken& taken, std::int64_t now_ms);

private:
    struct Bucket {
        double tokens;
        std::int64_t at_ms;
        int untold = 0;
    };

    Bucket& refilled(const std::string& client, std::int64_t now_ms);

    BucketLimits limits_;
    int tell_at_;  // tokens; 0: never
    std::vector<Taken> told_;
    cache::Lru<std::string, cache::Timeless, Bucket> buckets_{kMaxClients};
};

}  // namespace haat::http
