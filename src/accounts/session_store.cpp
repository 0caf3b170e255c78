#include "accounts/session_store.hpp"

namespace haat::accounts {
namespace {

using db::Query;

#define HAAT_SESSION_COLUMNS \
    "id, user_id, created_at, last_used_at, expires_at, address, user_agent, generation, rotated_at"

// Sessions that ran out go when a new one comes, a few at a time.
constexpr Query kForgetExpired{"accounts.forget_expired_sessions",
                               "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at "
                               "<= $1 ORDER BY expires_at LIMIT 10)",
                               "DELETE FROM sessions WHERE id = ANY (ARRAY(SELECT id FROM sessions WHERE "
                               "expires_at <= $1 ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED))"};
constexpr Query kInsertSession{"accounts.insert_session", "INSERT INTO sessions (" HAAT_SESSION_COLUMNS
                                                          ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"};
constexpr Query kFindLive{"accounts.find_live_session",
                          "SELECT s.created_at, s.expires_at, u.role = 'ADMIN' AS is_admin FROM sessions s "
                          "JOIN users u ON u.id = s.user_id "
                          "WHERE s.id = $1 AND s.user_id = $2 AND s.expires_at > $3 AND u.status = 'Active'",
                          "SELECT s.created_at, s.expires_at, CASE WHEN u.role = 'ADMIN' THEN 1 ELSE 0 END "
                          "AS is_admin FROM sessions s "
                          "JOIN users u ON u.id = s.user_id "
                          "WHERE s.id = $1 AND s.user_id = $2 AND s.expires_at > $3 AND u.status = 'Active'"};
// The embedded engine has one writer, who needs no lock.
constexpr Query kLockSession{"accounts.lock_session",
                             "SELECT " HAAT_SESSION_COLUMNS " FROM sessions WHERE id = $1",
                             "SELECT " HAAT_SESSION_COLUMNS " FROM sessions WHERE id = $1 FOR UPDATE"};
constexpr Query kList{"accounts.list_sessions", "SELECT " HAAT_SESSION_COLUMNS
                                                " FROM sessions WHERE user_id = $1 AND expires_at > $2 "
                                                "ORDER BY created_at DESC, id DESC LIMIT 200"};
constexpr Query kKnownAddress{"accounts.find_session_address",
                              "SELECT id FROM sessions WHERE user_id = $1 AND address = $2 LIMIT 1"};
constexpr Query kRotate{"accounts.rotate_session",
                        "UPDATE sessions SET generation = generation + 1, rotated_at = $3, last_used_at = $3 "
                        "WHERE id = $1 AND generation = $2 RETURNING id"};
constexpr Query kUsed{"accounts.use_session", "UPDATE sessions SET last_used_at = $2 WHERE id = $1"};
constexpr Query kEnd{"accounts.end_session",
                     "DELETE FROM sessions WHERE id = $1 AND user_id = $2 RETURNING id"};
constexpr Query kEndAll{"accounts.end_sessions",
                        "DELETE FROM sessions WHERE user_id = $1 AND id <> coalesce($2, '')"};

Session to_session(const db::Row& row) {
    return {.id = row.id<SessionId>(0),
            .user = row.id<UserId>(1),
            .created_at = row.time(2),
            .last_used_at = row.time(3),
            .expires_at = row.time(4),
            .address = row.str(5),
            .user_agent = row.str(6),
            .generation = row.int64(7),
            .rotated_at = row.time(8)};
}

}  // namespace

awaitable<> SessionStore::insert(db::Transaction& tx, const Session& session) const {
    co_await tx.run(kForgetExpired, Timestamp::now());
    co_await tx.run(kInsertSession, session.id, session.user, session.created_at, session.last_used_at,
                    session.expires_at, session.address, session.user_agent, session.generation,
                    session.rotated_at);
}

awaitable<std::optional<LiveSession>> SessionStore::find_live(db::Session& session, SessionId id,
                                                              UserId user) const {
    const db::Rows rows = co_await session.run(kFindLive, id, user, Timestamp::now());
    if (rows.empty()) co_return std::nullopt;
    const db::Row row = rows.front();
    co_return LiveSession{.login_at = row.time(0), .expires_at = row.time(1), .is_admin = row.boolean(2)};
}

awaitable<std::optional<Session>> SessionStore::find_locked(db::Transaction& tx, SessionId id) const {
    const db::Rows rows = co_await tx.run(kLockSession, id);
    if (rows.empty()) co_return std::nullopt;
    co_return to_session(rows.front());
}

awaitable<std::vector<Session>> SessionStore::list(db::Session& session, UserId user) const {
    const db::Rows rows = co_await session.run(kList, user, Timestamp::now());
    co_return db::to_vector(rows, to_session);
}

awaitable<bool> SessionStore::is_known_address(db::Session& session, UserId user,
                                               std::string_view address) const {
    const db::Rows rows = co_await session.run(kKnownAddress, user, address);
    co_return !rows.empty();
}

awaitable<bool> SessionStore::rotate(db::Transaction& tx, SessionId id, std::int64_t generation) const {
    const db::Rows rows = co_await tx.run(kRotate, id, generation, Timestamp::now());
    co_return !rows.empty();
}

awaitable<> SessionStore::used(db::Transaction& tx, SessionId id) const {
    co_await tx.run(kUsed, id, Timestamp::now());
}

awaitable<bool> SessionStore::end(db::Transaction& tx, SessionId id, UserId user) const {
    const db::Rows rows = co_await tx.run(kEnd, id, user);
    co_return !rows.empty();
}

awaitable<> SessionStore::end_all(db::Transaction& tx, UserId user, std::optional<SessionId> but) const {
    co_await tx.run(kEndAll, user, but);
}

}  // namespace haat::accounts
