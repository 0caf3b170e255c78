// Does what the outbox promises, on threads of its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <thread>
#include <vector>

#include "platform/async.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"
#include "platform/jobs/outbox.hpp"
#include "platform/jobs/outbox_store.hpp"

namespace haat::jobs {

// Each thread leases one due event, hands it to the handler, settles it, and begins again; with nothing to
// do it sleeps until the topic moves (a commit here, noticed within 200 ms) and at most 1 s (retries, and
// commits of other nodes). Delivery is at least once, under one id. When the database fails, the failure is
// logged and tried again a second later. Events that were settled a week ago are deleted, once an hour.
class OutboxWorker {
public:
    // Blocks on a thread of the worker. Once the token says stop it must come back within seconds; outcome
    // `retry` then means "as if never tried". What it throws counts as `retry`.
    using Handler = std::function<Attempt(const Event& event, const std::stop_token& stop)>;
    // One line without its end: an attempt that failed, a database that does not answer. Any thread.
    using Log = std::function<void(std::string_view line)>;

    // The database and the topic outlive the worker; the topic is the one that Outbox::publish moves.
    OutboxWorker(db::Database& database, const cache::Topic& topic, Handler handler, Log log,
                 std::size_t threads = 2);
    ~OutboxWorker() { stop(); }
    OutboxWorker(const OutboxWorker&) = delete;
    OutboxWorker& operator=(const OutboxWorker&) = delete;

    // Leases nothing more, lets the attempts in hand end and be settled, and joins. Repeatable.
    void stop();

    struct Snapshot {
        std::int64_t due = 0;  // promised and not yet settled, those that wait for a retry included
        std::int64_t oldest_due_age_ms = 0;  // since publication; 0 for none
        std::uint64_t delivered = 0;         // by this process, since its start
        std::uint64_t failed = 0;            // given up, likewise
    };
    // For metrics. Throws what db::Database throws.
    awaitable<Snapshot> snapshot();

private:
    void work(bool sweeps);
    bool deliver_one();  // false: nothing is due
    Attempt attempt(const Event& event) const;
    void settle(const Lease& lease, const Attempt& attempt);
    bool sweep();  // false: nothing is left to delete
    void report(const Event& event, const Settlement& settlement) const;
    void wait_for_work(std::uint64_t seen_version);
    bool pause(std::int64_t duration_ms);  // false: stop

    OutboxStore store_;
    const cache::Topic* topic_;
    const Handler handler_;
    const Log log_;
    std::atomic<std::uint64_t> delivered_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::int64_t next_sweep_ms_ = 0;  // of the one thread that sweeps

    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable_any stopped_;
    std::vector<std::jthread> threads_;
};

}  // namespace haat::jobs
