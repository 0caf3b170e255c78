// `haat restore`: a backup becomes a data folder again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "app/backup/make_backup.hpp"
#include "app/backup/manifest.hpp"
#include "app/config/settings.hpp"

namespace haat::backup {

struct RestoreReport {
    Manifest manifest;
    std::int64_t images = 0;
    std::int64_t keys = 0;
    std::optional<std::filesystem::path> replaced{};  // where the database and keys went that were there
};

// Reads the whole file, unpacks it into a folder for temporary files, checks the database, and removes it
// again. Throws std::runtime_error with a line for the operator. Blocking, as restore().
RestoreReport check_backup(const std::filesystem::path& from, const OnProgress& on_progress);

// Puts the backup's database, keys and images where the settings say. All of it is unpacked and checked
// first; then the parts are renamed into place (images copied, where that is another disk), and a folder in
// which that was cut off is refused by every command but this one. A database that is there is replaced only
// with `force`; it and its keys are moved aside, not removed. Images are added to those that are there. Run
// by root, the files get the data folder's owner. Throws std::runtime_error, also when a process has the data
// folder or the database, or the backup is of a newer program.
RestoreReport restore(const config::Settings& settings, const std::filesystem::path& from, bool force,
                      const OnProgress& on_progress);

}  // namespace haat::backup
