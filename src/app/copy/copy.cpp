#include "app/copy/copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "app/copy/tables.hpp"
#include "platform/crypto/hash.hpp"
#include "platform/run_sync.hpp"

namespace haat::copy {
namespace {

using db::Params;
using db::Query;
using db::Row;
using db::Rows;

constexpr std::int64_t kBatch = 500;  // rows of a transaction

constexpr Query kFindUnfinished{"copy.find_unfinished",
                                "SELECT source FROM copies WHERE finished_at IS NULL"};
constexpr Query kBegin{"copy.begin", "INSERT INTO copies (source, started_at) VALUES ($1, $2)"};
constexpr Query kFinish{"copy.finish", "UPDATE copies SET finished_at = $2 WHERE source = $1"};

db::Value value_of(const Row& row, std::size_t column, ColumnType type) {
    if (row.is_null(column)) return std::monostate{};
    return type == ColumnType::text ? db::Value{row.text(column)} : db::Value{row.int64(column)};
}

// The cells of a row, each with its length, so that no two rows look the same.
std::string bytes_of(const Table& table, const Row& row) {
    std::string bytes;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (row.is_null(i)) {
            bytes += '-';
        } else if (table.columns[i] == ColumnType::text) {
            bytes += fmt::format("{}:{}", row.text(i).size(), row.text(i));
        } else {
            bytes += fmt::format("i{};", row.int64(i));
        }
    }
    return bytes;
}

awaitable<Rows> run_query(db::Session& session, const Query& query, const Params& params) {
    co_return co_await session.execute(query, params);
}

Rows run_statement(db::Database& database, const Query& query, const Params& params = {}) {
    auto body = [&](db::Session& session) { return run_query(session, query, params); };
    return run_sync(database.scan(body));
}

awaitable<Result<bool>> insert_rows(db::Transaction& tx, const Table& table, const Rows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Params params;
        for (std::size_t column = 0; column < table.columns.size(); ++column) {
            params.add(value_of(rows[i], column, table.columns[column]));
        }
        const std::string derived = table.derived != nullptr ? table.derived(rows[i]) : std::string{};
        if (table.derived != nullptr) params.add(std::string_view{derived});
        co_await tx.execute(table.insert, params);
    }
    co_return true;
}

awaitable<Result<bool>> note(db::Transaction& tx, const Query& query, std::string_view source) {
    co_await tx.run(query, source, Timestamp::now());
    co_return true;
}

// The rows of a table in the order of its key, a batch at a time.
class Reader {
public:
    // after: rows of one, whose key is where to go on; empty for the beginning.
    Reader(db::Database& database, const Table& table, Rows after)
        : database_{&database}, table_{&table}, batch_{std::move(after)} {}

    // Empty at the end.
    const Rows& next() {
        Params params;
        if (batch_.empty()) {
            params.add(kBatch);
            batch_ = run_statement(*database_, table_->read_first, params);
            return batch_;
        }
        const Rows before = std::move(batch_);  // what params refers to
        const Row last = before[before.size() - 1];
        for (std::size_t i = 0; i < table_->key_columns; ++i) {
            params.add(value_of(last, i, table_->columns[i]));
        }
        params.add(kBatch);
        batch_ = run_statement(*database_, table_->read_next, params);
        return batch_;
    }

private:
    db::Database* database_;
    const Table* table_;
    Rows batch_;
};

// Of a table, whatever the order of its rows: the sum of their hashes.
struct Checksum {
    std::int64_t rows = 0;
    std::uint64_t sum = 0;

    void add(std::string_view row) {
        const crypto::Digest digest = crypto::sha256(row);
        std::uint64_t part = 0;
        std::memcpy(&part, digest.data(), sizeof part);
        sum += part;
        ++rows;
    }
    friend bool operator==(const Checksum&, const Checksum&) = default;
};

class Copying {
public:
    Copying(db::Database& from, db::Database& to, std::string_view source, const OnProgress& on_progress)
        : from_{from}, to_{to}, source_{source}, on_progress_{on_progress} {}

    CopyReport run() {
        begin();
        std::int64_t missing = 0;
        for (const Table& table : shop_tables()) {
            const std::int64_t rows = count(from_, table);
            report_.rows += rows;
            missing += std::max<std::int64_t>(0, rows - count(to_, table));
        }
        total_ = missing + 2 * report_.rows;
        for (const Table& table : shop_tables()) copy(table);
        for (const Table& table : shop_tables()) compare(table);
        write(kFinish);
        return report_;
    }

private:
    // Refuses a target that holds something else.
    void begin() {
        const std::string unfinished = unfinished_copy(to_);
        if (unfinished == source_) return;
        if (!unfinished.empty()) {
            throw std::runtime_error{"the target holds an unfinished copy of another shop: " + unfinished};
        }
        for (const Table& table : shop_tables()) {
            const std::int64_t rows = count(to_, table);
            if (rows == 0) continue;
            throw std::runtime_error{
                fmt::format("the target holds a shop already ({} rows in {}): copy into an empty database",
                            rows, table.name)};
        }
        write(kBegin);
    }

    static std::int64_t count(db::Database& database, const Table& table) {
        return run_statement(database, table.count).front().int64(0);
    }

    void write(const Query& query) {
        auto body = [&](db::Transaction& tx) { return note(tx, query, source_); };
        static_cast<void>(run_sync(to_.transact(body)));
    }

    void copy(const Table& table) {
        Reader reader{from_, table, run_statement(to_, table.last_key)};
        for (;;) {
            const Rows& rows = reader.next();
            if (rows.empty()) return;
            auto body = [&](db::Transaction& tx) { return insert_rows(tx, table, rows); };
            static_cast<void>(run_sync(to_.transact(body)));
            report_.copied += static_cast<std::int64_t>(rows.size());
            advance(rows.size());
        }
    }

    void compare(const Table& table) {
        const Checksum wanted = checksum(from_, table);
        const Checksum found = checksum(to_, table);
        if (found == wanted) return;
        throw std::runtime_error{fmt::format(
            "the copy of {} differs: {} rows there and {} here{}. Did somebody write meanwhile? Copy again "
            "into an empty database",
            table.name, wanted.rows, found.rows, wanted.rows == found.rows ? ", not the same" : "")};
    }

    Checksum checksum(db::Database& database, const Table& table) {
        Checksum checksum;
        Reader reader{database, table, Rows{}};
        for (;;) {
            const Rows& rows = reader.next();
            if (rows.empty()) return checksum;
            for (std::size_t i = 0; i < rows.size(); ++i) checksum.add(bytes_of(table, rows[i]));
            advance(rows.size());
        }
    }

    void advance(std::size_t rows) {
        done_ += static_cast<std::int64_t>(rows);
        on_progress_(std::min(done_, total_), std::max<std::int64_t>(1, total_));
    }

    db::Database& from_;
    db::Database& to_;
    const std::string source_;
    const OnProgress& on_progress_;
    std::int64_t done_ = 0;
    std::int64_t total_ = 0;
    CopyReport report_;
};

}  // namespace

CopyReport copy_shop(db::Database& from, db::Database& to, std::string_view source,
                     const OnProgress& on_progress) {
    return Copying{from, to, source, on_progress}.run();
}

std::string unfinished_copy(db::Database& database) {
    const Rows rows = run_statement(database, kFindUnfinished);
    return rows.empty() ? std::string{} : rows.front().str(0);
}

}  // namespace haat::copy
