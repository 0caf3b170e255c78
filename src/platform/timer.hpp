// Waiting without holding up the I/O thread.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>

#include "platform/async.hpp"

namespace haat {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

// Comes back on the same thread after that time at the earliest.
inline awaitable<> pause_for(std::chrono::milliseconds time) {
    const Executor executor = co_await asio::this_coro::executor;
    Timer timer{executor, time};
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(use_awaitable, ignored));
}

}  // namespace haat
