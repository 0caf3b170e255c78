#include "platform/db/postgres/target.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>

#include "kernel/clock.hpp"
#include "kernel/error.hpp"

namespace haat::db::postgres {
namespace {

constexpr int kOldestVersion = 150'000;
constexpr int kVersionsPerMajor = 10'000;

constexpr int kTimesAsked = 4;
constexpr int kOneSessionS = 2;  // a pooler with one to spare needs no longer

struct FreeOptions {
    void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> items;
    for (;;) {
        const auto comma = list.find(',');
        items.emplace_back(list.substr(0, comma));
        if (comma == std::string_view::npos) return items;
        list.remove_prefix(comma + 1);
    }
}

// The nth item; the only one for all.
std::string item(const std::vector<std::string>& items, std::size_t n) {
    return items.size() == 1 ? items.front() : n < items.size() ? items[n] : std::string{};
}

std::vector<Host> hosts_of(const PQconninfoOption* options) {
    std::vector<std::string> names{""}, addresses{""}, ports{""};
    for (const auto* option = options; option->keyword != nullptr; ++option) {
        if (option->val == nullptr) continue;
        const std::string_view keyword = option->keyword;
        if (keyword == "host") names = split(option->val);
        if (keyword == "hostaddr") addresses = split(option->val);
        if (keyword == "port") ports = split(option->val);
    }
    std::vector<Host> hosts;
    for (std::size_t i = 0; i < std::max(names.size(), addresses.size()); ++i) {
        hosts.push_back({.name = item(names, i), .address = item(addresses, i), .port = item(ports, i)});
    }
    return hosts;
}

// The first line.
crypto::Secret password_in(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::string line;
    if (!file || (!std::getline(file, line) && !file.eof()))
        throw Unavailable{"cannot read the password in " + path.string()};
    while (line.ends_with('\r') || line.ends_with('\n')) line.pop_back();
    return crypto::Secret{std::move(line)};
}

// Of the statement that was sent; null when there is no more. A pooler lets a connection wait for minutes.
ResultHandle next_result(PGconn* connection, std::int64_t until_ms) {
    while (PQisBusy(connection) != 0) {
        const std::int64_t left_ms = until_ms - steady_ms();
        if (left_ms <= 0) throw std::runtime_error{kNoSession};
        pollfd entry{.fd = PQsocket(connection), .events = POLLIN, .revents = 0};
        if (poll(&entry, 1, static_cast<int>(left_ms)) > 0 && PQconsumeInput(connection) != 1) break;
    }
    return ResultHandle{PQgetResult(connection)};
}

// The session that answers on this connection just now.
std::string session_of(PGconn* connection, int timeout_s) {
    const std::int64_t until_ms = steady_ms() + timeout_s * kSecondMs;
    std::string session;
    if (PQsendQuery(connection, "SELECT pg_backend_pid()") == 1) {
        while (const ResultHandle result = next_result(connection, until_ms)) {
            if (PQresultStatus(result.get()) == PGRES_TUPLES_OK) session = PQgetvalue(result.get(), 0, 0);
        }
    }
    if (session.empty()) throw std::runtime_error{"PostgreSQL: " + last_error(connection)};
    return session;
}

}  // namespace

Target::Target(crypto::Secret url, std::filesystem::path password_file, bool needs_writes)
    : url_{std::move(url)},
      password_file_{std::move(password_file)},
      session_{needs_writes ? "read-write" : "any"} {
    char* error = nullptr;
    const std::unique_ptr<PQconninfoOption, FreeOptions> options{
        PQconninfoParse(url_.reveal_c_str(), &error)};
    if (!options) {
        PQfreemem(error);  // may quote the password
        throw std::runtime_error{"the URL of the database cannot be read: postgres://user@host:5432/name"};
    }
    hosts_ = hosts_of(options.get());
}

template <class Start>
ConnectionHandle Target::start_with(const Host& host, const std::string& timeout_s, Start start) const {
    const crypto::Secret password = password_file_.empty() ? crypto::Secret{} : password_in(password_file_);
    // What stands before dbname gives way to the URL, what stands after it goes before the URL.
    // A host that has gone silent is noticed within some 4 s, by what it owes (tcp_user_timeout) and by
    // asking.
    std::array<const char*, 16> keywords{"fallback_application_name", "target_session_attrs",
                                         "tcp_user_timeout",          "keepalives_idle",
                                         "keepalives_interval",       "keepalives_count"};
    std::array<const char*, 16> values{"haat", session_, "3000", "1", "1", "3"};
    std::size_t count = 6;
    const auto add = [&](const char* keyword, const char* value) {
        if (*value == '\0') return;
        keywords[count] = keyword;
        values[count++] = value;
    };
    add("password", password.reveal_c_str());
    add("dbname", url_.reveal_c_str());
    add("host", host.name.c_str());
    add("hostaddr", host.address.c_str());
    add("port", host.port.c_str());
    add("client_encoding", "UTF8");
    add("connect_timeout", timeout_s.c_str());
    ConnectionHandle connection{start(keywords.data(), values.data(), 1)};
    const auto ignore = [](void*, const PGresult*) {};  // libpq would print the server's notices
    if (connection) PQsetNoticeReceiver(connection.get(), ignore, nullptr);
    return connection;
}

ConnectionHandle Target::begin(const Host& host) const { return start_with(host, "", PQconnectStartParams); }

ConnectionHandle Target::connect(int timeout_s) const {
    std::string reasons;
    for (const Host& host : hosts_) {
        auto connection = start_with(host, std::to_string(timeout_s), PQconnectdbParams);
        if (PQstatus(connection.get()) == CONNECTION_OK) {
            require_version(connection.get());
            return connection;
        }
        if (!reasons.empty()) reasons += "; ";
        reasons += last_error(connection.get());
    }
    throw std::runtime_error{"cannot connect to PostgreSQL: " + reasons};
}

std::string last_error(const PGconn* connection) {
    std::string text = PQerrorMessage(connection);
    while (text.ends_with('\n')) text.pop_back();
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) {
        const bool goes_on = text.compare(at + 1, 1, "\t") == 0;
        text.replace(at, goes_on ? 2 : 1, goes_on ? " " : "; ");
    }
    return text;
}

void require_version(PGconn* connection) {
    const int version = PQserverVersion(connection);
    if (version >= kOldestVersion) return;
    throw std::runtime_error{"the server is PostgreSQL " + std::to_string(version / kVersionsPerMajor) +
                             "; Haat needs 15 or newer"};
}

void require_session(const Target& target, PGconn* connection, int timeout_s) {
    const auto other = target.connect(timeout_s);
    const std::string first = session_of(connection, timeout_s);
    const std::string second = session_of(other.get(), timeout_s);
    bool are_own = first != second;
    for (int i = 0; i < kTimesAsked && are_own; ++i)
        are_own = session_of(connection, timeout_s) == first && session_of(other.get(), timeout_s) == second;
    if (are_own) return;
    throw std::runtime_error{
        "a pooler before PostgreSQL lends its sessions by the transaction; Haat needs pool_mode = session"};
}

SessionsLent try_sessions(const Target& target, std::size_t wanted, int limit_s) {
    const std::int64_t until_ms = steady_ms() + limit_s * kSecondMs;
    std::vector<ConnectionHandle> held;
    while (held.size() < wanted && steady_ms() < until_ms) {
        try {
            auto connection = target.connect(kOneSessionS);
            session_of(connection.get(), kOneSessionS);
            held.push_back(std::move(connection));
        } catch (const std::exception& error) {
            return {.count = held.size(), .why_no_more = error.what()};
        }
    }
    return {.count = held.size()};
}

}  // namespace haat::db::postgres
