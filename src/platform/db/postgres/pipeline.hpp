// What a connection in pipeline mode has under way: which result belongs to which command, where groups end,
// what an error takes with it, and how those who wait fare when the connection is lost. No input or output:
// the driver tells what it hands to libpq and what libpq hands back. Belongs to one thread.
//
// Commands up to a sync are a group. The first error in a group makes the server skip the rest of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haat::db::postgres {

// What the server said when it refused a command.
struct ServerError {
    std::string sqlstate;
    std::string message;
    std::string table{};       // of a violated constraint, as the next two
    std::string column{};      // of NOT NULL
    std::string constraint{};  // or the unique index's name
};
using ErrorPtr = std::shared_ptr<const ServerError>;

// invalid_sql_statement_name: the statement was used before the answer to its PREPARE, an error, was in; or
// the session was taken from us.
inline constexpr std::string_view kNoSuchStatement = "26000";

// A statement as a connection knows it. Belongs to the connection and lives as long.
struct Prepared {
    enum class State : std::uint8_t { unknown, sent, ready };
    std::string name;
    std::vector<std::uint32_t> types{};  // of its parameters; 0: the server decides
    State state = State::unknown;
    ErrorPtr refused{};  // why it could not be prepared
};

struct Call;  // whoever waits for a statement: only handed back

class Pipeline {
public:
    enum class Result : std::uint8_t { done, error, skipped, sync, none, other };  // of PQgetResult
    enum class Outcome : std::uint8_t {
        done,
        failed,    // with the server's error, or that of the command before it that it depends on
        skipped,   // did not run, as another statement of its group failed
        not_sent,  // never left this process
        unknown,   // the connection was lost: the server may have run it, or not
    };
    struct Answer {
        Call* call;
        Outcome outcome;
        ErrorPtr error;  // when failed or skipped
    };

    // What was handed to libpq. A statement without a call is nobody's, but what comes after it in its group
    // fails with it: BEGIN before the first statement.
    void prepare(Prepared& prepared);
    void statement(Call* call, Prepared& prepared);
    void sync();
    // Its call waits no more; its result is nobody's.
    void forget(const Call* call) noexcept;
    // libpq was asked to send what it has: from now on the server may have it.
    void flushed();

    // The next result of the connection; Result::none ends those of a command. Gives back the statement that
    // it settles. Every statement with a call is settled once.
    std::optional<Answer> on_result(Result result, ErrorPtr error = {});
    // The results do not fit the commands: the connection is of no use any more.
    [[nodiscard]] bool is_broken() const { return broken_; }

    // The connection is gone: what becomes of the next one who still waits, in order; nullopt behind the
    // last. Takes no memory: who is not told would wait for ever.
    std::optional<Answer> next_lost() noexcept;

    // Nothing is under way.
    [[nodiscard]] bool is_empty() const { return commands_.empty(); }
    // Statements that wait for their result, somebody's or not.
    [[nodiscard]] std::size_t in_flight() const { return in_flight_; }
    // The last command is no sync, so the server may hold back what it has.
    [[nodiscard]] bool is_open() const { return !commands_.empty() && commands_.back().kind != Kind::sync; }

private:
    enum class Kind : std::uint8_t { prepare, statement, sync };
    struct Command {
        Kind kind;
        bool settled = false;  // has its result; what is left is the end
        bool sent = false;
        bool binds = false;  // what comes after it in its group fails with it
        Call* call = nullptr;
        Prepared* prepared = nullptr;
    };

    std::optional<Answer> settle_prepare(Prepared& prepared, Result result, ErrorPtr error);
    std::optional<Answer> settle_statement(const Command& command, Result result, ErrorPtr error);
    [[nodiscard]] std::optional<Answer> break_off();

    std::deque<Command> commands_;
    std::size_t in_flight_ = 0;
    ErrorPtr group_error_;            // the first of the group whose results come in
    bool group_error_binds_ = false;  // those behind depend on what failed
    bool broken_ = false;
};

}  // namespace haat::db::postgres
