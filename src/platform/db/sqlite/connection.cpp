#include "platform/db/sqlite/connection.hpp"

#include <charconv>

#include "kernel/clock.hpp"
#include "platform/db/database.hpp"

namespace haat::db::sqlite {
namespace {

constexpr int kBusyTimeoutMs = 5'000;
constexpr int kInstructionsPerLook = 20'000;  // of the engine's virtual machine, some 0.5 ms

// Not 0 stops the statement.
int is_late(void* deadline_ms) {
    const auto deadline = *static_cast<const std::int64_t*>(deadline_ms);
    return deadline != 0 && steady_ms() > deadline ? 1 : 0;
}

// FULL: a commit is on disk before it is reported. The page cache is per connection, so it stays small; a
// memory map would count as resident memory once for each.
constexpr const char* kPragmas =
    "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -4000; PRAGMA recursive_triggers = ON;";

// Nobody asks how much memory the library has in use, and counting it takes a lock for every allocation. Has
// to come before its first use.
void configure_library() {
    static const int status = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(status);
}

// SQLite numbers `$1` by its place in the text, not by its digits.
std::vector<std::size_t> parameter_values(sqlite3_stmt* statement) {
    std::vector<std::size_t> values;
    const int count = sqlite3_bind_parameter_count(statement);
    for (int i = 1; i <= count; ++i) {
        const std::string_view name = sqlite3_bind_parameter_name(statement, i);
        std::size_t number = 0;
        std::from_chars(name.data() + 1, name.data() + name.size(), number);
        HAAT_ASSERT(number >= 1 && number <= Params::kMax);
        values.push_back(number - 1);
    }
    return values;
}

int bind_value(sqlite3_stmt* statement, int place, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return sqlite3_bind_int64(statement, place, *number);
    if (const auto* real = std::get_if<double>(&value)) return sqlite3_bind_double(statement, place, *real);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        const char* data = text->data() != nullptr ? text->data() : "";
        return sqlite3_bind_text64(statement, place, data, text->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    return sqlite3_bind_null(statement, place);
}

void add_row(sqlite3_stmt* statement, Rows& rows, int columns) {
    for (int i = 0; i < columns; ++i) {
        switch (sqlite3_column_type(statement, i)) {
            case SQLITE_INTEGER:
                rows.add_int64(sqlite3_column_int64(statement, i));
                break;
            case SQLITE_FLOAT:
                rows.add_real(sqlite3_column_double(statement, i));
                break;
            case SQLITE_NULL:
                rows.add_null();
                break;
            default: {
                const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, i));
                rows.add_text({text, static_cast<std::size_t>(sqlite3_column_bytes(statement, i))});
            }
        }
    }
}

// "UNIQUE constraint failed: users.email_key, users.x" names a column; "CHECK constraint failed: name" a
// constraint; a foreign key has no name.
std::string constraint_name(int extended_code, std::string_view message) {
    if (extended_code == SQLITE_CONSTRAINT_FOREIGNKEY) return "foreign_key";
    const auto colon = message.find(": ");
    if (colon == std::string_view::npos) return std::string{message};
    message.remove_prefix(colon + 2);
    return std::string{message.substr(0, message.find(','))};
}

}  // namespace

Connection::Connection(const std::string& path, Mode mode) {
    configure_library();
    const int access =
        mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int status = sqlite3_open_v2(path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX, nullptr);
    handle_.reset(handle);
    if (status != SQLITE_OK) {
        throw std::runtime_error{"cannot open the database " + path + ": " + sqlite3_errmsg(handle)};
    }
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    sqlite3_progress_handler(handle, kInstructionsPerLook, is_late, deadline_ms_.get());
    exec(kPragmas);
}

Connection::Statement& Connection::prepared(const Query& query) {
    const auto found = statements_.find(&query);
    if (found != statements_.end()) return found->second;
    sqlite3_stmt* raw = nullptr;
    const int status =
        sqlite3_prepare_v3(handle_.get(), query.sqlite.data(), static_cast<int>(query.sqlite.size()),
                           SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    Statement statement{.handle = std::unique_ptr<sqlite3_stmt, Finalize>{raw}, .values = {}};
    if (status != SQLITE_OK) refuse(query.name);
    statement.values = parameter_values(raw);
    return statements_.emplace(&query, std::move(statement)).first->second;
}

void Connection::bind(const Query& query, Statement& statement, const Params& params) {
    for (std::size_t i = 0; i < statement.values.size(); ++i) {
        HAAT_ASSERT(statement.values[i] < params.size());
        const int status =
            bind_value(statement.handle.get(), static_cast<int>(i) + 1, params[statement.values[i]]);
        if (status != SQLITE_OK) refuse(query.name);
    }
}

Rows Connection::run(const Query& query, const Params& params) {
    Statement& statement = prepared(query);
    sqlite3_stmt* raw = statement.handle.get();
    // Values are views of the caller's: let go of them, and of the read lock, on every way out.
    struct Reset {
        sqlite3_stmt* statement;
        ~Reset() {
            sqlite3_reset(statement);
            sqlite3_clear_bindings(statement);
        }
    } reset{raw};
    bind(query, statement, params);

    const int columns = sqlite3_column_count(raw);
    Rows rows{static_cast<std::size_t>(columns)};
    for (;;) {
        const int status = sqlite3_step(raw);
        if (status == SQLITE_ROW) {
            add_row(raw, rows, columns);
        } else if (status == SQLITE_DONE) {
            break;
        } else {
            refuse(query.name);
        }
    }
    if (sqlite3_stmt_readonly(raw) == 0) rows.set_affected(sqlite3_changes64(handle_.get()));
    return rows;
}

void Connection::exec(const std::string& sql) {
    if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        refuse(sql.substr(0, 60));
}

void Connection::refuse(std::string_view name) {
    const int code = sqlite3_extended_errcode(handle_.get());
    const std::string message = sqlite3_errmsg(handle_.get());
    const std::string told = std::string{name} + ": " + message;
    switch (code & 0xFF) {
        case SQLITE_CONSTRAINT:
            throw ConstraintViolation{constraint_name(code, message)};
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
        case SQLITE_NOMEM:
        case SQLITE_READONLY:
        case SQLITE_INTERRUPT:
            throw Unavailable{told};
        default:
            throw StatementError{told};
    }
}

}  // namespace haat::db::sqlite
