// The database: one interface for the embedded engine and for a server.
//
//     auto body = [&](Transaction& tx) { return add(tx, in); };   // named first, then awaited
//     co_return co_await db_.transact(body);
//
// A body awaits nothing but its Session. It may run on another thread than its caller, which waits
// meanwhile, so what it refers to needs no lock.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "kernel/error.hpp"
#include "platform/async.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/query.hpp"
#include "platform/db/row.hpp"

namespace haat::db {

// A UNIQUE, CHECK or FOREIGN KEY said no. Stores turn it into a domain error by the constraint's name:
// `table.column` for UNIQUE (the first column), the constraint's own name for CHECK, "foreign_key" else.
class ConstraintViolation : public std::runtime_error {
public:
    explicit ConstraintViolation(const std::string& constraint) : std::runtime_error{constraint} {}
    [[nodiscard]] std::string_view constraint() const { return what(); }
};

// The connection was lost between COMMIT and its answer: the transaction may have been committed, or not.
class CommitUncertain : public Unavailable {
public:
    using Unavailable::Unavailable;
};

// A statement that the engine refused: a bug in its text or its values. Answered with 500.
class StatementError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Runs statements one after the other and sees one snapshot. Belongs to one coroutine.
class Session {
public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    virtual ~Session() = default;

    // Throws ConstraintViolation, Unavailable, StorageFull, StatementError.
    template <class... Args>
    [[nodiscard]] awaitable<Rows> run(const Query& query, const Args&... args) {
        return execute(query, Params::of(args...));
    }
    [[nodiscard]] virtual awaitable<Rows> execute(const Query& query, Params params) = 0;
};

// A key of a topic that a transaction has changed.
struct TouchedKey {
    cache::Topic* topic;
    std::string key;
};

class Transaction : public Session {
public:
    // Says that the transaction changes what caches hold under this key of the topic. The topic moves
    // after the commit and before the caller of transact() goes on; not at all after a rollback.
    void touch(cache::Topic& topic, std::string_view key = {}) {
        touched_.push_back({.topic = &topic, .key = std::string{key}});
    }

protected:
    [[nodiscard]] const std::vector<TouchedKey>& touched() const { return touched_; }
    void move_topics() {
        for (const auto& [topic, key] : touched_) topic->move(key);
    }

private:
    std::vector<TouchedKey> touched_;
};

class Database {
public:
    Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    virtual ~Database() = default;

    // Runs body, `(Transaction&) -> awaitable<Result<T>>`, in a transaction. Commits when it returns a
    // value, and comes back only after the commit is durable; rolls back when it returns an error or
    // throws. A serialization failure or a deadlock is run again, at most 3 times: a body has no other
    // effect than on the database. Waits at most kMaxWaitMs for its turn, then throws Unavailable.
    template <class Body>
    [[nodiscard]] auto transact(Body body) -> std::invoke_result_t<Body&, Transaction&> {
        using Outcome = typename std::invoke_result_t<Body&, Transaction&>::value_type;
        TypedTransaction<Body, Outcome> work{body};
        co_await run_transaction(work);
        HAAT_ASSERT(work.outcome.has_value());
        co_return std::move(*work.outcome);
    }

    // Runs body, `(Session&) -> awaitable<T>`, on one snapshot. For reads by key, whose cost is bounded:
    // the embedded engine runs them on the calling thread.
    template <class Body>
    [[nodiscard]] auto read(Body body) -> std::invoke_result_t<Body&, Session&> {
        using Outcome = typename std::invoke_result_t<Body&, Session&>::value_type;
        TypedRead<Body, Outcome> work{body};
        co_await run_read(work);
        HAAT_ASSERT(work.outcome.has_value());
        co_return std::move(*work.outcome);
    }

    // The same for a body of one statement, which needs no transaction around it. A second statement throws
    // StatementError.
    template <class Body>
    [[nodiscard]] auto read_one(Body body) -> std::invoke_result_t<Body&, Session&> {
        using Outcome = typename std::invoke_result_t<Body&, Session&>::value_type;
        TypedRead<Body, Outcome> work{body};
        co_await run_read_one(work);
        HAAT_ASSERT(work.outcome.has_value());
        co_return std::move(*work.outcome);
    }

    // The same for reads whose cost grows with the data (search, counts, deep pages): never on an I/O
    // thread, at most a few at a time.
    template <class Body>
    [[nodiscard]] auto scan(Body body) -> std::invoke_result_t<Body&, Session&> {
        using Outcome = typename std::invoke_result_t<Body&, Session&>::value_type;
        TypedRead<Body, Outcome> work{body};
        co_await run_scan(work);
        HAAT_ASSERT(work.outcome.has_value());
        co_return std::move(*work.outcome);
    }

    static constexpr int kMaxWaitMs = 1'000;
    static constexpr int kMaxScanMs = 2'000;  // of one scan(); then Unavailable

    // "sqlite" or "postgres".
    [[nodiscard]] virtual std::string_view engine() const = 0;

    // Whether other programs may write to it meanwhile. What they change, this one hears of through topics
    // with a name only.
    [[nodiscard]] virtual bool is_shared() const = 0;

    // For a thread that runs many statements: the database keeps connections for coroutines of this context,
    // which belong to it and end with it. Before the context runs, or on its thread. Others' statements
    // travel over a thread of the database's own.
    virtual void attach(asio::io_context& context) = 0;

    // Throws when the database does not answer.
    [[nodiscard]] virtual awaitable<> ping() = 0;

protected:
    struct TransactionWork {
        virtual ~TransactionWork() = default;
        // true: commit.
        virtual awaitable<bool> run(Transaction& tx) = 0;
    };
    struct ReadWork {
        virtual ~ReadWork() = default;
        virtual awaitable<> run(Session& session) = 0;
    };

    [[nodiscard]] virtual awaitable<> run_transaction(TransactionWork& work) = 0;
    [[nodiscard]] virtual awaitable<> run_read(ReadWork& work) = 0;
    [[nodiscard]] virtual awaitable<> run_read_one(ReadWork& work) = 0;
    [[nodiscard]] virtual awaitable<> run_scan(ReadWork& work) = 0;

    // For a database that hands on to another.
    static awaitable<> run_transaction_on(Database& other, TransactionWork& work) {
        return other.run_transaction(work);
    }
    static awaitable<> run_read_on(Database& other, ReadWork& work) { return other.run_read(work); }
    static awaitable<> run_read_one_on(Database& other, ReadWork& work) { return other.run_read_one(work); }
    static awaitable<> run_scan_on(Database& other, ReadWork& work) { return other.run_scan(work); }

private:
    template <class Body, class Outcome>
    struct TypedTransaction final : TransactionWork {
        explicit TypedTransaction(Body& body_) : body{body_} {}
        awaitable<bool> run(Transaction& tx) override {
            outcome = co_await body(tx);
            co_return outcome->has_value();
        }
        Body& body;
        std::optional<Outcome> outcome;
    };

    template <class Body, class Outcome>
    struct TypedRead final : ReadWork {
        explicit TypedRead(Body& body_) : body{body_} {}
        awaitable<> run(Session& session) override { outcome = co_await body(session); }
        Body& body;
        std::optional<Outcome> outcome;
    };
};

}  // namespace haat::db
