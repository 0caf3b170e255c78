// What db::Database promises of a statement, a read and a transaction, on both engines; on PostgreSQL where
// the tests have a server.
#include "tests/contract/database_fixture.hpp"

namespace haat::db {
namespace {

constexpr Query kResize{"test.resize", "UPDATE things SET size = $2 WHERE id = $1"};
constexpr Query kInsertPart{"test.insert_part", "INSERT INTO parts (id, thing_id) VALUES (1, $1)"};
constexpr Query kEcho{"test.echo", "SELECT $2, $1, $3, $4, $1"};
constexpr Query kErase{"test.erase", "DELETE FROM things"};
constexpr Query kBroken{"test.broken", "SELECT nothing FROM nowhere"};

class DatabaseContract : public TestDatabase, public testing::WithParamInterface<std::string_view> {
protected:
    DatabaseContract() : TestDatabase{GetParam()} {}
};

INSTANTIATE_TEST_SUITE_P(Engines, DatabaseContract, testing::Values("sqlite", "postgres"),
                         [](const auto& engine) { return std::string{engine.param}; });

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
    EXPECT_THROW(static_cast<void>(insert(1, End::fault)), std::runtime_error);
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

TEST_P(DatabaseContract, TruthIsOneAndLiesAreZero) {
    auto body = [](Session& session) { return run_one(session, kKinds); };
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
    auto erase = [](Session& session) { return run_one(session, kErase); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->read_one(erase))), Unavailable);
    EXPECT_EQ(run_sync(db_->read_one(one)), 1);
}

TEST_P(DatabaseContract, AReadCannotWrite) {
    ASSERT_TRUE(insert(1));
    auto body = [](Session& session) { return run_one(session, kErase); };
    EXPECT_THROW(static_cast<void>(run_sync(db_->read(body))), Unavailable);
    EXPECT_EQ(counted(), 1);
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
