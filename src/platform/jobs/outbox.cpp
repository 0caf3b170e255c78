#include "platform/jobs/outbox.hpp"

#include <algorithm>
#include <cmath>

namespace haat::jobs {
namespace {

constexpr std::int64_t kMaxBackoffMs = 15 * kMinuteMs;
constexpr int kMaxDoublings = 10;  // 1 s doubled ten times is past the maximum
constexpr double kJitterShare = 0.2;

constexpr db::Query kInsert{"outbox.insert_event",
                            "INSERT INTO outbox_events (id, kind, payload, next_at, created_at) "
                            "VALUES ($1, $2, $3, $4, $4)"};

}  // namespace

awaitable<> Outbox::publish(db::Transaction& tx, std::string_view kind, std::string_view payload) const {
    const auto id = EventId::make();
    const auto now = Timestamp::now();
    const db::Rows inserted = co_await tx.run(kInsert, id, kind, payload, now);
    tx.touch(*topic_);
}

std::int64_t backoff_ms(int attempts, double jitter) {
    const int doublings = std::clamp(attempts - 1, 0, kMaxDoublings);
    const std::int64_t delay_ms = std::min(kSecondMs << doublings, kMaxBackoffMs);
    const double factor = 1.0 + kJitterShare * std::clamp(jitter, -1.0, 1.0);
    return std::llround(static_cast<double>(delay_ms) * factor);
}

}  // namespace haat::jobs
