#include "app/copy/place.hpp"

#include <filesystem>
#include <stdexcept>

#include "platform/db/migrate.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"

namespace haat::copy {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

void open_file(Place& place, const std::filesystem::path& path, Role role) {
    const auto file = std::filesystem::absolute(path);
    if (role == Role::source && !std::filesystem::is_regular_file(file)) {
        throw std::runtime_error{"there is no database " + file.string()};
    }
    place.name = std::string{kSqlite} + file.string();
    place.folder.emplace(file.parent_path());
    db::migrate_sqlite(file.string(), db::embedded_migrations());
    place.database = db::open_sqlite({.path = file.string()});
}

}  // namespace

std::unique_ptr<Place> open_place(const std::string& address, Role role) {
    auto place = std::make_unique<Place>();
    if (address.starts_with(kSqlite) && address.size() > kSqlite.size()) {
        open_file(*place, address.substr(kSqlite.size()), role);
        return place;
    }
    throw std::runtime_error{"neither sqlite:FILE nor postgres://…: " + address.substr(0, address.find(':'))};
}

}  // namespace haat::copy
