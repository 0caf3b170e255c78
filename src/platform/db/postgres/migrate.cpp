#include <map>

#include "kernel/clock.hpp"
#include "platform/crypto/hash.hpp"
#include "platform/db/postgres/postgres_database.hpp"
#include "platform/db/postgres/target.hpp"

namespace haat::db {
namespace {

using postgres::ResultHandle;

constexpr int kConnectS = 5;
// Any number, the same in all versions: whoever migrates holds this lock.
constexpr const char* kLock =
    "SET statement_timeout = 0; SET lock_timeout = '10min'; SELECT pg_advisory_lock(4847430001)";

void exec(PGconn* connection, const std::string& sql) {
    const ResultHandle result{PQexec(connection, sql.c_str())};
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return;
    throw std::runtime_error{PQerrorMessage(connection)};
}

std::map<std::int64_t, std::string> applied_migrations(PGconn* connection) {
    exec(connection,
         "SET client_min_messages = warning; CREATE TABLE IF NOT EXISTS schema_migrations ("
         " number BIGINT PRIMARY KEY, title TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT "
         "NULL)");
    const ResultHandle rows{PQexec(connection, "SELECT number, checksum FROM schema_migrations")};
    if (PQresultStatus(rows.get()) != PGRES_TUPLES_OK) throw std::runtime_error{PQerrorMessage(connection)};
    std::map<std::int64_t, std::string> applied;
    for (int i = 0; i < PQntuples(rows.get()); ++i)
        applied[std::stoll(PQgetvalue(rows.get(), i, 0))] = PQgetvalue(rows.get(), i, 1);
    return applied;
}

// What is recorded are numbers, names of files and hex digits: nothing that could be SQL.
std::string record_of(const Migration& migration, const std::string& checksum) {
    return "INSERT INTO schema_migrations (number, title, checksum, applied_at) VALUES (" +
           std::to_string(migration.number) + ", '" + std::string{migration.title} + "', '" + checksum +
           "', " + std::to_string(Timestamp::now().ms) + ")";
}

void apply(PGconn* connection, const Migration& migration, const std::string& checksum) {
    try {
        exec(connection, "BEGIN");
        exec(connection, std::string{migration.sql});
        exec(connection, record_of(migration, checksum));
        exec(connection, "COMMIT");
    } catch (const std::exception& error) {
        throw std::runtime_error{"migration " + std::string{migration.title} + " failed: " + error.what()};
    }
}

}  // namespace

// What is left open when it throws ends with the connection: the transaction and the lock.
MigrationReport migrate_postgres(const PostgresOptions& options, std::span<const Migration> migrations) {
    const postgres::Target target{options.url, options.password_file};
    const auto connection = target.connect(kConnectS);
    postgres::require_session(target, connection.get(), kConnectS);
    exec(connection.get(), kLock);
    auto applied = applied_migrations(connection.get());

    MigrationReport report;
    for (const Migration& migration : migrations) {
        if (migration.engine == MigrationEngine::sqlite) continue;
        report.version = migration.number;
        const std::string checksum = crypto::sha256_hex(migration.sql);
        const auto found = applied.extract(migration.number);
        if (found.empty()) {
            apply(connection.get(), migration, checksum);
            ++report.applied;
        } else if (found.mapped() != checksum) {
            throw std::runtime_error{"migration " + std::string{migration.title} +
                                     " was applied in another form; this database belongs to another build"};
        }
    }
    if (!applied.empty()) {
        throw std::runtime_error{"the database has migration " + std::to_string(applied.begin()->first) +
                                 ", which this version does not know; use the newer version that made it"};
    }
    return report;
}

}  // namespace haat::db
