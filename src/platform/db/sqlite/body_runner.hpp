// Runs the body of a transaction or a read to its end on the calling thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>

#include "kernel/error.hpp"
#include "platform/async.hpp"

namespace haat::db::sqlite {

// Statements of the embedded engine never suspend, so neither does a body, which awaits nothing else.
class BodyRunner {
public:
    template <class T>
    T run(awaitable<T> body) {
        std::optional<T> value;
        auto keep = [&value](const std::exception_ptr& error, T result) {
            if (error) std::rethrow_exception(error);
            value = std::move(result);
        };
        asio::co_spawn(context_, std::move(body), keep);
        drain();
        HAAT_ASSERT(value.has_value());
        return std::move(*value);
    }

    void run(awaitable<> body) {
        bool done = false;
        auto keep = [&done](const std::exception_ptr& error) {
            if (error) std::rethrow_exception(error);
            done = true;
        };
        asio::co_spawn(context_, std::move(body), keep);
        drain();
        HAAT_ASSERT(done);
    }

private:
    void drain() {
        context_.restart();
        context_.poll();
    }

    asio::io_context context_{1};
};

}  // namespace haat::db::sqlite
