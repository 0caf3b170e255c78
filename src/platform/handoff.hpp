// Suspends a coroutine until another thread says go on.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "kernel/error.hpp"
#include "platform/async.hpp"
#include "platform/memory.hpp"

namespace haat {

// Of work that ended without a word, as a coroutine does that found no memory.
inline constexpr const char* kGivenUp = "it was given up: there is no memory for it";

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

namespace detail {

// A coroutine that waits, and the work that keeps its context running meanwhile.
struct Waiting {
    explicit Waiting(const Executor& executor) : keep_alive{executor} {}
    void operator()() { coroutine(); }

    asio::executor_work_guard<Executor> keep_alive;
    std::move_only_function<void()> coroutine{};  // empty until it waits
};

// The one time that a coroutine is resumed: by resume(), or because nobody is left who would call it.
class Resumption {
public:
    Resumption(const Executor& executor, bool& is_abandoned)
        : executor_{executor}, waiting_{std::make_shared<Waiting>(executor)}, is_abandoned_{is_abandoned} {}
    ~Resumption() {
        if (is_resumed_ || !waiting_->coroutine) return;
        is_abandoned_ = true;
        resume();
    }
    Resumption(const Resumption&) = delete;
    Resumption& operator=(const Resumption&) = delete;

    void wait(std::move_only_function<void()> coroutine) noexcept {
        waiting_->coroutine = std::move(coroutine);
    }

    // When the coroutine goes on, the post may not be over: it wakes the context's thread at its end.
    void resume() noexcept {
        is_resumed_ = true;
        if (resuming_) resuming_->fetch_add(1, std::memory_order_relaxed);
        surely([&] { asio::post(executor_, [waiting = waiting_] { go_on(waiting); }); });
        if (resuming_) resuming_->fetch_sub(1, std::memory_order_release);
    }

private:
    const Executor executor_;
    const std::shared_ptr<Waiting> waiting_;
    const std::shared_ptr<std::atomic<int>> resuming_ = resuming;
    bool& is_abandoned_;  // the coroutine's own
    bool is_resumed_ = false;
};

}  // namespace detail

// Lets a coroutine that handed itself off go on where it ran before: called once, from any thread. It does
// not throw: where there is no memory, it waits for some. When all copies are gone without a call, the
// coroutine goes on, too, and is told. Empty: nobody's.
class Resume {
public:
    Resume() = default;
    explicit Resume(std::shared_ptr<detail::Resumption> once) : once_{std::move(once)} {}
    void operator()() const noexcept { once_->resume(); }
    explicit operator bool() const { return once_ != nullptr; }

private:
    std::shared_ptr<detail::Resumption> once_{};
};

// Calls submit(resume) and suspends until resume() is called. Throws Unavailable where that will not happen:
// because submit threw, or whoever had it is gone, as a coroutine that found no memory is.
template <class Submit>
awaitable<> handoff(Submit submit) {
    const Executor executor = co_await asio::this_coro::executor;
    bool is_abandoned = false;
    auto once = std::make_shared<detail::Resumption>(executor, is_abandoned);
    // What is thrown here would end the coroutine, and nobody would hear of it.
    auto start = [&submit, &once](auto handler) noexcept {
        once->wait(std::move(handler));
        if_possible([&] { submit(Resume{std::move(once)}); });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(start, use_awaitable);
    if (is_abandoned) throw Unavailable{kGivenUp};
}

}  // namespace haat
