// Messages between nodes, by Redis' publish and subscribe. Whoever listens hears what is said while his
// connection stands: what was said before, between or during a loss is gone, and he is told of each.
#pragma once

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "platform/async.hpp"
#include "platform/cache/redis/redis.hpp"
#include "platform/cache/redis/reply.hpp"
#include "platform/cache/redis/stream.hpp"
#include "platform/memory.hpp"

namespace haat::cache::redis {

class Channel {
public:
    static constexpr std::size_t kMaxTextBytes = 64 * 1024;
    static constexpr int kMaxUnsent = 1'000;

    // Called on the channel's own thread; must be quick and must not throw. What arrives may come from
    // anybody who has access to Redis.
    using Hear = std::function<void(std::string_view text)>;
    // true: from now on everything is heard; false: that is over.
    using HearState = std::function<void(bool is_connected)>;

    // redis outlives it.
    explicit Channel(Redis& redis);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    // Before start().
    void subscribe(std::string_view topic, Hear hear);
    void on_state(HearState hear);

    // Starts the thread, `haat-redis`.
    void start();
    // Nothing is heard afterwards. What was published a moment ago may be lost.
    void stop();

    // To all nodes that listen, this one included. From any thread; never waits. What cannot be sent at once,
    // or is too long, is lost.
    void publish(std::string_view topic, std::string text);

    [[nodiscard]] bool is_connected() const { return is_connected_; }

private:
    struct Subscription {
        std::string name;  // of the channel in Redis
        Hear hear;
    };

    void work();
    awaitable<> run(Owners::One running);
    awaitable<> connect_and_listen(Breaker& breaker);
    awaitable<> listen(std::shared_ptr<Stream> stream);
    void heard(const Reply& reply, std::size_t& confirmed);
    void set_connected(bool connected);
    awaitable<> keep_alive(std::shared_ptr<Stream> stream);

    Redis& redis_;
    std::vector<Subscription> subscriptions_;
    std::vector<HearState> state_listeners_;
    asio::io_context context_{1};
    std::atomic<int> unsent_{0};
    std::atomic<bool> is_connected_{false};
    std::atomic<bool> is_stopping_{false};
    std::int64_t last_heard_ms_ = 0;
    Owners running_;  // run(), which ends where it finds no memory to wait
    std::jthread thread_;
};

}  // namespace haat::cache::redis
