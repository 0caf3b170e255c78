// Runs a coroutine to its end on the calling thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "kernel/error.hpp"
#include "platform/async.hpp"
#include "platform/handoff.hpp"

namespace haat {
namespace detail {

// co_spawn wants results that are default-constructible; an optional of one always is.
template <class T>
awaitable<> keep_result(awaitable<T> work, std::optional<T>& result) {
    T value = co_await std::move(work);
    result.emplace(std::move(value));
}

inline void run_to_end(awaitable<> work) {
    asio::io_context context{1};
    const ResumersLeave resumers_leave;
    std::exception_ptr error;
    bool ended = false;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown) {
        error = std::move(thrown);
        ended = true;
    });
    context.run();
    if (error) std::rethrow_exception(error);
    if (!ended) throw Unavailable{kGivenUp};
}

}  // namespace detail

// For threads that have no io_context, such as those of the outbox and of start-up: blocks until the work
// has ended, hands back its value or throws what it threw; Unavailable where it ended without a word, for
// want of memory. Never on an I/O thread.
template <class T>
T run_sync(awaitable<T> work) {
    if constexpr (std::is_void_v<T>) {
        detail::run_to_end(std::move(work));
    } else {
        std::optional<T> result;
        detail::run_to_end(detail::keep_result(std::move(work), result));
        HAAT_ASSERT(result.has_value());
        return std::move(*result);
    }
}

}  // namespace haat
