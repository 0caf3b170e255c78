#include "platform/jobs/outbox_store.hpp"

#include <algorithm>
#include <utility>

namespace haat::jobs {
namespace {

constexpr db::Query kPeek{
    "outbox.peek_due",
    "SELECT 1 FROM outbox_events WHERE state = 0 AND next_at <= $1 AND lease_until <= $1 LIMIT 1"};
constexpr db::Query kLease{
    "outbox.lease_due",
    "UPDATE outbox_events SET lease_until = $2 WHERE id = ("
    "SELECT id FROM outbox_events WHERE state = 0 AND next_at <= $1 AND lease_until <= $1 "
    "ORDER BY next_at, id LIMIT 1) RETURNING id, kind, payload, attempts, created_at",
    "UPDATE outbox_events SET lease_until = $2 WHERE id = ("
    "SELECT id FROM outbox_events WHERE state = 0 AND next_at <= $1 AND lease_until <= $1 "
    "ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, kind, payload, attempts, created_at"};
constexpr db::Query kFinish{
    "outbox.settle_done",
    "UPDATE outbox_events SET state = 1, payload = '', attempts = $2, settled_at = $3, "
    "last_error = NULL WHERE id = $1 AND state = 0"};
constexpr db::Query kFail{"outbox.settle_failed",
                          "UPDATE outbox_events SET state = 2, payload = '', attempts = $2, settled_at = $3, "
                          "last_error = $4 WHERE id = $1 AND state = 0 AND lease_until = $5"};
constexpr db::Query kRetry{
    "outbox.settle_retry",
    "UPDATE outbox_events SET attempts = $2, next_at = $3, lease_until = 0, last_error = $4 "
    "WHERE id = $1 AND state = 0 AND lease_until = $5"};
constexpr db::Query kSweep{"outbox.delete_settled",
                           "DELETE FROM outbox_events WHERE id IN (SELECT id FROM outbox_events "
                           "WHERE state <> 0 AND settled_at < $1 ORDER BY settled_at LIMIT $2)",
                           "DELETE FROM outbox_events WHERE id = ANY (ARRAY(SELECT id FROM outbox_events "
                           "WHERE state <> 0 AND settled_at < $1 ORDER BY settled_at LIMIT $2 "
                           "FOR UPDATE SKIP LOCKED))"};
constexpr db::Query kTakeBack{"outbox.take_back_leases",
                              "UPDATE outbox_events SET lease_until = 0 WHERE state = 0 AND lease_until > 0"};
constexpr db::Query kBacklog{"outbox.count_due",
                             "SELECT count(*), min(created_at) FROM outbox_events WHERE state = 0"};

awaitable<bool> has_due(db::Session& session, Timestamp now) {
    const db::Rows rows = co_await session.run(kPeek, now);
    co_return !rows.empty();
}

awaitable<Result<std::optional<Lease>>> lease_due(db::Transaction& tx, Timestamp now) {
    const Timestamp until = now + kLeaseMs;
    const db::Rows rows = co_await tx.run(kLease, now, until);
    std::optional<Lease> lease;
    if (!rows.empty()) {
        const db::Row row = rows.front();
        lease.emplace();
        lease->until = until;
        lease->event.id = row.id<EventId>(0);
        lease->event.kind = row.str(1);
        lease->event.payload = row.str(2);
        lease->event.attempts = static_cast<int>(row.int64(3));
        lease->event.created_at = row.time(4);
    }
    co_return lease;
}

awaitable<Result<bool>> write_settlement(db::Transaction& tx, const Lease& lease,
                                         const Settlement& settlement, Timestamp now) {
    const auto& id = lease.event.id;
    db::Rows rows;
    switch (settlement.state) {
        case EventState::done:
            rows = co_await tx.run(kFinish, id, settlement.attempts, now);
            break;
        case EventState::failed:
            rows = co_await tx.run(kFail, id, settlement.attempts, now, settlement.last_error, lease.until);
            break;
        case EventState::due:
            rows = co_await tx.run(kRetry, id, settlement.attempts, settlement.next_at, settlement.last_error,
                                   lease.until);
            break;
    }
    co_return rows.affected() == 1;
}

awaitable<Result<std::int64_t>> delete_settled(db::Transaction& tx, Timestamp settled_before) {
    const db::Rows rows = co_await tx.run(kSweep, settled_before, OutboxStore::kSweepBatch);
    co_return rows.affected();
}

awaitable<OutboxStore::Backlog> count_due(db::Session& session, Timestamp now) {
    const db::Rows rows = co_await session.run(kBacklog);
    const db::Row row = rows.front();
    OutboxStore::Backlog backlog;
    backlog.due = row.int64(0);
    if (!row.is_null(1)) backlog.oldest_age_ms = std::max<std::int64_t>(0, now.ms - row.int64(1));
    co_return backlog;
}

awaitable<Result<void>> take_back(db::Transaction& tx) {
    co_await tx.run(kTakeBack);
    co_return Result<void>{};
}

// Reasons may quote what a server said: any bytes, of any length.
std::string printable(std::string_view reason) {
    std::string text{reason.substr(0, kMaxErrorLength)};
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

}  // namespace

Settlement settlement_of(const Event& event, const Attempt& attempt, bool stopping, double jitter,
                         Timestamp now) {
    Settlement settlement{
        .state = EventState::done, .attempts = event.attempts + 1, .next_at = now, .last_error = {}};
    if (attempt.outcome == Attempt::Outcome::done) return settlement;
    settlement.last_error = printable(attempt.reason);
    const bool is_last = settlement.attempts >= kMaxAttempts && !stopping;
    if (attempt.outcome == Attempt::Outcome::give_up || is_last) {
        settlement.state = EventState::failed;
        return settlement;
    }
    settlement.state = EventState::due;
    if (stopping) {
        settlement.attempts = event.attempts;
    } else {
        settlement.next_at = now + backoff_ms(settlement.attempts, jitter);
    }
    return settlement;
}

awaitable<std::optional<Lease>> OutboxStore::lease_next(Timestamp now) {
    const auto peek = [now](db::Session& session) { return has_due(session, now); };
    const bool is_due = co_await database_->read_one(peek);
    if (!is_due) co_return std::nullopt;
    const auto body = [now](db::Transaction& tx) { return lease_due(tx, now); };
    auto lease = co_await database_->transact(body);
    co_return std::move(*lease);
}

awaitable<> OutboxStore::take_back_leases() {
    const auto body = [](db::Transaction& tx) { return take_back(tx); };
    const auto done = co_await database_->transact(body);
    HAAT_ASSERT(done.has_value());
}

awaitable<bool> OutboxStore::settle(const Lease& lease, const Settlement& settlement, Timestamp now) {
    const auto body = [&](db::Transaction& tx) { return write_settlement(tx, lease, settlement, now); };
    const auto settled = co_await database_->transact(body);
    co_return *settled;
}

awaitable<std::int64_t> OutboxStore::sweep(Timestamp settled_before) {
    const auto body = [settled_before](db::Transaction& tx) { return delete_settled(tx, settled_before); };
    const auto deleted = co_await database_->transact(body);
    co_return *deleted;
}

awaitable<OutboxStore::Backlog> OutboxStore::backlog(Timestamp now) {
    const auto count = [now](db::Session& session) { return count_due(session, now); };
    co_return co_await database_->scan(count);
}

}  // namespace haat::jobs
