// Suspends a coroutine until another thread says go on.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "platform/async.hpp"
#include "platform/memory.hpp"

namespace haat {
namespace detail {

// How many threads are within a resume() of what this thread runs; null where nobody waits for them.
inline thread_local std::shared_ptr<std::atomic<int>> resuming;

}  // namespace detail

// What waited ends here, and not where it was resumed.
template <class Coroutine>
void go_on(const std::shared_ptr<Coroutine>& waiting) {
    auto coroutine = std::move(*waiting);
    coroutine();
}

// For a context that ends with its run: declared behind it on the thread that runs it, this keeps it until
// the threads that resumed its coroutines have let go of it.
class ResumersLeave {
public:
    ResumersLeave() : outer_{std::exchange(detail::resuming, here_)} {}
    ~ResumersLeave() {
        detail::resuming = std::move(outer_);
        while (here_->load(std::memory_order_acquire) > 0) std::this_thread::yield();
    }
    ResumersLeave(const ResumersLeave&) = delete;
    ResumersLeave& operator=(const ResumersLeave&) = delete;

private:
    const std::shared_ptr<std::atomic<int>> here_ = std::make_shared<std::atomic<int>>(0);
    std::shared_ptr<std::atomic<int>> outer_;  // where one run is within another
};

// Calls submit(resume) and suspends. resume() may be called once, from any thread; the coroutine then goes
// on where it ran before. It does not throw: where there is no memory, it waits for some, as nobody else
// would wake the coroutine. submit must not throw.
template <class Submit>
awaitable<> handoff(Submit submit) {
    auto start = [&submit](auto handler) {
        auto executor = asio::get_associated_executor(handler);
        auto keep_alive = asio::make_work_guard(executor);
        auto coroutine = [handler = std::move(handler), keep_alive = std::move(keep_alive)]() mutable {
            handler();
        };
        auto waiting = std::make_shared<decltype(coroutine)>(std::move(coroutine));
        // When the coroutine goes on, the post may not be over: it wakes the context's thread at its end.
        std::function<void()> resume = [waiting, executor, resuming = detail::resuming] {
            if (resuming) resuming->fetch_add(1, std::memory_order_relaxed);
            surely([&] { asio::post(executor, [waiting] { go_on(waiting); }); });
            if (resuming) resuming->fetch_sub(1, std::memory_order_release);
        };
        submit(std::move(resume));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(start, use_awaitable);
}

}  // namespace haat
