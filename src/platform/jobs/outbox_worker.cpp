#include "platform/jobs/outbox_worker.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <chrono>
#include <exception>
#include <random>

#include "platform/fail_point.hpp"
#include "platform/memory.hpp"
#include "platform/run_sync.hpp"

namespace haat::jobs {
namespace {

constexpr std::int64_t kTopicPollMs = 200;
constexpr std::int64_t kDatabasePollMs = 1 * kSecondMs;
constexpr std::int64_t kFailurePauseMs = 1 * kSecondMs;
constexpr std::int64_t kSweepEveryMs = 1 * kHourMs;
constexpr std::int64_t kKeepSettledMs = 7 * kDayMs;

double draw_jitter() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution{-1.0, 1.0}(random);
}

}  // namespace

OutboxWorker::OutboxWorker(db::Database& database, const cache::Topic& topic, Handler handler, Log log,
                           std::size_t threads)
    : store_{database}, topic_{&topic}, handler_{std::move(handler)}, log_{std::move(log)} {
    try {
        for (std::size_t i = 0; i < threads; ++i) {
            threads_.emplace_back([this, i] { work(i == 0); });
        }
    } catch (...) {
        stop();  // those that did start
        throw;
    }
}

void OutboxWorker::stop() {
    stop_.request_stop();
    threads_.clear();
}

awaitable<OutboxWorker::Snapshot> OutboxWorker::snapshot() {
    const auto backlog = co_await store_.backlog(Timestamp::now());
    Snapshot snapshot;
    snapshot.due = backlog.due;
    snapshot.oldest_due_age_ms = backlog.oldest_age_ms;
    snapshot.delivered = delivered_.load(std::memory_order_relaxed);
    snapshot.failed = failed_.load(std::memory_order_relaxed);
    co_return snapshot;
}

void OutboxWorker::work(bool sweeps) {
    pthread_setname_np(pthread_self(), "outbox");
    while (!stop_.stop_requested()) {
        const auto version = topic_->version();  // read before looking: a later commit moves it
        try {
            const bool delivered = deliver_one();
            const bool swept = sweeps && sweep();
            if (!delivered && !swept) wait_for_work(version);
        } catch (const std::exception& failure) {
            if_possible([&] { log_(fmt::format("outbox: {}", failure.what())); });
            pause(kFailurePauseMs);
        }
    }
}

bool OutboxWorker::deliver_one() {
    const auto lease = run_sync(store_.lease_next(Timestamp::now()));
    if (!lease) return false;
    crash_point("outbox.leased");
    const Attempt done = attempt(lease->event);
    crash_point("outbox.sent");
    settle(*lease, done);
    crash_point("outbox.settled");
    return true;
}

Attempt OutboxWorker::attempt(const Event& event) const {
    try {
        return handler_(event, stop_.get_token());
    } catch (const std::exception&) {
        // Its text may quote the payload.
        return {.outcome = Attempt::Outcome::retry, .reason = "the handler failed unexpectedly"};
    }
}

// What was done must not be done again because the database was away for a moment: keeps trying for as
// long as the lease keeps others off.
void OutboxWorker::settle(const Lease& lease, const Attempt& attempt) {
    const auto settlement =
        settlement_of(lease.event, attempt, stop_.stop_requested(), draw_jitter(), Timestamp::now());
    if (settlement.state != EventState::done) report(lease.event, settlement);
    for (;;) {
        try {
            const auto now = Timestamp::now();
            if (!run_sync(store_.settle(lease, settlement, now))) return;
            if (settlement.state == EventState::done) ++delivered_;
            if (settlement.state == EventState::failed) ++failed_;
            return;
        } catch (const std::exception& failure) {
            if_possible([&] {
                log_(fmt::format("outbox: event {} is not settled: {}", lease.event.id.text(),
                                 failure.what()));
            });
            if (Timestamp::now() >= lease.until || !pause(kFailurePauseMs)) return;
        }
    }
}

bool OutboxWorker::sweep() {
    if (steady_ms() < next_sweep_ms_) return false;
    const auto deleted = run_sync(store_.sweep(Timestamp::now() - kKeepSettledMs));
    if (deleted == OutboxStore::kSweepBatch) return true;
    next_sweep_ms_ = steady_ms() + kSweepEveryMs;
    return false;
}

void OutboxWorker::report(const Event& event, const Settlement& settlement) const {
    const auto* fate = settlement.state == EventState::failed ? "given up" : "to be tried again";
    if_possible([&] {
        log_(fmt::format("outbox: event {} ({}), attempt {} of {}, {}: {}", event.id.text(), event.kind,
                         event.attempts + 1, kMaxAttempts, fate, settlement.last_error));
    });
}

void OutboxWorker::wait_for_work(std::uint64_t seen_version) {
    for (std::int64_t waited_ms = 0; waited_ms < kDatabasePollMs; waited_ms += kTopicPollMs) {
        if (!pause(kTopicPollMs) || topic_->version() != seen_version) return;
    }
}

bool OutboxWorker::pause(std::int64_t duration_ms) {
    std::unique_lock lock{mutex_};
    stopped_.wait_for(lock, stop_.get_token(), std::chrono::milliseconds{duration_ms}, [] { return false; });
    return !stop_.stop_requested();
}

}  // namespace haat::jobs
