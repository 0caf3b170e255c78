// The one thread that writes. It takes all transactions that wait, runs each in a savepoint of one
// enclosing transaction, commits them with one fsync, and only then answers (group commit).
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "platform/db/database.hpp"
#include "platform/db/sqlite/body_runner.hpp"
#include "platform/db/sqlite/connection.hpp"
#include "platform/handoff.hpp"

namespace haat::db::sqlite {

using Observe = std::function<void(const Query&, std::int64_t nanoseconds)>;

class Writer {
public:
    static constexpr std::size_t kMaxQueued = 1'024;
    static constexpr std::size_t kMaxBatch = 64;

    // body runs on the writer's thread and says whether to commit.
    using Body = std::function<awaitable<bool>(Transaction&)>;

    Writer(const std::string& path, const Observe& observe);
    ~Writer();

    // Comes back when the transaction is durable or rolled back. Throws what the body threw, Unavailable
    // when the queue is full, the wait was too long or the commit failed.
    awaitable<> transact(const Body& body);

    [[nodiscard]] std::size_t queued() const;

private:
    class SqliteTransaction;
    struct Job {
        const Body* body;
        std::int64_t queued_at_ms;
        std::exception_ptr* error;  // of the waiting coroutine
        Resume resume;
    };

    bool enqueue(Job job);
    void work();
    void take_batch(std::vector<Job>& batch);
    void run_batch(std::vector<Job>& batch);
    void run_job(Job& job, SqliteTransaction& tx);
    void roll_back() noexcept;

    Connection connection_;
    const Observe& observe_;
    BodyRunner runner_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> queue_;
    bool stopping_ = false;
    std::jthread thread_;
};

}  // namespace haat::db::sqlite
