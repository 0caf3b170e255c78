// A database with two tables of its own, for the tests of what db::Database promises.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "platform/db/postgres/postgres_database.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/postgres_database_fixture.hpp"
#include "tests/contract/run_one.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace haat::db {

inline constexpr std::array kTables{Migration{
    .number = 1,
    .title = "tables",
    .engine = MigrationEngine::both,
    .sql = "CREATE TABLE things (id BIGINT PRIMARY KEY, name TEXT UNIQUE, size BIGINT NOT NULL DEFAULT 0 "
           "CONSTRAINT size_not_negative CHECK (size >= 0));\n"
           "CREATE TABLE parts (id BIGINT PRIMARY KEY, thing_id BIGINT NOT NULL REFERENCES things (id));\n"}};

inline constexpr Query kInsert{"test.insert", "INSERT INTO things (id, name) VALUES ($1, $2)"};
inline constexpr Query kCount{"test.count", "SELECT count(*) FROM things"};

enum class End { commit, error, fault };

inline awaitable<Result<std::int64_t>> add(Transaction& tx, std::int64_t id, End end = End::commit) {
    const std::string name = "n" + std::to_string(id);
    const Rows rows = co_await tx.run(kInsert, id, name);
    if (end == End::error) co_return fail(ErrorCode::cart_full);
    if (end == End::fault) throw std::runtime_error{"on purpose"};
    co_return rows.affected();
}

inline awaitable<std::int64_t> count(Session& session) {
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

}  // namespace haat::db
