#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "platform/db/postgres/postgres_database.hpp"
#include "tests/contract/postgres_database_fixture.hpp"

namespace haat::db {
namespace {

constexpr Migration kTableA{.number = 1,
                            .title = "0001_first",
                            .engine = MigrationEngine::both,
                            .sql = "CREATE TABLE a (id BIGINT);\nINSERT INTO a VALUES (1);\n"};
constexpr Migration kOther{
    .number = 2, .title = "0002_other", .engine = MigrationEngine::sqlite, .sql = "no"};
constexpr Migration kTableB{.number = 3,
                            .title = "0003_second",
                            .engine = MigrationEngine::postgres,
                            .sql = "CREATE TABLE b (id BIGINT);\n"};

class PostgresMigrations : public testing::Test {
protected:
    void SetUp() override {
        if (!contract::FreshPostgres::is_available()) GTEST_SKIP() << contract::FreshPostgres::kWhyNot;
        fresh_.emplace();
        options_.url = crypto::Secret{fresh_->url()};
    }
    std::string refusal(std::span<const Migration> migrations) {
        try {
            migrate_postgres(options_, migrations);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "none";
    }

    std::optional<contract::FreshPostgres> fresh_;
    PostgresOptions options_;
};

TEST_F(PostgresMigrations, AreAppliedOnceAndOnlyThoseOfThisEngine) {
    const std::array one{kTableA};
    EXPECT_EQ(migrate_postgres(options_, one).applied, 1);
    const std::array all{kTableA, kOther, kTableB};
    const auto report = migrate_postgres(options_, all);
    EXPECT_EQ(report.applied, 1);
    EXPECT_EQ(report.version, 3);
    EXPECT_EQ(migrate_postgres(options_, all).applied, 0);
    EXPECT_EQ(fresh_->number("SELECT count(*) FROM a"), 1);
}

TEST_F(PostgresMigrations, OneThatFailsLeavesNothingBehind) {
    const std::array bad{kTableA,
                         Migration{.number = 4,
                                   .title = "0004_bad",
                                   .engine = MigrationEngine::both,
                                   .sql = "CREATE TABLE c (id BIGINT);\nINSERT INTO nowhere VALUES (1);\n"}};
    EXPECT_TRUE(refusal(bad).contains("0004_bad"));
    EXPECT_EQ(fresh_->number("SELECT count(*) FROM schema_migrations"), 1);
    EXPECT_EQ(fresh_->number("SELECT count(*) FROM pg_tables WHERE tablename = 'c'"), 0);
}

TEST_F(PostgresMigrations, ADatabaseOfAnotherBuildIsNotTouched) {
    const std::array all{kTableA, kTableB};
    migrate_postgres(options_, all);
    const std::array older{kTableA};
    EXPECT_TRUE(refusal(older).contains("does not know"));
    Migration changed = kTableA;
    changed.sql = "CREATE TABLE a (id TEXT);\n";
    const std::array other{changed, kTableB};
    EXPECT_TRUE(refusal(other).contains("another form"));
}

TEST_F(PostgresMigrations, NodesThatStartAtOnceApplyThemOnce) {
    constexpr int kNodes = 8;
    std::atomic<std::int64_t> applied = 0;
    {
        const std::array all{kTableA, kTableB};
        std::vector<std::jthread> nodes;
        for (int i = 0; i < kNodes; ++i)
            nodes.emplace_back([&] { applied += migrate_postgres(options_, all).applied; });
    }
    EXPECT_EQ(applied, 2);
    EXPECT_EQ(fresh_->number("SELECT count(*) FROM a"), 1);
}

TEST_F(PostgresMigrations, AServerThatIsNotThereIsToldWithoutTheUrl) {
    options_.url = crypto::Secret{"postgres://me:hunter2@127.0.0.1:1/shop"};
    const std::array one{kTableA};
    const auto told = refusal(one);
    EXPECT_TRUE(told.contains("cannot connect to PostgreSQL")) << told;
    EXPECT_FALSE(told.contains("hunter2")) << told;
}

}  // namespace
}  // namespace haat::db
