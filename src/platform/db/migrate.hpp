// Forward-only, numbered changes of the schema, embedded in the program.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace haat::db {

enum class MigrationEngine : std::uint8_t { both, sqlite, postgres };

struct Migration {
    std::int64_t number;
    std::string_view title;  // the file's name without its ending
    MigrationEngine engine;
    std::string_view sql;  // any number of statements, each ended by `;` at a line's end
};

// What migrate_sqlite and migrate_postgres did.
struct MigrationReport {
    std::int64_t applied = 0;
    std::int64_t version = 0;  // the highest number now
};

// All migrations of the program, by number (generated from src/*/migrations).
std::span<const Migration> embedded_migrations();

}  // namespace haat::db
