// How the PostgreSQL engine bears a server that dies, hangs, refuses or is cut off, on a server of its own.
#include <gtest/gtest.h>

#include <signal.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <latch>
#include <mutex>
#include <thread>

#include "platform/db/postgres/postgres_database.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/cutting_proxy.hpp"
#include "tests/contract/postgres_database_fixture.hpp"
#include "tests/contract/postgres_server.hpp"

namespace haat::db {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::array kCountersTable{
    Migration{.number = 1,
              .title = "tables",
              .engine = MigrationEngine::postgres,
              .sql = "CREATE TABLE things (id BIGINT PRIMARY KEY, size BIGINT);\n"
                     "INSERT INTO things VALUES (1, 0), (2, 0);\n"}};

constexpr Query kInsert{"test.insert", "INSERT INTO things VALUES ($1, 0)"};
constexpr Query kGrow{"test.grow", "UPDATE things SET size = size + 1 WHERE id = $1"};
constexpr Query kCountThings{"test.count", "SELECT count(*) FROM things"};
constexpr Query kBackend{"test.backend", "SELECT pg_backend_pid()"};
constexpr Query kSleep{"test.sleep", "SELECT 1 FROM pg_sleep($1)"};

awaitable<std::int64_t> count_things(Session& session) {
    const Rows rows = co_await session.run(kCountThings);
    co_return rows.front().int64(0);
}

awaitable<Result<std::int64_t>> backend(Transaction& tx) {
    const Rows rows = co_await tx.run(kBackend);
    co_return rows.front().int64(0);
}

awaitable<Result<bool>> sleep_in(Transaction& tx, double seconds) {
    const Rows rows = co_await tx.run(kSleep, seconds);
    co_return true;
}

// Inserts, and then something happens before the commit.
awaitable<Result<bool>> insert_and(Transaction& tx, std::int64_t id, std::function<void(std::int64_t)> then) {
    const auto pid = co_await backend(tx);
    co_await tx.run(kInsert, id);
    then(*pid);
    co_return true;
}

class PostgresFaults : public testing::Test {
protected:
    static void SetUpTestSuite() {
        if (contract::PostgresServer::is_available()) server_ = new contract::PostgresServer;
    }
    static void TearDownTestSuite() {
        delete server_;
        server_ = nullptr;
    }

    void SetUp() override {
        if (server_ == nullptr) GTEST_SKIP() << contract::PostgresServer::kWhyNot;
        fresh_.emplace(server_->url());
        PostgresOptions options = options_for(fresh_->url());
        migrate_postgres(options, kCountersTable);
        db_ = open_postgres(options);
    }
    static PostgresOptions options_for(const std::string& url) {
        PostgresOptions options;
        options.url = crypto::Secret{url};
        options.connections = 8;
        options.statement_timeout_ms = 500;
        return options;
    }
    // The same database through another port.
    [[nodiscard]] std::string url_at(int port) const {
        return "postgres://haat@127.0.0.1:" + std::to_string(port) + "/" + fresh_->name();
    }

    Result<bool> insert(
        Database& db, std::int64_t id, std::function<void(std::int64_t)> then = [](std::int64_t) {}) {
        auto body = [&](Transaction& tx) { return insert_and(tx, id, then); };
        return run_sync(db.transact(body));
    }
    std::int64_t counted(Database& db) {
        auto body = [](Session& session) { return count_things(session); };
        return run_sync(db.read_one(body));
    }
    // The work's result, as soon as it is to be had.
    template <class Work>
    static auto when_available(Work work) {
        const auto give_up_at = Clock::now() + 20s;
        for (;;) {
            try {
                return work();
            } catch (const Unavailable&) {
                if (Clock::now() > give_up_at) throw;
                std::this_thread::sleep_for(10ms);
            }
        }
    }
    // How long it takes until a transaction is possible again.
    std::chrono::milliseconds recovery(std::int64_t id) {
        const auto begin = Clock::now();
        static_cast<void>(when_available([&] { return insert(*db_, id); }));
        return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    }
    // By the connection that reads share, which may come back later than one for transactions.
    std::int64_t counted_again() {
        return when_available([&] { return counted(*db_); });
    }

    static inline contract::PostgresServer* server_ = nullptr;
    std::optional<contract::FreshPostgres> fresh_;
    std::unique_ptr<PostgresDatabase> db_;
};

TEST_F(PostgresFaults, ATerminatedBackendFailsItsOwnTransactionOnly) {
    auto killed = [&](std::int64_t pid) {
        fresh_->exec("SELECT pg_terminate_backend(" + std::to_string(pid) + ")");
    };
    EXPECT_THROW(static_cast<void>(insert(*db_, 10, killed)), Unavailable);
    EXPECT_EQ(counted(*db_), 2) << "and nothing was committed";
    EXPECT_TRUE(insert(*db_, 11));
    EXPECT_EQ(counted(*db_), 3);
}

TEST_F(PostgresFaults, AfterACrashOfTheServerTransactionsGoOn) {
    const auto crash = [](std::int64_t pid) { kill(static_cast<pid_t>(pid), SIGKILL); };
    EXPECT_THROW(static_cast<void>(insert(*db_, 10, crash)), Unavailable);
    EXPECT_LT(recovery(11), 10s);
    EXPECT_EQ(counted_again(), 3);
}

TEST_F(PostgresFaults, WhileTheServerIsAwayEverybodyIsToldAtOnce) {
    ASSERT_TRUE(insert(*db_, 10));
    server_->stop();
    std::this_thread::sleep_for(200ms);  // the loss is noticed, and the first attempts fail
    const auto begin = Clock::now();
    for (int i = 0; i < 10; ++i) {
        EXPECT_THROW(static_cast<void>(insert(*db_, 11)), Unavailable);
        EXPECT_THROW(static_cast<void>(counted(*db_)), Unavailable);
    }
    EXPECT_LT(Clock::now() - begin, 10s) << "20 that would have waited for 1 s each";
    server_->start();
    EXPECT_LT(recovery(12), 10s);
    EXPECT_EQ(counted_again(), 4);
}

TEST_F(PostgresFaults, AServerThatHangsIsGivenUp) {
    ASSERT_TRUE(insert(*db_, 10));
    server_->freeze();
    const auto begin = Clock::now();
    EXPECT_THROW(static_cast<void>(counted(*db_)), Unavailable);
    EXPECT_LT(Clock::now() - begin, 10s);
    server_->thaw();
    EXPECT_LT(recovery(11), 10s);
    EXPECT_EQ(counted_again(), 4);
}

TEST_F(PostgresFaults, AStatementThatTakesTooLongIsStoppedAndTheConnectionKept) {
    auto body = [](Transaction& tx) { return sleep_in(tx, 5.0); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->transact(body))), Unavailable);
    const auto before = db_->gauges().connections;
    EXPECT_TRUE(insert(*db_, 10));
    EXPECT_EQ(db_->gauges().connections, before);
}

TEST_F(PostgresFaults, ACommitWithoutAnAnswerIsNoSuccessAndNoFailure) {
    contract::CuttingProxy proxy{server_->port()};
    const auto db = open_postgres(options_for(url_at(proxy.port())));
    EXPECT_EQ(counted(*db), 2) << "by the shared connection, whose login would else be what is swallowed";
    const auto cut = [&](std::int64_t) { proxy.swallow_next_answer(); };
    EXPECT_THROW(static_cast<void>(insert(*db, 10, cut)), CommitUncertain);
    EXPECT_EQ(counted(*db_), 3) << "this one was committed";
}

TEST_F(PostgresFaults, ALossBeforeTheCommitIsAPlainFailure) {
    contract::CuttingProxy proxy{server_->port()};
    const auto db = open_postgres(options_for(url_at(proxy.port())));
    const auto cut = [&](std::int64_t) {
        proxy.cut_all();
        std::this_thread::sleep_for(100ms);
    };
    try {
        static_cast<void>(insert(*db, 10, cut));
        FAIL() << "committed without a connection";
    } catch (const Unavailable&) {
        EXPECT_EQ(counted(*db_), 2);
    }
    EXPECT_EQ(counted(*db), 2) << "and the pool has new connections";
}

TEST_F(PostgresFaults, ALoginThatIsCutOffIsTriedAgain) {
    contract::CuttingProxy proxy{server_->port()};
    proxy.swallow_next_answer();
    PostgresOptions options = options_for(url_at(proxy.port()));
    options.is_replica = true;  // so that nobody connects before the pool does
    const auto db = open_postgres(options);
    EXPECT_EQ(counted(*db), 2) << "one connection that is lost says nothing of the server";
}

// Both hold one row and want the other's.
struct Meeting {
    std::latch both{2};
    std::atomic<int> runs = 0;
};

awaitable<Result<bool>> grow_both(Transaction& tx, std::int64_t first, std::int64_t second,
                                  Meeting& meeting) {
    const bool is_first_run = meeting.runs++ < 2;
    co_await tx.run(kGrow, first);
    if (is_first_run) meeting.both.arrive_and_wait();
    co_await tx.run(kGrow, second);
    co_return true;
}

// On a thread with a pool of its own, so that a body may hold it up.
void run_attached(Database& db, awaitable<Result<bool>> work, std::exception_ptr& error) {
    asio::io_context context{1};
    db.attach(context);
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown, const Result<bool>&) {
        error = std::move(thrown);
        context.stop();
    });
    context.run();
}

TEST_F(PostgresFaults, ADeadlockIsRunAgain) {
    Meeting meeting;
    auto forth = [&](Transaction& tx) { return grow_both(tx, 1, 2, meeting); };
    auto back = [&](Transaction& tx) { return grow_both(tx, 2, 1, meeting); };
    std::array<std::exception_ptr, 2> errors;
    {
        std::jthread one{[&] { run_attached(*db_, db_->transact(forth), errors[0]); }};
        std::jthread two{[&] { run_attached(*db_, db_->transact(back), errors[1]); }};
    }
    EXPECT_FALSE(errors[0]);
    EXPECT_FALSE(errors[1]);
    EXPECT_EQ(meeting.runs, 3) << "one of the two ran twice";
    EXPECT_EQ(fresh_->number("SELECT sum(size) FROM things"), 4);
}

TEST_F(PostgresFaults, AServerWithFewerConnectionsThanThePoolServesAll) {
    fresh_->exec(
        "DROP ROLE IF EXISTS few; CREATE ROLE few LOGIN CONNECTION LIMIT 4; GRANT ALL ON things TO few");
    const auto db = open_postgres(
        options_for("postgres://few@127.0.0.1:" + std::to_string(server_->port()) + "/" + fresh_->name()));
    int committed = 0;
    std::vector<std::jthread> threads;
    std::mutex mutex;
    for (int i = 0; i < 24; ++i) {
        threads.emplace_back([&, i] {
            const bool done = insert(*db, 100 + i).has_value();
            const std::lock_guard lock{mutex};
            committed += done ? 1 : 0;
        });
    }
    threads.clear();
    EXPECT_EQ(committed, 24);
    fresh_->exec("DROP OWNED BY few; DROP ROLE few");
}

TEST_F(PostgresFaults, WhoFindsNoConnectionWaitsForABoundedTime) {
    PostgresOptions options = options_for(fresh_->url());
    options.connections = 4;  // one exclusive for each pool
    options.statement_timeout_ms = 5'000;
    const auto db = open_postgres(options);
    std::jthread holder{[&] {
        auto body = [](Transaction& tx) { return sleep_in(tx, 2.0); };
        EXPECT_TRUE(run_sync(db->transact(body)));
    }};
    while (db->gauges().in_use == 0) std::this_thread::sleep_for(1ms);
    const auto begin = Clock::now();
    EXPECT_THROW(static_cast<void>(insert(*db, 10)), Unavailable);
    const auto waited = Clock::now() - begin;
    EXPECT_GE(waited, std::chrono::milliseconds{Database::kMaxWaitMs});
    EXPECT_LT(waited, 2s);
    EXPECT_EQ(counted(*db), 2) << "single reads go on meanwhile";
}

// A context that ends while statements are under way: nothing is resumed, nothing leaks (ASan looks).
TEST_F(PostgresFaults, AContextMayEndWithStatementsUnderWay) {
    {
        asio::io_context context{1};
        db_->attach(context);
        auto body = [](Transaction& tx) { return sleep_in(tx, 0.4); };
        for (int i = 0; i < 6; ++i) asio::co_spawn(context, db_->transact(body), asio::detached);
        context.run_for(100ms);
    }
    EXPECT_EQ(counted(*db_), 2);
}

}  // namespace
}  // namespace haat::db
