// An event loop on the test's thread, and clients of Redis on it.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <chrono>
#include <functional>

#include "platform/cache/redis/client.hpp"
#include "platform/cache/redis/redis.hpp"
#include "platform/cache/redis/tests/redis_server.hpp"
#include "platform/run_sync.hpp"

namespace haat::cache::redis {

inline std::string url_of(const RedisServer& server, std::string_view database = "") {
    return "redis://127.0.0.1:" + std::to_string(server.port()) + std::string{database};
}

class RedisTest : public testing::Test {
protected:
    static constexpr std::chrono::seconds kPatience{20};

    // Time-outs that a busy machine keeps.
    static Options options_of(const std::string& url) {
        auto address = parse_address(url);
        EXPECT_TRUE(address) << url;
        return {.address = std::move(*address),
                .space = "haat:{test}:",
                .command_ms = 400,
                .connect_ms = 2'000,
                .ping_ms = 100,
                .breaker = {.failures = 3, .first_pause_ms = 10, .longest_pause_ms = 50}};
    }

    Redis& connect(const std::string& url) { return connect(options_of(url)); }
    Redis& connect(Options options) {
        metrics_.push_back(std::make_unique<observe::Registry>());
        made_.push_back(std::make_unique<Redis>(std::move(options), *metrics_.back()));
        client(*made_.back());
        return *made_.back();
    }
    Redis& connected(const std::string& url) {
        Redis& redis = connect(url);
        EXPECT_TRUE(wait_until([&] { return client(redis).is_available(); }));
        return redis;
    }
    Client& client(Redis& redis) { return redis.on(*context_); }

    // Runs the loop until it is so; false when that takes too long.
    bool wait_until(const std::function<bool()>& is_so) {
        const auto give_up_at = std::chrono::steady_clock::now() + kPatience;
        while (!is_so()) {
            if (std::chrono::steady_clock::now() > give_up_at) return false;
            context_->restart();
            context_->run_one_for(std::chrono::milliseconds{5});
        }
        return true;
    }
    void run_for(std::chrono::milliseconds time) {
        context_->restart();
        context_->run_for(time);
    }

    template <class T>
    T run(awaitable<T> work) {
        std::optional<T> result;
        asio::co_spawn(*context_, detail::keep_result(std::move(work), result), asio::detached);
        EXPECT_TRUE(wait_until([&] { return result.has_value(); }));
        return std::move(result).value();
    }
    void run(awaitable<> work) {
        bool ended = false;
        asio::co_spawn(*context_, std::move(work), [&](const std::exception_ptr& error) {
            EXPECT_FALSE(error);
            ended = true;
        });
        EXPECT_TRUE(wait_until([&] { return ended; }));
    }

    // The answer to one command; an empty reply when there is none.
    Reply ask(Redis& redis, std::initializer_list<std::string_view> words) {
        const Replies replies = run(client(redis).call(Batch{words}));
        return replies ? replies->front() : Reply{};
    }
    bool answers(Redis& redis) { return ask(redis, {"PING"}).text() == "PONG"; }

    std::string metric(const std::string& line_start) const {
        const std::string text = metrics_.back()->render();
        const auto at = text.find("\n" + line_start);
        if (at == std::string::npos) return "none";
        const auto end = text.find('\n', at + 1);
        const auto line = text.substr(at + 1, end - at - 1);
        return line.substr(line.rfind(' ') + 1);
    }

private:
    std::vector<std::unique_ptr<observe::Registry>> metrics_;
    std::vector<std::unique_ptr<Redis>> made_;

protected:
    std::unique_ptr<asio::io_context> context_ = std::make_unique<asio::io_context>(1);  // ends first
};

}  // namespace haat::cache::redis
