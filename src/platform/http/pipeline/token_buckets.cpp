#include "platform/http/pipeline/token_buckets.hpp"

#include <algorithm>
#include <cmath>

namespace haat::http {

int TokenBuckets::take(const std::string& client, std::int64_t now_ms) {
    Bucket* found = buckets_.find(client, {});
    if (found == nullptr) {
        buckets_.add(client, {}, Bucket{limits_.burst, now_ms});
        found = buckets_.find(client, {});
    }
    Bucket& bucket = *found;
    const double earned = static_cast<double>(now_ms - bucket.at_ms) / 1'000.0 * limits_.per_second;
    bucket.tokens = std::min(limits_.burst, bucket.tokens + earned);
    bucket.at_ms = now_ms;
    if (bucket.tokens < 1)
        return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / limits_.per_second)));
    bucket.tokens -= 1;
    return 0;
}

}  // namespace haat::http
