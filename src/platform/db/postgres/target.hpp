// Where the server is and how to log in, from the URL.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "platform/crypto/secret.hpp"
#include "platform/db/postgres/values.hpp"

namespace haat::db::postgres {

// One of the hosts of a URL. libpq would try them by itself, but without a limit of time for each.
struct Host {
    std::string name;     // empty: libpq's own choice
    std::string address;  // hostaddr; may be empty
    std::string port;
};

class Target {
public:
    // A `postgres://` URL as libpq reads it. password_file, if not empty, is read at every connect and used
    // when the URL names no password. Throws std::runtime_error; its text never holds the URL.
    // needs_writes: a server that only reads, such as a replica, is none; the URL may say otherwise.
    Target(crypto::Secret url, std::filesystem::path password_file, bool needs_writes = true);

    [[nodiscard]] const std::vector<Host>& hosts() const { return hosts_; }

    // Begins to connect: libpq's PQconnectStart. Blocks while the name is looked up.
    [[nodiscard]] ConnectionHandle begin(const Host& host) const;
    // Blocks until connected to one of the hosts; timeout for each. Throws std::runtime_error.
    [[nodiscard]] ConnectionHandle connect(int timeout_s) const;

private:
    template <class Start>
    [[nodiscard]] ConnectionHandle start_with(const Host& host, const std::string& timeout_s,
                                              Start start) const;

    crypto::Secret url_;
    std::filesystem::path password_file_;
    const char* session_;  // libpq's target_session_attrs
    std::vector<Host> hosts_;
};

// What went wrong on the connection last, in one line: libpq tells it in several.
std::string last_error(const PGconn* connection);

// PostgreSQL 15 is the oldest that will do. Throws std::runtime_error.
void require_version(PGconn* connection);

// Of a connection that was let in and then gets no answer to its first statement.
inline constexpr const char* kNoSession =
    "PostgreSQL took the connection but gave it no session in time, as a pooler does that has none left: its "
    "pool needs DATABASE_POOL + 3 for each node (pgbouncer: default_pool_size)";

// A connection must be a session of the server's, for as long as it lasts: prepared statements, settings,
// LISTEN and the lock on migrations belong to one. Throws std::runtime_error when a pooler that lends
// sessions by the transaction stands between, or has none left. Asks over this connection and one more;
// blocks, for twice the timeout at most. A busy pooler may slip through.
void require_session(const Target& target, PGconn* connection, int timeout_s);

struct SessionsLent {
    std::size_t count = 0;
    std::string why_no_more{};  // empty when none was refused
};

// How many of `wanted` sessions there are to be had at once: takes them one after the other, and gives all
// back. Stops after `limit_s`. Blocks.
SessionsLent try_sessions(const Target& target, std::size_t wanted, int limit_s);

}  // namespace haat::db::postgres
