// Suspends a coroutine until another thread says go on.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>

#include "platform/async.hpp"

namespace haat {

// Calls submit(resume) and suspends. resume() may be called once, from any thread; the coroutine then goes
// on where it ran before. submit must not throw.
template <class Submit>
awaitable<> handoff(Submit submit) {
    auto start = [&submit](auto handler) {
        auto executor = asio::get_associated_executor(handler);
        auto keep_alive = asio::make_work_guard(executor);
        auto coroutine = [handler = std::move(handler), keep_alive = std::move(keep_alive)]() mutable {
            handler();
        };
        auto waiting = std::make_shared<decltype(coroutine)>(std::move(coroutine));
        // After the post the thread that resumes holds nothing of the coroutine's context, which may then
        // end.
        std::function<void()> resume = [waiting, executor] { asio::post(executor, std::move(*waiting)); };
        submit(std::move(resume));
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(start, use_awaitable);
}

}  // namespace haat
