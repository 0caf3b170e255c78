// The engine for a server of its own, PostgreSQL 15 or newer, and for several nodes on one database.
//
// Threads: contexts that were attached (Database::attach) have a pool of connections each, used by their
// coroutines only. Coroutines of other contexts, such as those of run_sync(), hand their work to the
// database's own thread (haat-pg), whose pool they share and which also makes all connections.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "platform/crypto/secret.hpp"
#include "platform/db/database.hpp"
#include "platform/db/migrate.hpp"

namespace haat::db {

// Whether it begins as libpq's URLs do.
inline bool is_postgres_url(std::string_view url) {
    return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

struct PostgresOptions {
    crypto::Secret url;                   // postgres://…, as libpq reads it
    std::filesystem::path password_file;  // used when the URL has no password; may be empty
    std::size_t connections = 20;         // of this process, divided evenly among its pools
    std::size_t attached = 1;             // contexts that will be attached
    std::int64_t statement_timeout_ms = 10'000;
    bool is_replica = false;  // need not be there yet, and is only read
    // Called after every statement, on its thread.
    std::function<void(const Query&, std::int64_t nanoseconds)> observe = [](const Query&, std::int64_t) {};

    // The fewest that do: a shared and an exclusive one for each pool.
    static constexpr std::size_t min_connections(std::size_t attached) { return 2 * (attached + 1); }
};

struct PoolGauges {
    std::int64_t connections = 0;
    std::int64_t in_use = 0;   // by transactions
    std::int64_t waiting = 0;  // callers
};

class PostgresDatabase : public Database {
public:
    // From any thread.
    [[nodiscard]] virtual PoolGauges gauges() const = 0;
};

// Connects once, to see that it works and to log what is risky about the server; a pooler that is none for a
// node is found by migrate_postgres and inspect_postgres. Throws std::runtime_error with a line for the
// operator.
std::unique_ptr<PostgresDatabase> open_postgres(const PostgresOptions& options);

// What an operator should know about the server.
struct ServerReport {
    std::string version;  // "15.4"
    bool is_superuser = false;
    bool asked_for_password = false;
    bool is_remote = false;
    bool is_encrypted = false;
    std::vector<std::string> risks;  // settings that may lose acknowledged writes: "fsync is off"
};

// Connects and asks. Throws std::runtime_error. Blocks.
ServerReport inspect_postgres(const PostgresOptions& options);

// Whether the server, or a pooler before it, has the connections that a node needs: takes as many for a
// moment and gives them back. Empty, or why there are fewer and how many. Throws std::runtime_error. Blocks,
// for some seconds.
std::string missing_connections(const PostgresOptions& options);

// As migrate_sqlite; waits for another node that migrates at the same time. Blocks.
MigrationReport migrate_postgres(const PostgresOptions& options, std::span<const Migration> migrations);

}  // namespace haat::db
