#include "platform/db/postgres/control_connection.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "kernel/clock.hpp"
#include "kernel/error.hpp"

namespace haat::db::postgres {
namespace {

constexpr int kConnectS = 3;

Rows to_rows(const PGresult* result) {
    Rows rows{static_cast<std::size_t>(PQnfields(result))};
    for (int row = 0; row < PQntuples(result); ++row) {
        for (int column = 0; column < PQnfields(result); ++column) {
            if (PQgetisnull(result, row, column) != 0) {
                rows.add_null();
            } else {
                rows.add_text({PQgetvalue(result, row, column),
                               static_cast<std::size_t>(PQgetlength(result, row, column))});
            }
        }
    }
    return rows;
}

int to_timeout(std::int64_t until_steady_ms) {
    return static_cast<int>(std::clamp<std::int64_t>(until_steady_ms - steady_ms(), 0, 60'000));
}

}  // namespace

Interruption::Interruption() : descriptor_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (descriptor_ < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
}

Interruption::~Interruption() { close(descriptor_); }

void Interruption::raise() {
    // It cannot fail: nobody reads, and one is the most that is ever written.
    if (!is_raised()) static_cast<void>(eventfd_write(descriptor_, 1));
}

bool Interruption::is_raised() const { return !pause(0); }

bool Interruption::pause(std::int64_t duration_ms) const {
    pollfd entry{.fd = descriptor_, .events = POLLIN, .revents = 0};
    const std::int64_t until_ms = steady_ms() + duration_ms;
    for (;;) {
        const int ready = poll(&entry, 1, to_timeout(until_ms));
        if (ready > 0) return false;
        if (steady_ms() >= until_ms) return true;
    }
}

ControlConnection::ControlConnection(const Target& target, const Interruption& interruption)
    : interruption_{interruption} {
    try {
        connection_ = target.connect(kConnectS);
    } catch (const std::runtime_error& error) {
        throw Unavailable{error.what()};
    }
}

Rows ControlConnection::run(const char* sql, const std::vector<std::string>& params) {
    std::vector<const char*> values;
    values.reserve(params.size());
    for (const auto& param : params) values.push_back(param.c_str());
    PGconn* connection = connection_.get();
    if (PQsendQueryParams(connection, sql, static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                          nullptr, 0) == 0) {
        give_up("cannot send a statement");
    }
    const std::int64_t until_ms = steady_ms() + kStatementLimitMs;
    Rows rows;
    for (;;) {
        while (PQisBusy(connection) != 0) {
            if (!wait_for_input(until_ms))
                throw Unavailable{has_session_ ? "the database did not answer in time" : kNoSession};
        }
        const ResultHandle result{PQgetResult(connection)};
        has_session_ = true;
        if (!result) return rows;
        switch (PQresultStatus(result.get())) {
            case PGRES_TUPLES_OK:
                rows = to_rows(result.get());
                break;
            case PGRES_COMMAND_OK:
                break;
            default:
                give_up("a statement failed");
        }
    }
}

bool ControlConnection::wait_for_notification(std::int64_t limit_ms) {
    const std::int64_t until_ms = steady_ms() + limit_ms;
    while (!swallow_notifications()) {
        if (!wait_for_input(until_ms)) return false;
    }
    return true;
}

bool ControlConnection::swallow_notifications() {
    bool any = false;
    while (PGnotify* notification = PQnotifies(connection_.get())) {
        PQfreemem(notification);
        any = true;
    }
    return any;
}

// False when there is none in time.
bool ControlConnection::wait_for_input(std::int64_t until_steady_ms) {
    std::array<pollfd, 2> entries{{{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0},
                                   {.fd = interruption_.descriptor(), .events = POLLIN, .revents = 0}}};
    poll(entries.data(), entries.size(), to_timeout(until_steady_ms));
    if (interruption_.is_raised()) throw Unavailable{"interrupted"};
    if (entries[0].revents == 0) return steady_ms() < until_steady_ms;
    if (PQconsumeInput(connection_.get()) == 0) give_up("connection lost");
    return true;
}

// libpq's own text may quote values, but not in what is run here.
void ControlConnection::give_up(std::string_view what) {
    std::string text{what};
    text += ": ";
    text += last_error(connection_.get());
    throw Unavailable{text};
}

}  // namespace haat::db::postgres
