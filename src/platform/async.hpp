// The coroutine type of the program.
//
// Rules (CONTRIBUTING.md, R1 to R5): name a value, then await it; one co_await a statement; no capturing
// lambda coroutine; what goes into co_spawn goes by value; no lock held over an await; nothing that
// blocks on an I/O thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace haat {

namespace asio = boost::asio;

// One io_context a thread, and its concrete executor: a type-erased one costs 2 µs a request (ADR 0001).
using Executor = asio::io_context::executor_type;

template <class T = void>
using awaitable = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_awaitable{};

}  // namespace haat
