// Nodes of one shop that keep images in a folder have to share it. Each folder has a mark of its own in it,
// drawn at its first use; the shop's database knows the mark of the folder that the shop's images are in
// (folder_mark_store.hpp). A node whose folder has another mark serves other images than the rest.
#pragma once

#include <filesystem>
#include <optional>

#include "kernel/object_id.hpp"

namespace haat::media {

// <data>/media/folder.id: 24 hex digits. It goes wherever the images are copied to.
std::filesystem::path mark_path(const std::filesystem::path& data_directory);

// nullopt when the folder has none yet. Throws std::runtime_error when the file cannot be read or holds
// something else.
std::optional<ObjectId> find_mark(const std::filesystem::path& data_directory);

// Gives the folder its mark when it has none. Several nodes may do so at once: they get the same.
// Throws std::runtime_error.
ObjectId make_mark(const std::filesystem::path& data_directory);

}  // namespace haat::media
