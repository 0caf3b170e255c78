#include "platform/db/postgres/replicas.hpp"

#include <utility>

#include "kernel/clock.hpp"
#include "platform/db/postgres/errors.hpp"
#include "platform/observe/log.hpp"

namespace haat::db::postgres {
namespace {

constexpr std::int64_t kLeaveAloneMs = 1'000;
// Longer than one may be tried by a read that comes back: then it was given up.
constexpr std::int64_t kLongestTrialMs = 15'000;

constexpr Query kReplicaPosition{"db.find_replica_position", "SELECT last FROM change_position"};

awaitable<bool> has_position(Session& session, std::int64_t position) {
    const Rows rows = co_await session.run(kReplicaPosition);
    co_return !rows.empty() && rows.front().int64(0) >= position;
}

}  // namespace

ReplicaReads::ReplicaReads(Database& primary, std::vector<std::unique_ptr<Database>> replicas,
                           std::function<std::optional<std::int64_t>()> position)
    : primary_{primary}, position_{std::move(position)} {
    for (auto& database : replicas) {
        replicas_.push_back(std::make_unique<Replica>());
        replicas_.back()->database = std::move(database);
    }
}

// The primary's contexts are attached by whoever owns it.
void ReplicaReads::attach(asio::io_context& context) {
    for (const auto& replica : replicas_) replica->database->attach(context);
}

awaitable<> ReplicaReads::run_transaction(TransactionWork& work) {
    return run_transaction_on(primary_, work);
}

awaitable<> ReplicaReads::run_read(ReadWork& work) { return run_anywhere(work, Kind::read); }

awaitable<> ReplicaReads::run_read_one(ReadWork& work) { return run_anywhere(work, Kind::read_one); }

awaitable<> ReplicaReads::run_scan(ReadWork& work) { return run_anywhere(work, Kind::scan); }

awaitable<> ReplicaReads::run_anywhere(ReadWork& work, Kind kind) {
    const std::optional<std::int64_t> position = position_();
    Replica* replica = position ? next() : nullptr;
    if (position && replica != nullptr) {
        const bool done = co_await run_on(*replica, work, kind, *position);
        (done ? served_ : passed_on_).fetch_add(1, std::memory_order_relaxed);
        if (done) co_return;
    }
    switch (kind) {
        case Kind::read:
            co_return co_await run_read_on(primary_, work);
        case Kind::read_one:
            co_return co_await run_read_one_on(primary_, work);
        case Kind::scan:
            co_return co_await run_scan_on(primary_, work);
    }
}

// A read has no effect but its outcome, so one that a replica broke off may be begun again.
awaitable<bool> ReplicaReads::run_on(Replica& replica, ReadWork& work, Kind kind, std::int64_t position) {
    struct FreshRead final : ReadWork {
        FreshRead(ReadWork& wanted_, std::int64_t position_) : wanted{wanted_}, position{position_} {}
        awaitable<> run(Session& session) override {
            is_fresh = co_await has_position(session, position);
            if (is_fresh) co_await wanted.run(session);
        }
        ReadWork& wanted;
        std::int64_t position;
        bool is_fresh = false;
    };
    FreshRead fresh{work, position};
    try {
        if (kind == Kind::scan) {
            co_await run_scan_on(*replica.database, fresh);
        } else {
            co_await run_read_on(*replica.database, fresh);
        }
        replica.heard_from();
        co_return fresh.is_fresh;
    } catch (const TimedOut&) {
        replica.heard_from();
        throw;  // on the primary it would take as long
    } catch (const StatementError&) {
        replica.heard_from();  // it may not have a migration yet that the primary has
    } catch (const Unreachable& error) {
        replica.missed(error.what());
    } catch (const Unavailable&) {  // of its connections none is free, or it breaks reads off to keep up
        replica.leave_alone();
    }
    co_return false;
}

void ReplicaReads::Replica::heard_from() {
    if (is_away.exchange(false)) observe::log_info("replica_available");
}

void ReplicaReads::Replica::missed(const char* why) {
    leave_alone();
    if (!is_away.exchange(true)) observe::log_warn("replica_unavailable", {{"reason", why}});
}

// If it is away.
void ReplicaReads::Replica::leave_alone() {
    away_until_ms.store(steady_ms() + kLeaveAloneMs, std::memory_order_relaxed);
}

bool ReplicaReads::Replica::may_be_asked(std::int64_t now_ms) {
    if (!is_away.load()) return true;
    std::int64_t until_ms = away_until_ms.load(std::memory_order_relaxed);
    return until_ms <= now_ms && away_until_ms.compare_exchange_strong(until_ms, now_ms + kLongestTrialMs);
}

ReplicaReads::Replica* ReplicaReads::next() {
    const std::int64_t now_ms = steady_ms();
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
        const std::size_t turn = turn_.fetch_add(1, std::memory_order_relaxed);
        Replica& replica = *replicas_[turn % replicas_.size()];
        if (replica.may_be_asked(now_ms)) return &replica;
    }
    return nullptr;
}

}  // namespace haat::db::postgres
