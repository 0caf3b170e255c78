// Threads for work that would hold up an I/O thread: password hashes, images, blocking calls.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <variant>
#include <vector>

#include "kernel/error.hpp"
#include "platform/async.hpp"

namespace haat::jobs {

// A fixed number of threads of low priority behind a bounded queue. Safe from any thread. Work must not
// outlive the pool; the destructor lets what is queued finish.
class CpuPool {
public:
    // when_idle runs on each thread that has had nothing to do for kIdle, once until it has worked again: it
    // may give back what the thread keeps for its work. Must not throw.
    static constexpr std::chrono::milliseconds kIdle{1'000};

    CpuPool(std::string name, std::size_t threads, std::size_t max_queued,
            std::function<void()> when_idle = {});
    ~CpuPool();
    CpuPool(const CpuPool&) = delete;
    CpuPool& operator=(const CpuPool&) = delete;

    // Runs work() on a thread of the pool and comes back on the caller's with its value or exception.
    // Throws Unavailable at once when the queue is full.
    template <class Work>
    awaitable<std::invoke_result_t<Work&>> run(Work work) {
        using T = std::invoke_result_t<Work&>;
        std::variant<std::monostate, T, std::exception_ptr> outcome;
        std::function<void()> task = [&work, &outcome] {
            try {
                outcome.template emplace<1>(work());
            } catch (...) {
                outcome.template emplace<2>(std::current_exception());
            }
        };
        co_await wait_for(task);
        if (auto* error = std::get_if<2>(&outcome)) std::rethrow_exception(*error);
        co_return std::move(std::get<1>(outcome));
    }

    // Whether run() would refuse now: for who has to ask a database before there is work.
    [[nodiscard]] bool is_full() const;
    [[nodiscard]] std::size_t queued() const;

private:
    // Comes back on the caller's thread once the task has run on the pool.
    awaitable<> wait_for(const std::function<void()>& task);
    // false when the queue is full.
    bool submit(std::function<void()> task);
    void work();
    // Waits for it. Empty: the pool ends.
    std::function<void()> next();

    const std::string name_;
    const std::size_t max_queued_;
    const std::function<void()> when_idle_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace haat::jobs
