#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "platform/db/sqlite/connection.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace haat::db {
namespace {

constexpr Migration kFirst{1, "0001_first", MigrationEngine::both, "CREATE TABLE first (id BIGINT);\n"};
constexpr Migration kSecond{2, "0002_second", MigrationEngine::sqlite,
                            "CREATE TABLE second (id BIGINT);\nINSERT INTO second VALUES (7);\n"};
constexpr Migration kForOthers{3, "0003_others", MigrationEngine::postgres,
                               "CREATE EXTENSION no_such_thing;\n"};

constexpr Query kListTables{"test.tables",
                            "SELECT count(*) FROM sqlite_master WHERE name IN ('first', 'second')"};
constexpr Query kHistory{"test.history",
                         "SELECT number, title, length(checksum) FROM schema_migrations ORDER BY number"};

class Migrations : public testing::Test {
protected:
    MigrationReport migrate(const std::vector<Migration>& migrations) {
        return migrate_sqlite(path_, migrations);
    }
    std::string refused(const std::vector<Migration>& migrations) {
        try {
            migrate(migrations);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return "not refused";
    }
    Rows query(const Query& what) { return sqlite::Connection{path_, sqlite::Mode::read_only}.run(what, {}); }
    std::int64_t tables() { return query(kListTables).front().int64(0); }

    contract::ScratchFolder folder_;
    const std::string path_ = folder_.file("test.db");
};

TEST_F(Migrations, EachIsAppliedOnceAndWrittenDown) {
    const auto report = migrate({kFirst, kSecond});
    EXPECT_EQ(report.applied, 2);
    EXPECT_EQ(report.version, 2);
    EXPECT_EQ(tables(), 2);
    const auto again = migrate({kFirst, kSecond});
    EXPECT_EQ(again.applied, 0);
    EXPECT_EQ(again.version, 2);
    const Rows history = query(kHistory);
    ASSERT_EQ(history.size(), 2U);
    EXPECT_EQ(history[1].int64(0), 2);
    EXPECT_EQ(history[1].text(1), "0002_second");
    EXPECT_EQ(history[1].int64(2), 64) << "SHA-256 in hex";
}

TEST_F(Migrations, ANewerProgramAddsWhatIsMissing) {
    migrate({kFirst});
    EXPECT_EQ(tables(), 1);
    EXPECT_EQ(migrate({kFirst, kSecond}).applied, 1);
    EXPECT_EQ(tables(), 2);
}

TEST_F(Migrations, ThoseOfTheOtherEngineAreLeftOut) {
    const auto report = migrate({kFirst, kForOthers});
    EXPECT_EQ(report.applied, 1);
    EXPECT_EQ(report.version, 1);
}

TEST_F(Migrations, OneThatWasAppliedInAnotherFormIsRefused) {
    migrate({kFirst});
    Migration changed = kFirst;
    changed.sql = "CREATE TABLE first (id BIGINT, more TEXT);\n";
    EXPECT_TRUE(refused({changed, kSecond}).contains("0001_first"));
    EXPECT_EQ(tables(), 1) << "and nothing else is applied";
}

TEST_F(Migrations, AFileOfANewerProgramIsRefusedAndLeftAsItIs) {
    migrate({kFirst, kSecond});
    const auto why = refused({kFirst});
    EXPECT_TRUE(why.contains("migration 2") && why.contains("newer")) << why;
    EXPECT_EQ(tables(), 2);
    EXPECT_EQ(query(kHistory).size(), 2U);
}

TEST_F(Migrations, OneThatFailsIsUndoneAsAWholeAndNamed) {
    Migration broken = kSecond;
    broken.sql = "CREATE TABLE second (id BIGINT);\nINSERT INTO nowhere VALUES (1);\n";
    const auto why = refused({kFirst, broken});
    EXPECT_TRUE(why.contains("0002_second") && why.contains("nowhere")) << why;
    EXPECT_EQ(tables(), 1) << "the first stays, nothing of the second";
    EXPECT_EQ(query(kHistory).size(), 1U);
    EXPECT_EQ(migrate({kFirst, kSecond}).applied, 1);
}

TEST_F(Migrations, ThoseOfTheProgramAreNumberedUpwardsAndApply) {
    const auto embedded = embedded_migrations();
    ASSERT_FALSE(embedded.empty());
    for (const auto other : {MigrationEngine::postgres, MigrationEngine::sqlite}) {
        std::set<std::string_view> titles;
        std::vector<std::int64_t> numbers;
        for (const Migration& migration : embedded) {
            if (migration.engine == other) continue;
            EXPECT_TRUE(titles.insert(migration.title).second) << migration.title;
            numbers.push_back(migration.number);
        }
        EXPECT_TRUE(std::ranges::is_sorted(numbers) && std::ranges::adjacent_find(numbers) == numbers.end());
    }
    const auto numbers = std::ranges::count_if(
        embedded, [](const Migration& migration) { return migration.engine != MigrationEngine::postgres; });
    const auto report = migrate_sqlite(path_, embedded);
    EXPECT_EQ(report.applied, static_cast<std::int64_t>(numbers));
    EXPECT_EQ(migrate_sqlite(path_, embedded).applied, 0);
}

}  // namespace
}  // namespace haat::db
