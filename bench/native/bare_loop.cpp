// bare_loop DATABASE PLAN VALUES SECONDS BATCH: runs a transaction's statements in a loop on an embedded
// database, BATCH of them to a durable commit, and prints how many it did in a second. The most that the
// database gives anybody.
//
// PLAN: the pragmas on the first line, then for each statement its SQL on a line and the names of its values,
// parted by blanks, on the next. VALUES: the names of the given values on the first line, then a line for
// each transaction, parted by tabs. The loop makes the others itself: now, quantity, new_id.
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& text) {
    std::fprintf(stderr, "bare_loop: %s\n", text.c_str());
    std::exit(1);
}

std::vector<std::string> split(const std::string& line, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream{line};
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
    return parts;
}

std::vector<std::string> lines_of(const char* path) {
    std::ifstream file{path};
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    if (lines.empty()) fail(std::string{"nothing in "} + path);
    return lines;
}

// What a parameter is bound to: a column of the given values, or one of these.
constexpr int kNow = -1;
constexpr int kQuantity = -2;
constexpr int kNewId = -3;

struct Statement {
    sqlite3_stmt* handle = nullptr;
    std::vector<int> values;  // for the parameters, in SQLite's order
};

class Loop {
public:
    Loop(const char* path, const std::vector<std::string>& plan, const std::vector<std::string>& values)
        : names_{split(values.front(), '\t')} {
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        if (sqlite3_open_v2(path, &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
            SQLITE_OK)
            refuse();
        if (sqlite3_exec(database_, plan.front().c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) refuse();
        for (std::size_t i = 1; i + 1 < plan.size(); i += 2)
            statements_.push_back(prepare(plan[i], plan[i + 1]));
        begin_ = prepare("BEGIN IMMEDIATE", "");
        commit_ = prepare("COMMIT", "");
        for (std::size_t i = 1; i < values.size(); ++i) sets_.push_back(split(values[i], '\t'));
        if (sets_.empty() || statements_.empty()) fail("nothing to do");
    }

    // Transactions a second.
    double run(double seconds, int batch) {
        const auto begin = Clock::now();
        const auto end =
            begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
        std::size_t count = 0;
        while (Clock::now() < end) {
            step(begin_);
            for (int i = 0; i < batch; ++i) {
                if (count == sets_.size()) fail("too few values for so many transactions");
                transact(sets_[count++]);
            }
            step(commit_);
        }
        return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - begin).count();
    }

private:
    Statement prepare(const std::string& sql, const std::string& names) {
        Statement statement;
        if (sqlite3_prepare_v3(database_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement.handle,
                               nullptr) != SQLITE_OK)
            refuse();
        // SQLite numbers `$1` by its place in the text, not by its digits.
        const auto given = split(names, ' ');
        for (int i = 1; i <= sqlite3_bind_parameter_count(statement.handle); ++i) {
            const int number = std::atoi(sqlite3_bind_parameter_name(statement.handle, i) + 1);
            if (number < 1 || number > static_cast<int>(given.size()))
                fail("no value for a parameter of " + sql);
            statement.values.push_back(value_named(given[static_cast<std::size_t>(number - 1)]));
        }
        return statement;
    }

    int value_named(const std::string& name) const {
        if (name == "now") return kNow;
        if (name == "quantity") return kQuantity;
        if (name == "new_id") return kNewId;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i] == name) return static_cast<int>(i);
        }
        fail("no value named " + name);
    }

    void transact(const std::vector<std::string>& set) {
        const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
        now_ms_ = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
        ++number_;
        const auto unique = static_cast<unsigned long long>(now_ms_ * 1'000'000 + number_ % 1'000'000);
        std::snprintf(new_id_, sizeof new_id_, "%024llx", unique);
        for (Statement& statement : statements_) {
            for (std::size_t i = 0; i < statement.values.size(); ++i)
                bind(statement, static_cast<int>(i) + 1, statement.values[i], set);
            step(statement);
        }
    }

    void bind(Statement& statement, int place, int value, const std::vector<std::string>& set) const {
        switch (value) {
            case kNow:
                sqlite3_bind_int64(statement.handle, place, now_ms_);
                break;
            case kQuantity:
                sqlite3_bind_int64(statement.handle, place, 1 + number_ % 5);
                break;
            case kNewId:
                sqlite3_bind_text(statement.handle, place, new_id_, -1, SQLITE_STATIC);
                break;
            default: {
                const std::string& text = set.at(static_cast<std::size_t>(value));
                sqlite3_bind_text(statement.handle, place, text.data(), static_cast<int>(text.size()),
                                  SQLITE_STATIC);
            }
        }
    }

    void step(Statement& statement) {
        int status = SQLITE_ROW;
        while (status == SQLITE_ROW) status = sqlite3_step(statement.handle);
        if (status != SQLITE_DONE) refuse();
        sqlite3_reset(statement.handle);
    }

    [[noreturn]] void refuse() { fail(sqlite3_errmsg(database_)); }

    sqlite3* database_ = nullptr;
    std::vector<std::string> names_;
    std::vector<Statement> statements_;
    Statement begin_;
    Statement commit_;
    std::vector<std::vector<std::string>> sets_;
    char new_id_[25] = {};
    std::int64_t now_ms_ = 0;
    std::int64_t number_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 6) fail("usage: bare_loop DATABASE PLAN VALUES SECONDS BATCH");
    Loop loop{arguments[1], lines_of(arguments[2]), lines_of(arguments[3])};
    std::printf("%.1f\n", loop.run(std::atof(arguments[4]), std::atoi(arguments[5])));
}
