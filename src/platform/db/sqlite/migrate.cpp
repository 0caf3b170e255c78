#include <map>

#include "kernel/clock.hpp"
#include "platform/crypto/hash.hpp"
#include "platform/db/sqlite/connection.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"

namespace haat::db {
namespace {

constexpr Query kAppliedMigrations{"db.list_migrations",
                                   "SELECT number, checksum FROM schema_migrations ORDER BY number"};
constexpr Query kRecordMigration{
    "db.record_migration",
    "INSERT INTO schema_migrations (number, title, checksum, applied_at) VALUES ($1, $2, $3, $4)"};

std::map<std::int64_t, std::string> applied_migrations(sqlite::Connection& connection) {
    connection.exec(
        "CREATE TABLE IF NOT EXISTS schema_migrations ("
        " number BIGINT PRIMARY KEY, title TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT "
        "NULL)");
    std::map<std::int64_t, std::string> applied;
    const Rows rows = connection.run(kAppliedMigrations, {});
    for (std::size_t i = 0; i < rows.size(); ++i) applied[rows[i].int64(0)] = rows[i].str(1);
    return applied;
}

void apply(sqlite::Connection& connection, const Migration& migration, const std::string& checksum) {
    connection.exec("BEGIN IMMEDIATE");
    try {
        connection.exec(std::string{migration.sql});
        connection.run(kRecordMigration,
                       Params::of(migration.number, migration.title, checksum, Timestamp::now()));
        connection.exec("COMMIT");
    } catch (const std::exception& error) {
        if (connection.in_transaction()) connection.exec("ROLLBACK");
        throw std::runtime_error{"migration " + std::string{migration.title} + " failed: " + error.what()};
    }
}

}  // namespace

MigrationReport migrate_sqlite(const std::string& path, std::span<const Migration> migrations) {
    sqlite::Connection connection{path, sqlite::Mode::read_write};
    connection.exec("PRAGMA journal_mode = WAL");
    auto applied = applied_migrations(connection);

    MigrationReport report;
    for (const Migration& migration : migrations) {
        if (migration.engine == MigrationEngine::postgres) continue;
        report.version = migration.number;
        const std::string checksum = crypto::sha256_hex(migration.sql);
        const auto found = applied.extract(migration.number);
        if (found.empty()) {
            apply(connection, migration, checksum);
            ++report.applied;
        } else if (found.mapped() != checksum) {
            throw std::runtime_error{
                "migration " + std::string{migration.title} +
                " was applied in another form; this data folder belongs to another build"};
        }
    }
    if (!applied.empty()) {
        throw std::runtime_error{"the database has migration " + std::to_string(applied.begin()->first) +
                                 ", which this version does not know; use the newer version that made it"};
    }
    return report;
}

}  // namespace haat::db
