#include "app/copy/place.hpp"

#include <filesystem>
#include <stdexcept>

#include "platform/db/migrate.hpp"
#include "platform/db/postgres/postgres_database.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"
#include "platform/run_sync.hpp"

namespace haat::copy {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
// The system's number is made by initdb and the same on all replicas.
constexpr db::Query kIdentify{"copy.identify_database", "SELECT 'sqlite'",
                              "SELECT 'postgres:' || system_identifier || '/' || current_database() "
                              "FROM pg_control_system()"};

awaitable<std::string> name_of(db::Session& session) {
    const db::Rows rows = co_await session.run(kIdentify);
    co_return rows.front().str(0);
}

awaitable<std::string> identify(db::Database& database) {
    const auto ask = [](db::Session& session) { return name_of(session); };
    co_return co_await database.read_one(ask);
}

void open_file(Place& place, const std::filesystem::path& path, Role role) {
    const auto file = std::filesystem::absolute(path);
    if (role == Role::source && !std::filesystem::is_regular_file(file)) {
        throw std::runtime_error{"there is no database " + file.string()};
    }
    place.name = std::string{kSqlite} + file.string();
    place.folder.emplace(file.parent_path());
    place.lock.emplace(file);
    db::migrate_sqlite(file.string(), db::embedded_migrations());
    place.database = db::open_sqlite({.path = file.string()});
}

// Named by what it is, wherever it is reached: the password and the host may change between two runs.
void open_server(Place& place, const std::string& address) {
    const db::PostgresOptions options{.url = crypto::Secret{address}, .password_file = {}};
    db::migrate_postgres(options, db::embedded_migrations());
    place.database = db::open_postgres(options);
    place.name = run_sync(identify(*place.database));
}

}  // namespace

std::unique_ptr<Place> open_place(const std::string& address, Role role) {
    auto place = std::make_unique<Place>();
    if (address.starts_with(kSqlite) && address.size() > kSqlite.size()) {
        open_file(*place, address.substr(kSqlite.size()), role);
        return place;
    }
    if (db::is_postgres_url(address)) {
        open_server(*place, address);
        return place;
    }
    throw std::runtime_error{"neither sqlite:FILE nor postgres://…: " + address.substr(0, address.find(':'))};
}

}  // namespace haat::copy
