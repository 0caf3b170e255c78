#include "platform/http/pipeline/token_buckets.hpp"

#include <algorithm>
#include <cmath>

namespace haat::http {

int TokenBuckets::take(const std::string& client, std::int64_t now_ms) {
    if (buckets_.size() >= kMaxClients && !buckets_.contains(client)) forget_full(now_ms);
    auto [found, added] = buckets_.try_emplace(client, Bucket{limits_.burst, now_ms});
    Bucket& bucket = found->second;
    const double earned = static_cast<double>(now_ms - bucket.at_ms) / 1'000.0 * limits_.per_second;
    bucket.tokens = std::min(limits_.burst, bucket.tokens + earned);
    bucket.at_ms = now_ms;
    if (bucket.tokens < 1)
        return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / limits_.per_second)));
    bucket.tokens -= 1;
    return 0;
}

void TokenBuckets::forget_full(std::int64_t now_ms) {
    const double refill_ms = limits_.burst / limits_.per_second * 1'000;
    std::erase_if(buckets_, [&](const auto& entry) {
        return static_cast<double>(now_ms - entry.second.at_ms) > refill_ms;
    });
    // More clients than that at once: start over rather than grow.
    if (buckets_.size() >= kMaxClients) buckets_.clear();
}

}  // namespace haat::http
