// Sessions on connections of a pool.
#pragma once

#include <functional>

#include "platform/db/database.hpp"
#include "platform/db/postgres/pool.hpp"

namespace haat::db::postgres {

using Observe = std::function<void(const Query&, std::int64_t nanoseconds)>;

// A transaction on a leased connection. It begins with its first statement, in one round trip with it. One
// that is not committed is rolled back when the lease ends.
class LeasedTransaction final : public Transaction {
public:
    enum class Kind : std::uint8_t { read_write, snapshot, scan };

    LeasedTransaction(const Pool::Lease& connection, Kind kind, const Observe& observe);

    awaitable<Rows> execute(const Query& query, Params params) override;

    // What the body says it has changed.
    [[nodiscard]] const std::vector<TouchedKey>& changes() const { return touched(); }

    // Comes back when the commit is durable, and moves the topics. Throws what a statement before it threw if
    // one did: the server has given up the transaction then. CommitUncertain.
    awaitable<> commit();
    // Of one that only reads: without waiting.
    void end_reading();

    // It met another transaction and may be run again.
    [[nodiscard]] bool met_conflict() const { return met_conflict_; }

private:
    void begin();
    void pass(std::string_view point) const;

    const Pool::Lease& connection_;
    const Kind kind_;
    const Observe& observe_;
    const std::int64_t until_ms_;  // of a scan
    std::exception_ptr failure_;   // of the first statement that failed
    bool begun_ = false;
    bool met_conflict_ = false;
};

// One statement on a shared connection.
class SharedStatement final : public Session {
public:
    SharedStatement(Pool& pool, const Observe& observe) : pool_{pool}, observe_{observe} {}
    awaitable<Rows> execute(const Query& query, Params params) override;

private:
    Pool& pool_;
    const Observe& observe_;
    bool used_ = false;
};

}  // namespace haat::db::postgres
