// One connection to Redis on one event loop, shared by all that runs there: commands go out as they come and
// are answered in their order. Belongs to the loop's thread.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "platform/async.hpp"
#include "platform/cache/redis/breaker.hpp"
#include "platform/cache/redis/redis.hpp"
#include "platform/cache/redis/reply.hpp"
#include "platform/cache/redis/stream.hpp"
#include "platform/handoff.hpp"
#include "platform/memory.hpp"

namespace haat::cache::redis {

class Client {
public:
    static constexpr std::size_t kMaxInFlight = 1'024;               // batches
    static constexpr std::size_t kMaxUnsentBytes = 2 * 1024 * 1024;  // beyond what is being written

    // Use Redis::on().
    Client(asio::io_context& context, Redis& redis);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void start();
    [[nodiscard]] bool belongs_to(const Redis& redis) const { return &redis_ == &redis; }

    // Whether commands would go out. When not, nobody waits: call() has no answer at once.
    [[nodiscard]] bool is_available() const { return breaker_.allows(); }

    // Waits for Options::command_ms at the longest. Never throws for what Redis does.
    awaitable<Replies> call(Batch batch);
    // The same without waiting for an answer.
    void send(const Batch& batch);

private:
    struct Pending {
        std::size_t missing = 0;  // replies to come
        std::int64_t deadline_ms = 0;
        std::chrono::steady_clock::time_point sent_at{};
        std::vector<Reply> replies{};
        Replies* answer = nullptr;  // the caller's, until he is resumed
        Resume resume{};            // empty: nobody waits, or no longer
        bool is_counted = true;     // among the metrics
        bool is_settled = false;    // its outcome is known
    };

    void begin_to_run();
    awaitable<> run(Owners::One running);
    awaitable<> connect_and_read();
    awaitable<> read(std::shared_ptr<Stream> stream);
    awaitable<> flush(Owners::One writing);
    awaitable<> write_unsent();
    void begin(std::shared_ptr<Stream> stream);
    void end();

    [[nodiscard]] bool has_room_for(const Batch& batch) const;
    void enqueue(const Batch& batch, Pending pending) noexcept;
    void get_going();
    bool deliver(std::vector<Reply>& replies);
    void settle(Pending& pending, Outcome outcome);
    void expire_at(std::int64_t at_ms);
    void expire();
    void ping_when_idle();
    double chance() { return std::uniform_real_distribution<>{}(random_); }

    asio::io_context& context_;
    Redis& redis_;
    Breaker breaker_;
    Timer deadlines_;
    Timer pings_;
    bool is_expiry_set_ = false;
    Owners running_;                  // run(), which ends where it finds no memory to wait; as does
    Owners writing_;                  // flush(), of which there is one at a time
    std::shared_ptr<Stream> stream_;  // while the breaker is closed
    std::string unsent_;
    std::deque<Pending> pending_;  // in the order of their deadlines
    std::string why_lost_;
    std::minstd_rand random_;
};

}  // namespace haat::cache::redis
