#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

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
// Of tables: whoever waits for one, behind a backup for instance, keeps everybody behind him waiting. So a
// migration gives up soon, lets the others pass, and tries again.
constexpr const char* kWaitShortly = "SET lock_timeout = '2s'";
constexpr std::chrono::seconds kLetOthersPass{1};
constexpr std::int64_t kTryForMs = 5 * 60 * kSecondMs;
constexpr std::string_view kLockNotAvailable = "55P03";

// Another holds a lock on a table.
class TableInUse final : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

void exec(PGconn* connection, const std::string& sql) {
    const ResultHandle result{PQexec(connection, sql.c_str())};
    const auto status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) return;
    const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    if (sqlstate != nullptr && sqlstate == kLockNotAvailable) throw TableInUse{PQerrorMessage(connection)};
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

void apply_at_once(PGconn* connection, const Migration& migration, const std::string& checksum) {
    exec(connection, "BEGIN");
    exec(connection, std::string{migration.sql});
    exec(connection, record_of(migration, checksum));
    exec(connection, "COMMIT");
}

void apply_when_possible(PGconn* connection, const Migration& migration, const std::string& checksum,
                         std::int64_t until_ms) {
    for (;;) {
        try {
            return apply_at_once(connection, migration, checksum);
        } catch (const TableInUse&) {
            if (steady_ms() > until_ms) throw;
        }
        exec(connection, "ROLLBACK");
        std::this_thread::sleep_for(kLetOthersPass);
    }
}

// until_ms: steady_ms() after which a table that is in use is not waited for any more.
void apply(PGconn* connection, const Migration& migration, const std::string& checksum,
           std::int64_t until_ms) {
    try {
        apply_when_possible(connection, migration, checksum, until_ms);
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
    exec(connection.get(), kWaitShortly);
    auto applied = applied_migrations(connection.get());
    const std::int64_t until_ms = steady_ms() + kTryForMs;

    MigrationReport report;
    for (const Migration& migration : migrations) {
        if (migration.engine == MigrationEngine::sqlite) continue;
        report.version = migration.number;
        const std::string checksum = crypto::sha256_hex(migration.sql);
        const auto found = applied.extract(migration.number);
        if (found.empty()) {
            apply(connection.get(), migration, checksum, until_ms);
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
