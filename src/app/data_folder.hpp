// The folder that a shop lives in, and its embedded database, which may lie elsewhere: one process at a time.
#pragma once

#include <cstdint>
#include <filesystem>

#include "platform/files.hpp"

namespace haat::app {

class DataFolder {
public:
    static constexpr const char* kLockName = "haat.lock";

    // What to do about a folder in which a restore was cut off, so that it holds parts of two shops.
    enum class Unfinished : std::uint8_t { refused, accepted };

    // Makes the folder when it is not there, readable by its owner only, and locks it until destruction.
    // Throws std::runtime_error with a line for the operator, also when another process has it.
    explicit DataFolder(const std::filesystem::path& path, Unfinished unfinished = Unfinished::refused);
    ~DataFolder();
    DataFolder(const DataFolder&) = delete;
    DataFolder& operator=(const DataFolder&) = delete;

private:
    int lock_ = -1;
};

// Folders of several settings may name one database: so it has a lock of its own, wherever it lies.
class DatabaseLock {
public:
    // Locks `<database>.lock` until destruction; makes it where the database's folder is. An empty path, of a
    // shop on PostgreSQL, is no lock. Throws std::runtime_error with a line for the operator, also when
    // another process has it.
    explicit DatabaseLock(const std::filesystem::path& database);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
    Descriptor lock_;
};

// A file in the folder that says that a restore is under way; on disk when this is made. Stays when it is not
// removed. Throws std::runtime_error.
class UnfinishedRestore {
public:
    explicit UnfinishedRestore(const std::filesystem::path& data_dir);
    void remove() const;

private:
    std::filesystem::path path_;
};

}  // namespace haat::app
