// One connection to a SQLite file, with its prepared statements. Belongs to one thread.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/db/query.hpp"
#include "platform/db/row.hpp"

namespace haat::db::sqlite {

enum class Mode : std::uint8_t { read_write, read_only };

class Connection {
public:
    // Throws std::runtime_error when the file cannot be opened.
    Connection(const std::string& path, Mode mode);

    // Runs a prepared statement to its end. Throws as Session::execute.
    Rows run(const Query& query, const Params& params);

    // Statements that still run at this time (steady_ms) are stopped and throw Unavailable. 0: never.
    void set_deadline(std::int64_t steady_ms) { *deadline_ms_ = steady_ms; }

    // Runs statements without parameters or rows.
    void exec(const std::string& sql);

    // false when the engine itself has ended the transaction, as it does when the disk is full.
    [[nodiscard]] bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    struct Statement {
        std::unique_ptr<sqlite3_stmt, Finalize> handle;
        std::vector<std::size_t> values;  // which value each of SQLite's parameters takes
    };

    Statement& prepared(const Query& query);
    void bind(const Query& query, Statement& statement, const Params& params);
    [[noreturn]] void refuse(std::string_view name);

    // Before handle_: the engine looks at it until it is closed.
    std::unique_ptr<std::int64_t> deadline_ms_ = std::make_unique<std::int64_t>(0);
    std::unique_ptr<sqlite3, Close> handle_;
    std::unordered_map<const Query*, Statement> statements_;
};

}  // namespace haat::db::sqlite
