// Sessions in the database: one a login.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "kernel/clock.hpp"
#include "kernel/object_id.hpp"
#include "platform/db/database.hpp"

namespace haat::accounts {

struct Session {
    SessionId id{};
    UserId user{};
    Timestamp created_at{};  // when the password was checked
    Timestamp last_used_at{};
    Timestamp expires_at{};
    std::string address{};
    std::string user_agent{};
    std::int64_t generation = 1;  // of the refresh token that is good now
    Timestamp rotated_at{};       // when it took the place of the one before
};

// A live session with what access checks want to know of its user.
struct LiveSession {
    Timestamp login_at{};
    Timestamp expires_at{};
    bool is_admin = false;
};

class SessionStore {
public:
    awaitable<> insert(db::Transaction& tx, const Session& session) const;
    // Not expired, and its user is Active.
    awaitable<std::optional<LiveSession>> find_live(db::Session& session, SessionId id, UserId user) const;
    // Expired or not. Nobody else uses, rotates or ends it until the transaction ends.
    awaitable<std::optional<Session>> find_locked(db::Transaction& tx, SessionId id) const;
    // Newest first, not expired.
    awaitable<std::vector<Session>> list(db::Session& session, UserId user) const;
    // Whether the user has a session from there.
    awaitable<bool> is_known_address(db::Session& session, UserId user, std::string_view address) const;

    // The next generation takes the place of this one; false when this is not the current one any more.
    awaitable<bool> rotate(db::Transaction& tx, SessionId id, std::int64_t generation) const;
    awaitable<> used(db::Transaction& tx, SessionId id) const;

    // false when the user has no such session.
    awaitable<bool> end(db::Transaction& tx, SessionId id, UserId user) const;
    // All of a user but one.
    awaitable<> end_all(db::Transaction& tx, UserId user, std::optional<SessionId> but = std::nullopt) const;
};

}  // namespace haat::accounts
