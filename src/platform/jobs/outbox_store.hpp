// The statements of the outbox: lease, settle, sweep, count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "kernel/clock.hpp"
#include "platform/async.hpp"
#include "platform/db/database.hpp"
#include "platform/jobs/outbox.hpp"

namespace haat::jobs {

// The right to work on an event, until it ends.
struct Lease {
    Event event{};
    Timestamp until{};
};

// What becomes of an event after an attempt.
struct Settlement {
    EventState state = EventState::done;  // due: to be tried again
    int attempts = 0;                     // all that count so far
    Timestamp next_at{};                  // where it is due
    std::string last_error{};             // printable ASCII, at most kMaxErrorLength
};

inline constexpr std::size_t kMaxErrorLength = 256;

// The rule: pure. An attempt that failed while the program was stopping does not count and is due at once.
Settlement settlement_of(const Event& event, const Attempt& attempt, bool stopping, double jitter,
                         Timestamp now);

// Safe from any thread. Throws what db::Database throws.
class OutboxStore {
public:
    explicit OutboxStore(db::Database& database) : database_{&database} {}

    // The event that has been due for longest and that nobody has leased, leased for kLeaseMs. An idle
    // outbox costs a read and no write.
    awaitable<std::optional<Lease>> lease_next(Timestamp now);

    // False when the lease had ended and somebody else has the event now: then it is theirs to settle,
    // unless it is done, which holds whoever says so.
    awaitable<bool> settle(const Lease& lease, const Settlement& settlement, Timestamp now);

    // Makes every leased event due. For a program that is alone on its database, at its start: whoever leased
    // them is gone.
    awaitable<> take_back_leases();

    // Deletes at most kSweepBatch events that were settled before that time; says how many.
    static constexpr int kSweepBatch = 100;
    awaitable<std::int64_t> sweep(Timestamp settled_before);

    struct Backlog {
        std::int64_t due = 0;
        std::int64_t oldest_age_ms = 0;  // since the oldest of them was published; 0 for none
    };
    awaitable<Backlog> backlog(Timestamp now);

private:
    db::Database* database_;
};

}  // namespace haat::jobs
