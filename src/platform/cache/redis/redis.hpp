// Redis, as a disposable assistant of several nodes: what it holds may be gone, late, old or rubbish at any
// moment, and nobody may wait for it or fail without it. Every question to it has "nothing" as an answer.
#pragma once

#include <boost/asio/io_context.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "platform/async.hpp"
#include "platform/cache/redis/address.hpp"
#include "platform/cache/redis/breaker.hpp"
#include "platform/observe/metrics.hpp"

namespace haat::cache::redis {

namespace asio = boost::asio;

class Client;
class Stream;
struct Tls;

struct Options {
    Address address{};
    std::string space{};              // what all keys and channels of this shop begin with: `haat:{shop}:`
    std::int64_t command_ms = 50;     // within which a command is answered, or has no answer
    std::int64_t connect_ms = 1'000;  // within which a server is connected and logged in to
    std::int64_t ping_ms = 300;       // between looks at a connection that is idle
    BreakerLimits breaker{};
};

// What became of a batch of commands.
enum class Outcome : std::uint8_t {
    answered,
    refused,  // answered, but not all with success: wrong type, out of memory
    late,     // no answer within command_ms
    lost,     // the connection broke
    skipped,  // not sent: there is no connection, or too much is under way
};

// One a process; safe from any thread. Outlives the event loops that it was used on.
class Redis {
public:
    // Throws std::runtime_error with a line for the operator when certificates cannot be read. Connects to
    // nothing by itself. Registers haat_redis_available, haat_redis_batches_total{outcome} and
    // haat_redis_batch_duration_seconds.
    Redis(Options options, observe::Registry& metrics);
    ~Redis();
    Redis(const Redis&) = delete;
    Redis& operator=(const Redis&) = delete;

    // The client of an event loop, on its thread. The first call makes it, and it begins to connect.
    Client& on(asio::io_context& context);

    // Whether any client has a connection.
    [[nodiscard]] bool is_available() const;
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] std::string key(std::string_view name) const { return options_.space + std::string{name}; }

    // For clients. They report what changes, of which the log hears what concerns all: the first connection,
    // the loss of the last.
    // When the breaker lets a try begin. nullptr: it failed, and the breaker is still half open.
    awaitable<std::shared_ptr<Stream>> connect(asio::io_context& context, Breaker& breaker);
    void connected();
    void disconnected(std::string_view why);
    void count(Outcome outcome) const { outcomes_[static_cast<std::size_t>(outcome)].add(); }
    void took(std::chrono::nanoseconds time) const { durations_.observe(time); }

private:
    void not_reached(std::string_view why);

    enum class Told : std::uint8_t { nothing, available, unavailable };

    const Options options_;
    std::unique_ptr<Tls> tls_;
    std::array<observe::Counter, 5> outcomes_;
    observe::Histogram durations_;
    mutable std::mutex mutex_;
    int connections_ = 0;
    Told told_ = Told::nothing;
};

}  // namespace haat::cache::redis
