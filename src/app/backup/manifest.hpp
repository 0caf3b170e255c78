// What a backup is, and what is in it. A backup is a sealed tar (platform/archive) of, in this order:
//
//     MANIFEST.json                      this
//     haat.db                            the database, as it was at one moment
//     secrets/<name>.key                 the keys that the server made for itself
//     media/Ecommerce_images/<name>.webp the images, at least those that the database refers to
//
// Mails that are kept as files and settings are not in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "platform/db/sqlite/backup.hpp"

namespace haat::backup {

inline constexpr std::string_view kManifestName = "MANIFEST.json";
inline constexpr std::string_view kDatabaseName = "haat.db";
inline constexpr std::size_t kMaxManifestBytes = std::size_t{64} * 1024;

enum class Part : std::uint8_t { database, key, image };

// Where files of the shop lie, in a backup as in a data folder.
std::filesystem::path images_folder();
std::filesystem::path keys_folder();

// What a name in a backup stands for. Throws std::runtime_error for any name that no backup has.
Part part_of(const std::string& name);

struct Manifest {
    std::string program;  // `haat 0.1.0`
    std::string made_at;  // `2026-01-31T09:30:00.000Z`
    db::DatabaseContents database{};
};

std::string to_json(const Manifest& manifest);

// Throws std::runtime_error, also when a newer program made it.
Manifest manifest_from(std::string_view json);

}  // namespace haat::backup
