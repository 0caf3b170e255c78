// Makes connections for the pools, on the database's own thread: what blocks (looking up names, TLS, hashing
// of passwords) happens there. A single connection that fails says little of the server, so another is tried
// at once; when the server is away the next attempt comes after 50 ms, doubling to 1 s.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>

#include "platform/async.hpp"
#include "platform/db/postgres/connection.hpp"
#include "platform/db/postgres/target.hpp"
#include "platform/memory.hpp"
#include "platform/timer.hpp"

namespace haat::db::postgres {

struct SessionOptions {
    std::int64_t statement_timeout_ms = 0;
    std::int64_t idle_in_transaction_ms = 0;
};

class Connector {
public:
    static constexpr std::size_t kAtOnce = 4;
    // Of a host that is being connected to: a slow one is waited for, one that says nothing is not.
    static constexpr std::int64_t kSilenceMs = 2'000;
    static constexpr std::int64_t kSilenceOfManyMs = 1'000;  // when there are several hosts
    static constexpr std::int64_t kTryMs = 10'000;           // for one host, until it is set up
    static constexpr std::int64_t kFirstPauseMs = 50;
    static constexpr std::int64_t kMaxPauseMs = 1'000;

    // Called on the connector's thread; either a connection, or why there is none. Where there is no memory
    // for that, it is destroyed without a call.
    using Done = std::move_only_function<void(Opened opened, std::string why_not)>;

    Connector(asio::io_context& context, const Target& target, SessionOptions options);

    // From any thread. The request waits while connecting pauses after a failure, and shares the next
    // attempt's failure.
    void connect(bool read_only, Done done);

    // Requests wait for the end of those before them, of which one may have ended without a word, too. From
    // any thread.
    void nudge();

    // A request failed twice, and nothing succeeded since. From any thread.
    [[nodiscard]] bool is_down() const { return is_down_.load(std::memory_order_relaxed); }

    // Tries each host once. Throws Unavailable. On the connector's thread.
    awaitable<Opened> open(bool read_only);

private:
    struct Request {
        bool read_only;
        Done done;
        bool has_failed = false;
    };
    struct Patience {
        std::int64_t silence_ms;
        std::int64_t until_ms;                        // steady_ms
        const char* when_over = "no answer in time";  // what is told then
        [[noreturn]] void give_up() const {
            throw Unavailable{std::string{"cannot connect to PostgreSQL: "} + when_over};
        }
    };

    void begin_more();
    awaitable<> serve(Request request, Owners::One one);
    void tell(Request& request, Opened opened, const std::string& why_not);
    void failed(Request& request, const std::string& why);
    void pause();
    awaitable<Opened> open_at(const Host& host, bool read_only, Patience patience);
    awaitable<> await_login(PGconn* connection, Patience patience);
    awaitable<ResultHandle> query(PGconn* connection, const char* sql, Patience patience);
    awaitable<> wait_ready(int socket, bool for_write, Patience patience);

    asio::io_context& context_;
    const Target& target_;
    const SessionOptions options_;
    std::deque<Request> requests_;
    Owners under_way_;
    std::size_t good_host_ = 0;  // the one that was reached last
    Timer pause_timer_;
    std::int64_t pause_ms_ = 0;  // before the next attempt; 0 after a success
    bool pausing_ = false;
    std::atomic<bool> is_down_ = false;
};

}  // namespace haat::db::postgres
