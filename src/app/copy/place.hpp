// A database that the command line names: `sqlite:data/haat.db` or `postgres://user@host/shop`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/data_folder.hpp"
#include "platform/db/database.hpp"

namespace haat::copy {

// Kept open, and a file and its folder locked against a server.
struct Place {
    std::string name;  // without the password
    std::optional<app::DataFolder> folder;
    std::optional<app::DatabaseLock> lock;
    std::unique_ptr<db::Database> database;
};

enum class Role : std::uint8_t { source, target };

// Migrates it; a target that is not there is made, if it is a file. Throws std::runtime_error with a line for
// the operator.
std::unique_ptr<Place> open_place(const std::string& address, Role role);

}  // namespace haat::copy
