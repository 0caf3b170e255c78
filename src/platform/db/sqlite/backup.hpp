// Copies of a database of the embedded engine, made while others read and write it, and what is in them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace haat::db {

// Copies the database as it is at one moment into a new file: one file, not in WAL mode, on disk when this
// returns. Keeps nobody from reading or writing; the WAL file grows until it is done. Throws
// std::runtime_error. Blocking.
void copy_sqlite(const std::string& from, const std::string& to,
                 const std::function<void(std::int64_t done_bytes, std::int64_t total_bytes)>& on_progress);

struct DatabaseContents {
    std::int64_t schema = 0;                     // the highest migration that was applied
    std::map<std::string, std::int64_t> rows{};  // by table
};

// Checks every page, index and foreign key, and counts. Throws std::runtime_error with the first fault, and
// when the file is no database of Haat. Blocking.
DatabaseContents inspect_sqlite(const std::string& path);

}  // namespace haat::db
