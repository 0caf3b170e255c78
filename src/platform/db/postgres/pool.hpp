// The connections of one io_context, for its coroutines only, and therefore without locks:
// - shared ones, read-only, for single statements of many callers, pipelined;
// - exclusive ones, for transactions and snapshots, each leased to one caller at a time.
// They are opened when they are needed, and kept. The pool is closed by its owner when the context ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/db/postgres/connection.hpp"
#include "platform/db/postgres/connector.hpp"

namespace haat::db::postgres {

struct PoolLimits {
    std::size_t shared = 1;
    std::size_t exclusive = 1;
    std::size_t scans = 1;            // of the exclusive ones, at most so many for scans
    std::int64_t max_silence_ms = 0;  // of a server that owes a result; then the connection is given up
};

// Of all pools of a database.
struct PoolFigures {
    std::atomic<std::int64_t> connections = 0;
    std::atomic<std::int64_t> in_use = 0;   // exclusive ones that are leased
    std::atomic<std::int64_t> waiting = 0;  // callers without a connection
};

class Pool final : private Connection::Owner {
public:
    static constexpr std::size_t kMaxWaiting = 1'024;   // callers for a connection
    static constexpr std::size_t kMaxInFlight = 1'024;  // statements on a shared connection

    enum class Purpose : std::uint8_t { transaction, scan };

    // Where answers and connections go that may come back when the pool is no more.
    struct Door {
        std::mutex mutex;                     // for the connector's thread
        asio::io_context* context = nullptr;  // null when closed
        Pool* pool = nullptr;
    };

    // An exclusive connection. Goes back to the pool with this; a transaction that is still open is rolled
    // back on the way.
    class Lease {
    public:
        Lease(std::shared_ptr<Door> door, std::shared_ptr<Connection> connection, Purpose purpose)
            : door_{std::move(door)}, connection_{std::move(connection)}, purpose_{purpose} {}
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (connection_ && door_->pool != nullptr) door_->pool->give_back(connection_, purpose_);
        }
        Connection* operator->() const { return connection_.get(); }

    private:
        std::shared_ptr<Door> door_;
        std::shared_ptr<Connection> connection_;
        Purpose purpose_;
    };

    Pool(asio::io_context& context, Connector& connector, const PoolLimits& limits, PoolFigures& figures);
    ~Pool() override;

    // On the context's thread, as all that follows. Throw Unavailable when there is no connection within
    // Database::kMaxWaitMs; at once when too many wait, or the server is known to be away and this pool has
    // no connection of the kind left. Unreachable where it is the server's fault.
    awaitable<Lease> lease(Purpose purpose);
    awaitable<> run_shared(Call& call);

private:
    // A caller without a connection; lies in its coroutine.
    struct Turn {
        Purpose purpose{};
        std::int64_t until_ms = 0;
        std::shared_ptr<Connection> connection{};
        std::string why_not{};
        bool is_unreachable = false;
        bool is_queued = false;
        std::shared_ptr<std::move_only_function<void()>> resume{};
    };
    // A place in a queue, given up when the caller ends before its turn comes.
    class Place;
    void on_idle(Connection& connection) override;
    void on_lost(Connection& connection) override;

    void open(bool shared);
    void open_missing();
    void opened(bool shared, Opened opened, const std::string& why_not);
    void take_up(bool shared, Opened opened);
    void give_back(const std::shared_ptr<Connection>& connection, Purpose purpose);
    void settle_returned(std::shared_ptr<Connection> connection);
    [[nodiscard]] std::shared_ptr<Connection> pick_shared() const;
    awaitable<> wait(Turn& turn, std::deque<Turn*>& queue);
    void serve_waiting();
    void open_for(std::size_t callers);
    // Ends the turns that are to end before this time (steady_ms).
    void refuse(std::deque<Turn*>& queue, std::int64_t until_ms, const std::string& why, bool is_unreachable);
    void end(Turn& turn);
    void watch();
    void tick();
    [[nodiscard]] bool is_busy() const;
    [[nodiscard]] bool has_room_for(Purpose purpose) const;

    asio::io_context& context_;
    Connector& connector_;
    const PoolLimits limits_;
    PoolFigures& figures_;
    std::shared_ptr<Door> door_;
    std::vector<std::shared_ptr<Connection>> shared_;
    std::vector<std::shared_ptr<Connection>> exclusive_;  // all, idle or not
    std::vector<std::shared_ptr<Connection>> idle_;       // of them, the one used last at the back
    std::vector<std::shared_ptr<Connection>> returning_;  // of them, what was given back is still under way
    std::deque<Turn*> turns_;                             // for an exclusive one
    std::deque<Turn*> shared_turns_;
    Owners opening_shared_;
    Owners opening_exclusive_;
    std::size_t scans_ = 0;
    Timer timer_;
    bool watching_ = false;
};

}  // namespace haat::db::postgres
