// The outbox: what has to happen after a change, written in the same transaction as the change.
//
// So a mail is promised exactly when its cause is committed, and a crash loses neither. A worker leases
// what is due, does it and settles it; an event whose worker died is leased again when its lease ends, with
// the same id, so a receiver that knows the id can drop the repetition. Payloads are wiped once settled.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/clock.hpp"
#include "kernel/object_id.hpp"
#include "platform/async.hpp"
#include "platform/db/database.hpp"

namespace haat::jobs {

using EventId = Id<struct OutboxEventTag>;

struct Event {
    EventId id{};           // the same on every attempt: the receiver's idempotency key
    std::string kind{};     // `accounts.registered`
    std::string payload{};  // JSON
    int attempts = 0;       // how many came before this one
    Timestamp created_at{};
};

enum class EventState : std::uint8_t { due, done, failed };

// How an attempt ended.
struct Attempt {
    enum class Outcome : std::uint8_t {
        done,
        retry,    // may work later
        give_up,  // will never work
    };
    Outcome outcome = Outcome::done;
    std::string reason{};  // for the log; holds no secret
};

// Writing half: for features.
class Outbox {
public:
    explicit Outbox(cache::Topic& topic) : topic_{&topic} {}

    // Adds an event to the caller's transaction. A kind has 1 to 64 characters, a payload at most 16,384.
    awaitable<> publish(db::Transaction& tx, std::string_view kind, std::string_view payload) const;

private:
    cache::Topic* topic_;  // moves when there is something to do
};

// How long to wait after so many failed attempts (from 1), in ms: 1 s, doubling, at most 15 min; then ±20 %
// by jitter, -1 to 1, so that what failed together does not come back together.
std::int64_t backoff_ms(int attempts, double jitter);

inline constexpr int kMaxAttempts = 106;  // a day; then EventState::failed
inline constexpr std::int64_t kLeaseMs = 60 * kSecondMs;

}  // namespace haat::jobs
