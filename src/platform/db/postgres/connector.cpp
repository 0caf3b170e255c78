#include "platform/db/postgres/connector.hpp"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <utility>

#include "kernel/clock.hpp"
#include "platform/crypto/random.hpp"
#include "platform/observe/log.hpp"

namespace haat::db::postgres {
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

constexpr std::uint32_t kJitterPercent = 25;

// All unique indexes that the session can name without a schema, and the first column of each; an index on an
// expression has none.
constexpr const char* kUniqueColumns =
    "SELECT i.relname, t.relname || '.' || a.attname FROM pg_index x "
    "JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid "
    "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0] "
    "WHERE x.indisunique AND t.relnamespace = ANY (current_schemas(false)::regnamespace[])";

std::string setting(const char* name, const std::string& value) {
    return std::string{"set_config('"} + name + "', '" + value + "', false)";
}

// What holds for every statement of the session.
std::string session_settings(const SessionOptions& options, bool read_only) {
    return "SELECT " + setting("statement_timeout", std::to_string(options.statement_timeout_ms)) + ", " +
           setting("idle_in_transaction_session_timeout", std::to_string(options.idle_in_transaction_ms)) +
           ", " + setting("default_transaction_isolation", "read committed") + ", " +
           setting("default_transaction_read_only", read_only ? "on" : "off");
}

[[noreturn]] void refuse(PGconn* connection) {
    throw Unavailable{"cannot connect to PostgreSQL: " + last_error(connection)};
}

}  // namespace

Connector::Connector(asio::io_context& context, const Target& target, SessionOptions options)
    : context_{context}, target_{target}, options_{options}, pause_timer_{context} {}

void Connector::connect(bool read_only, Done done) {
    auto enqueue = [this, request = Request{read_only, std::move(done)}]() mutable {
        requests_.push_back(std::move(request));
        begin_more();
    };
    asio::post(context_, std::move(enqueue));
}

void Connector::nudge() {
    asio::post(context_, [this] { begin_more(); });
}

void Connector::begin_more() {
    while (!requests_.empty() && !pausing_ && under_way_.count() < (is_down() ? 1 : kAtOnce)) {
        Request request = std::move(requests_.front());
        requests_.pop_front();
        if_possible([&] {  // else `done` is destroyed
            asio::co_spawn(context_, serve(std::move(request), under_way_.one_more()), asio::detached);
        });
    }
}

awaitable<> Connector::serve(Request request, Owners::One one) {
    Opened opened;
    std::string why;
    try {
        opened = co_await open(request.read_only);
    } catch (const std::exception& error) {
        why = error.what();
    }
    one.reset();
    if_possible([&] { tell(request, std::move(opened), why); });
    begin_more();
}

void Connector::tell(Request& request, Opened opened, const std::string& why_not) {
    if (!opened.handle) return failed(request, why_not);
    pause_ms_ = 0;
    const bool was_down = is_down_.exchange(false);
    request.done(std::move(opened), {});
    if (was_down) observe::log_info("database_available");
}

void Connector::failed(Request& request, const std::string& why) {
    if (!is_down() && !std::exchange(request.has_failed, true)) {
        requests_.push_front(std::move(request));
        return;
    }
    const bool was_down = is_down_.exchange(true);
    if (was_down) {
        pause_ms_ = std::clamp(2 * pause_ms_, kFirstPauseMs, kMaxPauseMs);
        pause();
    }
    // Who asked meanwhile would have to wait for the pause and the next attempt: better tell them now.
    auto waiting = std::exchange(requests_, {});
    request.done({}, why);
    for (Request& other : waiting) other.done({}, why);
    if (!was_down) observe::log_warn("database_unavailable", {{"reason", why}});
}

void Connector::pause() {
    if (pausing_) return;
    const auto spread = static_cast<std::uint32_t>(pause_ms_) * kJitterPercent / 100 + 1;
    pause_timer_.expires_after(std::chrono::milliseconds{pause_ms_ - crypto::random_below(spread)});
    auto go_on = [this](boost::system::error_code error) {
        if (error) return;
        pausing_ = false;
        begin_more();
    };
    pause_timer_.async_wait(go_on);
    pausing_ = true;
}

awaitable<Opened> Connector::open(bool read_only) {
    const auto& hosts = target_.hosts();
    const std::int64_t silence_ms = hosts.size() == 1 ? kSilenceMs : kSilenceOfManyMs;
    std::string reasons;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const std::size_t at = (good_host_ + i) % hosts.size();
        try {
            const Patience patience{.silence_ms = silence_ms, .until_ms = steady_ms() + kTryMs};
            auto opened = co_await open_at(hosts[at], read_only, patience);
            good_host_ = at;
            co_return opened;
        } catch (const std::exception& error) {
            if (!reasons.empty()) reasons += "; ";
            reasons += error.what();
        }
    }
    throw Unavailable{reasons};
}

awaitable<Opened> Connector::open_at(const Host& host, bool read_only, Patience patience) {
    Opened opened;
    opened.handle = target_.begin(host);
    PGconn* connection = opened.handle.get();
    co_await await_login(connection, patience);
    require_version(connection);
    PQsetnonblocking(connection, 1);
    patience.when_over = kNoSession;
    const std::string settings = session_settings(options_, read_only);
    const ResultHandle set = co_await query(connection, settings.c_str(), patience);
    const ResultHandle indexes = co_await query(connection, kUniqueColumns, patience);
    auto columns = std::make_shared<UniqueColumns>();
    for (int row = 0; row < PQntuples(indexes.get()); ++row)
        columns->emplace(PQgetvalue(indexes.get(), row, 0), PQgetvalue(indexes.get(), row, 1));
    opened.unique_columns = std::move(columns);
    co_return opened;
}

awaitable<> Connector::await_login(PGconn* connection, Patience patience) {
    if (connection == nullptr) throw Unavailable{"no memory for a connection"};
    bool for_write = true;
    while (PQstatus(connection) != CONNECTION_BAD) {
        co_await wait_ready(PQsocket(connection), for_write, patience);
        const auto status = PQconnectPoll(connection);
        if (status == PGRES_POLLING_OK) co_return;
        if (status == PGRES_POLLING_FAILED) break;
        for_write = status == PGRES_POLLING_WRITING;
    }
    refuse(connection);
}

// Outside of pipeline mode; of a query without parameters the last result.
awaitable<ResultHandle> Connector::query(PGconn* connection, const char* sql, Patience patience) {
    if (PQsendQuery(connection, sql) != 1) refuse(connection);
    for (int left = PQflush(connection); left != 0; left = PQflush(connection)) {
        if (left < 0) refuse(connection);
        co_await wait_ready(PQsocket(connection), true, patience);
    }
    ResultHandle last;
    for (;;) {
        while (PQisBusy(connection) == 1) {
            co_await wait_ready(PQsocket(connection), false, patience);
            if (PQconsumeInput(connection) != 1) refuse(connection);
        }
        ResultHandle next{PQgetResult(connection)};
        if (!next) break;
        last = std::move(next);
    }
    if (PQresultStatus(last.get()) != PGRES_TUPLES_OK) refuse(connection);
    co_return last;
}

// On a copy of the descriptor: while libpq connects, its own may change from one call to the next.
awaitable<> Connector::wait_ready(int socket, bool for_write, Patience patience) {
    const std::int64_t left_ms = std::min(patience.silence_ms, patience.until_ms - steady_ms());
    const int copy = left_ms > 0 && socket >= 0 ? dup(socket) : -1;
    if (copy < 0) patience.give_up();
    // Shared: the timer may have run out already when the socket is ready.
    const auto descriptor = std::make_shared<Descriptor>(context_, copy);
    Timer timer{context_, std::chrono::milliseconds{left_ms}};
    auto expire = [descriptor](boost::system::error_code error) {
        boost::system::error_code ignored;
        if (!error) descriptor->cancel(ignored);
    };
    timer.async_wait(expire);
    boost::system::error_code error;
    const auto what = for_write ? Descriptor::wait_write : Descriptor::wait_read;
    auto token = asio::redirect_error(use_awaitable, error);
    co_await descriptor->async_wait(what, token);
    if (error) patience.give_up();
}

}  // namespace haat::db::postgres
