// The mark of the folder that the images of a shop on several nodes are in. On PostgreSQL only: the embedded
// database belongs to one process.
#pragma once

#include <optional>

#include "kernel/object_id.hpp"
#include "platform/db/database.hpp"

namespace haat::media {

// The shop's mark: this one, when it has none yet. Throws what Database::transact throws.
awaitable<Result<ObjectId>> claim_folder(db::Database& db, ObjectId mark);

// nullopt when no node has begun with a folder yet. Throws what Database::read_one throws.
awaitable<std::optional<ObjectId>> find_folder(db::Database& db);

}  // namespace haat::media
