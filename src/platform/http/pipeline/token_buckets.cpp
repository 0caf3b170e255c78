#include "platform/http/pipeline/token_buckets.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace haat::http {
namespace {

constexpr double kToldShare = 0.01;  // of the burst
constexpr double kMaxDebt = 4;       // bursts

}  // namespace

TokenBuckets::TokenBuckets(BucketLimits limits, bool is_shared)
    : limits_{limits}, tell_at_{is_shared ? std::max(1, static_cast<int>(limits.burst * kToldShare)) : 0} {}

TokenBuckets::Bucket& TokenBuckets::refilled(const std::string& client, std::int64_t now_ms) {
    Bucket* found = buckets_.find(client, {});
    if (found == nullptr) {
        buckets_.add(client, {}, Bucket{limits_.burst, now_ms});
        found = buckets_.find(client, {});
    }
    Bucket& bucket = *found;
    const double earned = static_cast<double>(now_ms - bucket.at_ms) / 1'000.0 * limits_.per_second;
    bucket.tokens = std::min(limits_.burst, bucket.tokens + earned);
    bucket.at_ms = now_ms;
    return bucket;
}

int TokenBuckets::take(const std::string& client, std::int64_t now_ms) {
    Bucket& bucket = refilled(client, now_ms);
    if (bucket.tokens < 1)
        return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / limits_.per_second)));
    bucket.tokens -= 1;
    if (tell_at_ > 0 && ++bucket.untold >= tell_at_ && told_.size() < kMaxTold)
        told_.push_back({client, std::exchange(bucket.untold, 0)});
    return 0;
}

std::vector<Taken> TokenBuckets::told() { return std::exchange(told_, {}); }

void TokenBuckets::charge(const Taken& taken, std::int64_t now_ms) {
    Bucket& bucket = refilled(taken.client, now_ms);
    bucket.tokens = std::max(-kMaxDebt * limits_.burst, bucket.tokens - taken.tokens);
}

}  // namespace haat::http
