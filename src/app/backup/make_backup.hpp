// `haat backup`: the shop in one file, while it is served or not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "app/backup/manifest.hpp"
#include "app/config/settings.hpp"

namespace haat::backup {

using OnProgress = std::function<void(std::int64_t done_bytes, std::int64_t total_bytes)>;

struct BackupReport {
    Manifest manifest;
    std::int64_t images = 0;
    std::int64_t keys = 0;
    std::int64_t bytes = 0;  // of the file
};

// Writes a backup of the embedded database, images and keys to `to`, readable by its owner only. Beside it,
// in
// `<to>.unfinished`, it takes once more the room of the database until it is done. The database's copy is
// checked before it is kept; the file appears whole, in place of an earlier backup, or not at all. Throws
// std::runtime_error with a line for the operator. Blocking.
BackupReport make_backup(const config::Settings& settings, const std::filesystem::path& to,
                         const OnProgress& on_progress);

}  // namespace haat::backup
