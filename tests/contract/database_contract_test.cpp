// What db::Database promises, on both engines; on PostgreSQL where the tests have a server.
#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>

#include <array>
#include <functional>
#include <latch>
#include <optional>
#include <thread>

#include "platform/db/postgres/postgres_database.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"
#include "platform/db/sqlite/writer.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/postgres_database_fixture.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace haat::db {
namespace {

constexpr std::array kTables{Migration{
    .number = 1,
    .title = "tables",
    .engine = MigrationEngine::both,
    .sql = "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT UNIQUE, size BIGINT NOT NULL DEFAULT 0 "
           "CONSTRAINT size_not_negative CHECK (size >= 0));\n"
           "CREATE TABLE parts (id BIGINT PRIMARY KEY, thing_id BIGINT NOT NULL REFERENCES things (id));\n"}};

constexpr Query kInsert{"test.insert", "INSERT INTO things (id, name) VALUES ($1, $2)"};
constexpr Query kResize{"test.resize", "UPDATE things SET size = $2 WHERE id = $1"};
constexpr Query kInsertPart{"test.insert_part", "INSERT INTO parts (id, thing_id) VALUES (1, $1)"};
constexpr Query kCount{"test.count", "SELECT count(*) FROM things"};
constexpr Query kEcho{"test.echo", "SELECT $2, $1, $3, $4, $1"};
constexpr Query kErase{"test.erase", "DELETE FROM things"};
constexpr Query kBroken{"test.broken", "SELECT nothing FROM nowhere"};

enum class End { commit, error, fault };

// Runs it as a thread of the server does, on a context with connections of its own: a body may hold up this
// thread without holding up others.
template <class T>
T run_attached(Database& db, awaitable<T> work) {
    asio::io_context context{1};
    db.attach(context);
    std::exception_ptr error;
    T value{};
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr thrown, T result) {
        error = std::move(thrown);
        value = std::move(result);
        context.stop();
    });
    context.run();
    if (error) std::rethrow_exception(error);
    return value;
}

awaitable<Result<std::int64_t>> add(Transaction& tx, std::int64_t id, End end = End::commit) {
    const std::string name = "n" + std::to_string(id);
    const Rows rows = co_await tx.run(kInsert, id, name);
    if (end == End::error) co_return fail(ErrorCode::cart_full);
    if (end == End::fault) throw std::runtime_error{"on purpose"};
    co_return rows.affected();
}

awaitable<std::int64_t> count(Session& session) {
    const Rows rows = co_await session.run(kCount);
    co_return rows.front().int64(0);
}

// A database with the tables above, on one engine.
class TestDatabase : public testing::Test {
protected:
    explicit TestDatabase(std::string_view engine) : engine_{engine} {}

    void SetUp() override {
        if (engine_ == "postgres") {
            if (!contract::FreshPostgres::is_available()) GTEST_SKIP() << contract::FreshPostgres::kWhyNot;
            postgres_.emplace();
            migrate_postgres(postgres_options(), kTables);
        } else {
            migrate_sqlite(path(), kTables);
        }
        open();
    }
    void open() {
        if (postgres_) {
            db_ = open_postgres(postgres_options());
        } else {
            db_ = open_sqlite({.path = path()});
        }
    }
    [[nodiscard]] PostgresOptions postgres_options() const {
        PostgresOptions options;
        options.url = crypto::Secret{postgres_->url()};
        return options;
    }
    [[nodiscard]] std::string path() const { return folder_.file("test.db"); }

    Result<std::int64_t> insert(std::int64_t id, End end = End::commit) {
        auto body = [=](Transaction& tx) { return add(tx, id, end); };
        return run_sync(db_->transact(body));
    }
    std::int64_t counted() {
        auto body = [](Session& session) { return count(session); };
        return run_sync(db_->read(body));
    }

    const std::string_view engine_;
    contract::ScratchFolder folder_;
    std::optional<contract::FreshPostgres> postgres_;
    std::unique_ptr<Database> db_;
};

class DatabaseContract : public TestDatabase, public testing::WithParamInterface<std::string_view> {
protected:
    DatabaseContract() : TestDatabase{GetParam()} {}
};

INSTANTIATE_TEST_SUITE_P(Engines, DatabaseContract, testing::Values("sqlite", "postgres"),
                         [](const auto& engine) { return std::string{engine.param}; });

class SqliteContract : public TestDatabase {
protected:
    SqliteContract() : TestDatabase{"sqlite"} {}
};

TEST_P(DatabaseContract, AValueCommitsAndIsSeenAtOnce) {
    const auto added = insert(1);
    ASSERT_TRUE(added);
    EXPECT_EQ(*added, 1) << "one row changed";
    EXPECT_EQ(counted(), 1);
    EXPECT_EQ(db_->engine(), engine_);
}

TEST_P(DatabaseContract, AnErrorRollsBackAndComesBack) {
    const auto refused = insert(1, End::error);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::cart_full);
    EXPECT_EQ(counted(), 0);
}

TEST_P(DatabaseContract, AnExceptionRollsBackAndComesBack) {
    EXPECT_THROW(insert(1, End::fault), std::runtime_error);
    EXPECT_EQ(counted(), 0);
    EXPECT_TRUE(insert(1)) << "and the database goes on";
}

awaitable<Result<bool>> run_with(Transaction& tx, const Query& query, std::int64_t first, Value second) {
    Params params;
    params.add(first);
    params.add(second);
    const Rows rows = co_await tx.execute(query, params);
    co_return rows.affected() > 0;
}

TEST_P(DatabaseContract, AViolatedConstraintIsNamed) {
    ASSERT_TRUE(insert(1));
    const auto violated = [&](const Query& query, std::int64_t first, Value second) -> std::string {
        auto body = [&](Transaction& tx) { return run_with(tx, query, first, second); };
        try {
            static_cast<void>(run_sync(db_->transact(body)));
        } catch (const ConstraintViolation& violation) {
            return std::string{violation.constraint()};
        }
        return "none";
    };
    EXPECT_EQ(violated(kInsert, 2, "n1"), "things.name");
    EXPECT_EQ(violated(kInsert, 1, "n2"), "things.id");
    EXPECT_EQ(violated(kResize, 1, std::int64_t{-1}), "size_not_negative");
    EXPECT_EQ(violated(kInsertPart, 99, {}), "foreign_key");
}

awaitable<Result<bool>> insert_twice(Transaction& tx) {
    for (int i = 0; i < 2; ++i) co_await tx.run(kInsert, std::int64_t{5}, "n5");
    co_return true;
}

TEST_P(DatabaseContract, AViolationUndoesWhatTheTransactionDidBefore) {
    auto body = [](Transaction& tx) { return insert_twice(tx); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->transact(body))), ConstraintViolation);
    EXPECT_EQ(counted(), 0);
}

awaitable<Rows> run_one(Session& session, const Query& query) { co_return co_await session.run(query); }

TEST_P(DatabaseContract, ABrokenStatementIsABugAndNotTheClients) {
    auto body = [](Session& session) { return run_one(session, kBroken); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->read(body))), StatementError);
    EXPECT_EQ(counted(), 0) << "the reader goes on";
}

awaitable<Rows> echo(Session& session) {
    co_return co_await session.run(kEcho, std::int64_t{INT64_MIN}, "a é", 1.5, std::nullopt);
}

TEST_P(DatabaseContract, ValuesGoInByTheirNumberAndComeBackAsTheyWere) {
    auto body = [](Session& session) { return echo(session); };
    const Rows rows = run_sync(db_->read(body));
    const Row row = rows.front();
    EXPECT_EQ(row.text(0), "a é");
    EXPECT_EQ(row.int64(1), INT64_MIN);
    EXPECT_EQ(row.real(2), 1.5);
    EXPECT_TRUE(row.is_null(3));
    EXPECT_EQ(row.int64(4), INT64_MIN);
}

constexpr Query kCoalesce{"test.coalesce",
                          "SELECT coalesce($1, name), coalesce($2, size), name || $3 FROM things"};

awaitable<std::string> coalesced(Session& session, std::optional<std::string> name,
                                 std::optional<std::int64_t> size) {
    const Rows rows = co_await session.run(kCoalesce, name, size, "!");
    const Row row = rows.front();
    co_return row.str(0) + " " + std::to_string(row.int64(1)) + " " + row.str(2);
}

TEST_P(DatabaseContract, NullAndAValueMayStandInTheSamePlace) {
    ASSERT_TRUE(insert(1));
    const auto asked = [&](std::optional<std::string> name, std::optional<std::int64_t> size) {
        auto body = [&](Session& session) { return coalesced(session, name, size); };
        return run_sync(db_->read_one(body));
    };
    EXPECT_EQ(asked({}, {}), "n1 0 n1!");
    EXPECT_EQ(asked("x", {}), "x 0 n1!");
    EXPECT_EQ(asked({}, INT64_MAX), "n1 9223372036854775807 n1!");
    EXPECT_EQ(asked("x", 7), "x 7 n1!");
    EXPECT_EQ(asked({}, {}), "n1 0 n1!");
}

constexpr Query kKinds{"test.kinds",
                       "SELECT 1 = 1, 1 = 2, CAST(7 AS INTEGER), '', NULL, 0.5, count(*) FROM things"};

awaitable<Rows> run_alone(Session& session, const Query& query) { co_return co_await session.run(query); }

TEST_P(DatabaseContract, TruthIsOneAndLiesAreZero) {
    auto body = [](Session& session) { return run_alone(session, kKinds); };
    const Rows rows = run_sync(db_->read_one(body));
    const Row row = rows.front();
    EXPECT_TRUE(row.boolean(0));
    EXPECT_FALSE(row.boolean(1));
    EXPECT_EQ(row.int64(2), 7);
    EXPECT_EQ(row.text(3), "");
    EXPECT_TRUE(row.is_null(4));
    EXPECT_EQ(row.real(5), 0.5);
    EXPECT_EQ(row.int64(6), 0);
}

awaitable<std::int64_t> count_twice(Session& session) {
    const std::int64_t first = co_await count(session);
    const std::int64_t second = co_await count(session);
    co_return first + second;
}

TEST_P(DatabaseContract, ReadOneRunsOneStatementAndNoMore) {
    ASSERT_TRUE(insert(1));
    auto one = [](Session& session) { return count(session); };
    EXPECT_EQ(run_sync(db_->read_one(one)), 1);
    auto two = [](Session& session) { return count_twice(session); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->read_one(two))), StatementError);
    auto erase = [](Session& session) { return run_alone(session, kErase); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->read_one(erase))), Unavailable);
    EXPECT_EQ(run_sync(db_->read_one(one)), 1);
}

awaitable<std::pair<std::int64_t, std::int64_t>> count_around(Session& session,
                                                              std::function<void()> meanwhile) {
    const std::int64_t before = co_await count(session);
    meanwhile();
    const std::int64_t after = co_await count(session);
    co_return std::pair{before, after};
}

TEST_P(DatabaseContract, AReadSeesOneSnapshotWhateverIsCommittedMeanwhile) {
    const auto commit = [this] { std::jthread{[this] { EXPECT_TRUE(insert(1)); }}.join(); };
    auto body = [&](Session& session) { return count_around(session, commit); };
    const auto counts = run_attached(*db_, db_->read(body));
    EXPECT_EQ(counts, (std::pair<std::int64_t, std::int64_t>{0, 0}));
    EXPECT_EQ(counted(), 1);
}

TEST_P(DatabaseContract, AReadCannotWrite) {
    ASSERT_TRUE(insert(1));
    auto body = [](Session& session) { return run_one(session, kErase); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->read(body))), Unavailable);
    EXPECT_EQ(counted(), 1);
}

TEST_P(DatabaseContract, TransactionsOfManyThreadsAreAllThere) {
    constexpr int kThreads = 8;
    constexpr int kEach = 25;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t) {
            threads.emplace_back([this, t] {
                for (int i = 0; i < kEach; ++i) EXPECT_TRUE(insert(t * kEach + i));
            });
        }
    }
    EXPECT_EQ(counted(), kThreads * kEach);
}

// Transactions that wait for the writer at the same time, so that it takes them in batches.
struct Batch {
    int committed = 0, refused = 0, thrown = 0, unavailable = 0;
};

awaitable<> insert_into(Database& db, std::int64_t id, End end, Batch& batch) {
    auto body = [=](Transaction& tx) { return add(tx, id, end); };
    try {
        const auto result = co_await db.transact(body);
        ++(result ? batch.committed : batch.refused);
    } catch (const Unavailable&) {
        ++batch.unavailable;
    } catch (const std::exception&) {
        ++batch.thrown;
    }
}

TEST_P(DatabaseContract, OneThatFailsInABatchHarmsNoOther) {
    constexpr int kAll = 200;
    Batch batch;
    asio::io_context context{1};
    for (int i = 0; i < kAll; ++i) {
        const End end = i % 10 == 3 ? End::error : i % 10 == 7 ? End::fault : End::commit;
        const std::int64_t id = i % 10 == 9 ? i - 1 : i;  // the one before has that id already
        asio::co_spawn(context, insert_into(*db_, id, end, batch), asio::detached);
    }
    context.run();
    EXPECT_EQ(batch.committed, kAll * 7 / 10);
    EXPECT_EQ(batch.refused, kAll / 10);
    EXPECT_EQ(batch.thrown, kAll / 10 * 2);
    EXPECT_EQ(counted(), kAll * 7 / 10);
}

// Holds the writer up within a transaction.
struct Hold {
    std::latch begun{1};
    std::latch release{1};
};

awaitable<Result<bool>> hold(Transaction&, Hold& held) {
    held.begun.count_down();
    held.release.wait();
    co_return true;
}

TEST_F(SqliteContract, WhoFindsTheQueueFullIsToldAtOnceAndWhoWaitsTooLongAfterwards) {
    Hold held;
    auto body = [&](Transaction& tx) { return hold(tx, held); };
    std::jthread holder{[&] { EXPECT_TRUE(run_sync(db_->transact(body))); }};
    held.begun.wait();

    constexpr int kQueued = static_cast<int>(sqlite::Writer::kMaxQueued);
    constexpr int kTooMany = 10;
    Batch batch;
    asio::io_context context{1};
    for (int i = 0; i < kQueued + kTooMany; ++i) {
        asio::co_spawn(context, insert_into(*db_, i, End::commit, batch), asio::detached);
    }
    context.poll();
    EXPECT_EQ(batch.unavailable, kTooMany);
    EXPECT_EQ(batch.committed, 0);

    std::this_thread::sleep_for(std::chrono::milliseconds{Database::kMaxWaitMs + 100});
    held.release.count_down();
    context.restart();
    context.run();
    EXPECT_EQ(batch.unavailable, kQueued + kTooMany);
    EXPECT_EQ(counted(), 0) << "what is reported as not done was not done";
    EXPECT_TRUE(insert(1)) << "and the database goes on";
}

awaitable<Result<bool>> touching(Transaction& tx, cache::Topic& topic, std::uint64_t& seen, End end) {
    tx.touch(topic);
    const auto added = co_await add(tx, 1, end);
    seen = topic.version();
    if (!added) co_return std::unexpected{added.error()};
    co_return true;
}

TEST_P(DatabaseContract, ATopicMovesAfterTheCommitAndNotAfterARollback) {
    cache::Topic topic;
    const auto before = topic.version();
    std::uint64_t seen = 0;
    auto refused = [&](Transaction& tx) { return touching(tx, topic, seen, End::error); };
    EXPECT_FALSE(run_sync(db_->transact(refused)));
    EXPECT_EQ(topic.version(), before);
    auto thrown = [&](Transaction& tx) { return touching(tx, topic, seen, End::fault); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->transact(thrown))), std::runtime_error);
    EXPECT_EQ(topic.version(), before);
    auto committed = [&](Transaction& tx) { return touching(tx, topic, seen, End::commit); };
    EXPECT_TRUE(run_sync(db_->transact(committed)));
    EXPECT_EQ(seen, before) << "not while the transaction runs";
    EXPECT_NE(topic.version(), before) << "and before its caller goes on";
}

awaitable<std::thread::id> thread_of(Session& session) {
    const std::int64_t any = co_await count(session);
    static_cast<void>(any);
    co_return std::this_thread::get_id();
}

TEST_F(SqliteContract, AScanRunsElsewhereAndAReadByKeyHere) {
    auto body = [](Session& session) { return thread_of(session); };
    EXPECT_NE(run_sync(db_->scan(body)), std::this_thread::get_id());
    EXPECT_EQ(run_sync(db_->read(body)), std::this_thread::get_id());
}

TEST_P(DatabaseContract, AScanGivesBackItsValueOrItsFault) {
    ASSERT_TRUE(insert(1));
    auto body = [](Session& session) { return count(session); };
    EXPECT_EQ(run_sync(db_->scan(body)), 1);
    auto broken = [](Session& session) { return run_one(session, kBroken); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->scan(broken))), StatementError);
}

TEST_P(DatabaseContract, WhatWasCommittedIsThereWhenItIsOpenedAgain) {
    ASSERT_TRUE(insert(1));
    db_.reset();
    open();
    EXPECT_EQ(counted(), 1);
    run_sync(db_->ping());
}

TEST(DatabaseOpening, AFileThatCannotBeOpenedIsToldWithItsPath) {
    const contract::ScratchFolder folder;
    const std::string path = folder.file("missing/test.db");
    try {
        open_sqlite({.path = path});
        FAIL() << "opened " << path;
    } catch (const std::runtime_error& error) {
        EXPECT_TRUE(std::string_view{error.what()}.contains(path)) << error.what();
    }
}

}  // namespace
}  // namespace haat::db
