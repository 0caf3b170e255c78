// What db::Database promises to those who use it at the same time: snapshots, batches, bounded waits, topics.
#include <boost/asio/detached.hpp>

#include <functional>
#include <latch>
#include <thread>
#include <vector>

#include "platform/db/sqlite/writer.hpp"
#include "platform/handoff.hpp"
#include "tests/contract/database_fixture.hpp"

namespace haat::db {
namespace {

// Runs it as a thread of the server does, on a context with connections of its own: a body may hold up this
// thread without holding up others.
template <class T>
T run_attached(Database& db, awaitable<T> work) {
    asio::io_context context{1};
    const ResumersLeave resumers_leave;
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

class DatabaseConcurrency : public TestDatabase, public testing::WithParamInterface<std::string_view> {
protected:
    DatabaseConcurrency() : TestDatabase{GetParam()} {}
};

INSTANTIATE_TEST_SUITE_P(Engines, DatabaseConcurrency, testing::Values("sqlite", "postgres"),
                         [](const auto& engine) { return std::string{engine.param}; });

class SqliteConcurrency : public TestDatabase {
protected:
    SqliteConcurrency() : TestDatabase{"sqlite"} {}
};

awaitable<std::pair<std::int64_t, std::int64_t>> count_around(Session& session,
                                                              std::function<void()> meanwhile) {
    const std::int64_t before = co_await count(session);
    meanwhile();
    const std::int64_t after = co_await count(session);
    co_return std::pair{before, after};
}

TEST_P(DatabaseConcurrency, AReadSeesOneSnapshotWhateverIsCommittedMeanwhile) {
    const auto commit = [this] { std::jthread{[this] { EXPECT_TRUE(insert(1)); }}.join(); };
    auto body = [&](Session& session) { return count_around(session, commit); };
    const auto counts = run_attached(*db_, db_->read(body));
    EXPECT_EQ(counts, (std::pair<std::int64_t, std::int64_t>{0, 0}));
    EXPECT_EQ(counted(), 1);
}

TEST_P(DatabaseConcurrency, TransactionsOfManyThreadsAreAllThere) {
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

TEST_P(DatabaseConcurrency, OneThatFailsInABatchHarmsNoOther) {
    constexpr int kAll = 200;
    Batch batch;
    asio::io_context context{1};
    const ResumersLeave resumers_leave;
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

TEST_F(SqliteConcurrency, WhoFindsTheQueueFullIsToldAtOnceAndWhoWaitsTooLongAfterwards) {
    Hold held;
    auto body = [&](Transaction& tx) { return hold(tx, held); };
    std::jthread holder{[&] { EXPECT_TRUE(run_sync(db_->transact(body))); }};
    held.begun.wait();

    constexpr int kQueued = static_cast<int>(sqlite::Writer::kMaxQueued);
    constexpr int kTooMany = 10;
    Batch batch;
    asio::io_context context{1};
    const ResumersLeave resumers_leave;
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

TEST_P(DatabaseConcurrency, ATopicMovesAfterTheCommitAndNotAfterARollback) {
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

TEST_F(SqliteConcurrency, AScanRunsElsewhereAndAReadByKeyHere) {
    auto body = [](Session& session) { return thread_of(session); };
    EXPECT_NE(run_sync(db_->scan(body)), std::this_thread::get_id());
    EXPECT_EQ(run_sync(db_->read(body)), std::this_thread::get_id());
}

}  // namespace
}  // namespace haat::db
