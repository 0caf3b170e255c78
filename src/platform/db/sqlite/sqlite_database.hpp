// The embedded engine: one file, one writing thread, readers on connections of their own (WAL).
#pragma once

#include <memory>
#include <string>

#include "platform/db/database.hpp"
#include "platform/db/migrate.hpp"

namespace haat::db {

struct SqliteOptions {
    std::string path;              // of the file; made when it does not exist
    std::size_t scan_threads = 2;  // for Database::scan
    std::size_t max_queued_scans = 256;
    // Called after every statement, on its thread.
    std::function<void(const Query&, std::int64_t nanoseconds)> observe = [](const Query&, std::int64_t) {};
};

// Opens the file, in WAL mode. Throws std::runtime_error.
std::unique_ptr<Database> open_sqlite(SqliteOptions options);

// Applies what is missing, each migration in a transaction. Throws std::runtime_error when an applied
// migration has another checksum than the program's, or the file is of a newer program.
MigrationReport migrate_sqlite(const std::string& path, std::span<const Migration> migrations);

}  // namespace haat::db
