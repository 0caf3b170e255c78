#include "platform/db/sqlite/backup.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string_view>

#include "platform/files.hpp"

namespace haat::db {
namespace {

constexpr int kPagesAStep = 1'024;  // 4 MiB
constexpr int kBusyTimeoutMs = 5'000;

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    void operator()(char* text) const { sqlite3_free(text); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

[[noreturn]] void fail(const std::string& path, std::string_view why) {
    throw std::runtime_error{path + ": " + std::string{why}};
}

Handle open_file(const std::string& path, int flags) {
    sqlite3* raw = nullptr;
    const int status = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    Handle handle{raw};
    if (status != SQLITE_OK) fail(path, sqlite3_errmsg(raw));
    sqlite3_busy_timeout(raw, kBusyTimeoutMs);
    return handle;
}

void exec(sqlite3* handle, const std::string& path, const char* sql) {
    if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(path, sqlite3_errmsg(handle));
}

// Calls on_row(statement) for each row.
template <class OnRow>
void each_row(sqlite3* handle, const std::string& path, const char* sql, const OnRow& on_row) {
    sqlite3_stmt* raw = nullptr;
    const int prepared = sqlite3_prepare_v2(handle, sql, -1, &raw, nullptr);
    const std::unique_ptr<sqlite3_stmt, Close> statement{raw};
    if (prepared != SQLITE_OK) fail(path, sqlite3_errmsg(handle));
    int status = SQLITE_DONE;
    while ((status = sqlite3_step(raw)) == SQLITE_ROW) on_row(raw);
    if (status != SQLITE_DONE) fail(path, sqlite3_errmsg(handle));
}

std::string text_of(sqlite3_stmt* statement, int column) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return text == nullptr ? std::string{} : std::string{text};
}

std::int64_t number_from(sqlite3* handle, const std::string& path, const char* sql) {
    std::int64_t number = 0;
    each_row(handle, path, sql, [&](sqlite3_stmt* row) { number = sqlite3_column_int64(row, 0); });
    return number;
}

void check_integrity(sqlite3* handle, const std::string& path) {
    each_row(handle, path, "PRAGMA integrity_check(1)", [&](sqlite3_stmt* row) {
        if (text_of(row, 0) != "ok") fail(path, "the database is damaged: " + text_of(row, 0));
    });
    each_row(handle, path, "PRAGMA foreign_key_check", [&](sqlite3_stmt* row) {
        fail(path, "the database is damaged: a row of " + text_of(row, 0) + " refers to none of " +
                       text_of(row, 2));
    });
}

std::int64_t count_rows(sqlite3* handle, const std::string& path, const std::string& table) {
    const std::unique_ptr<char, Close> sql{sqlite3_mprintf("SELECT count(*) FROM \"%w\"", table.c_str())};
    if (!sql) throw std::bad_alloc{};
    return number_from(handle, path, sql.get());
}

void sync_file(const std::string& path) {
    const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file || fsync(file.get()) != 0) fail(path, "cannot be made durable");
}

}  // namespace

void copy_sqlite(const std::string& from, const std::string& to,
                 const std::function<void(std::int64_t, std::int64_t)>& on_progress) {
    const Handle source = open_file(from, SQLITE_OPEN_READONLY);
    // An open read transaction keeps to one snapshot; without it the copy would begin again with every
    // commit of another process.
    exec(source.get(), from, "BEGIN");
    number_from(source.get(), from, "SELECT count(*) FROM sqlite_master");
    const Handle copy = open_file(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    const std::int64_t page_size = number_from(source.get(), from, "PRAGMA page_size");
    sqlite3_backup* backup = sqlite3_backup_init(copy.get(), "main", source.get(), "main");
    if (backup == nullptr) fail(to, sqlite3_errmsg(copy.get()));
    int status = SQLITE_OK;
    while (status == SQLITE_OK) {
        status = sqlite3_backup_step(backup, kPagesAStep);
        const std::int64_t total = sqlite3_backup_pagecount(backup);
        on_progress((total - sqlite3_backup_remaining(backup)) * page_size, total * page_size);
    }
    sqlite3_backup_finish(backup);
    if (status != SQLITE_DONE) fail(to, sqlite3_errstr(status));
    exec(copy.get(), to, "PRAGMA journal_mode = DELETE");
    sync_file(to);
}

DatabaseContents inspect_sqlite(const std::string& path) {
    const Handle handle = open_file(path, SQLITE_OPEN_READONLY);
    check_integrity(handle.get(), path);
    DatabaseContents contents;
    const auto count = [&](sqlite3_stmt* row) {
        const auto table = text_of(row, 0);
        contents.rows[table] = count_rows(handle.get(), path, table);
    };
    // Virtual tables have no root page; what is in them lies in others.
    each_row(
        handle.get(), path,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite_%'",
        count);
    if (!contents.rows.contains("schema_migrations")) fail(path, "is no database of Haat");
    contents.schema = number_from(handle.get(), path, "SELECT max(number) FROM schema_migrations");
    return contents;
}

}  // namespace haat::db
