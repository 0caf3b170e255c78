#include "accounts/user_store.hpp"

#include "accounts/email.hpp"

namespace haat::accounts {
namespace {

using db::Query;

#define HAAT_USER_COLUMNS                                                                                  \
    "id, name, email, avatar, mobile, verify_email, last_login_at, status, role, created_at, updated_at, " \
    "password_hash"

constexpr Query kInsertUser{
    "accounts.insert_user",
    "INSERT INTO users (id, name, email, email_key, password_hash, verify_email, role, created_at, "
    "updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (email_key) DO NOTHING RETURNING id"};
constexpr Query kFind{"accounts.find_user", "SELECT " HAAT_USER_COLUMNS " FROM users WHERE id = $1"};
// The embedded engine has one writer, who needs no lock.
constexpr Query kLockUser{"accounts.lock_user", "SELECT " HAAT_USER_COLUMNS " FROM users WHERE id = $1",
                          "SELECT " HAAT_USER_COLUMNS " FROM users WHERE id = $1 FOR NO KEY UPDATE"};
constexpr Query kFindByEmail{"accounts.find_user_by_email",
                             "SELECT " HAAT_USER_COLUMNS " FROM users WHERE email_key = $1"};
constexpr Query kFindAdmin{"accounts.find_admin",
                           "SELECT id FROM users WHERE role = 'ADMIN' AND status = 'Active' LIMIT 1"};
// Nodes that start together take turns.
constexpr Query kLockFirstAdmin{
    "accounts.lock_first_admin", "SELECT 1",
    "SELECT count(*) FROM pg_advisory_xact_lock(hashtextextended('haat first admin', 0))"};
constexpr Query kUpdate{
    "accounts.update_user",
    "UPDATE users SET name = coalesce($2, name), email = coalesce($3, email), "
    "email_key = coalesce($4, email_key), mobile = coalesce($5, mobile), "
    "password_hash = coalesce($6, password_hash), verify_email = coalesce($7, verify_email), "
    "updated_at = $8 WHERE id = $1 RETURNING id"};
constexpr Query kVerifyEmail{
    "accounts.verify_email",
    "UPDATE users SET verify_email = 1, updated_at = $3 WHERE id = $1 AND email_key = $2 RETURNING id"};
constexpr Query kLoggedIn{
    "accounts.record_login",
    "UPDATE users SET last_login_at = $2, password_hash = coalesce($3, password_hash) WHERE id = $1"};
constexpr Query kSetAvatar{"accounts.set_avatar",
                           "UPDATE users SET avatar = $2, updated_at = $3 WHERE id = $1"};
constexpr Query kPromote{
    "accounts.promote_user",
    "UPDATE users SET role = 'ADMIN', updated_at = $2 WHERE id = $1 AND role <> 'ADMIN' RETURNING id"};

UserRecord to_record(const db::Row& row) {
    UserRecord record;
    record.user.id = row.id<UserId>(0);
    UserFields& fields = record.user.fields;
    fields.name = row.str(1);
    fields.email = row.str(2);
    fields.avatar = row.str(3);
    if (!row.is_null(4)) fields.mobile = row.int64(4);
    fields.verify_email = row.boolean(5);
    if (!row.is_null(6)) fields.last_login_date = row.time(6);
    fields.status = row.str(7);
    fields.role = row.str(8);
    record.user.created_at = row.time(9);
    record.user.updated_at = row.time(10);
    record.password_hash = row.str(11);
    return record;
}

}  // namespace

awaitable<Result<void>> UserStore::insert(db::Transaction& tx, const UserRecord& record) const {
    const UserFields& fields = record.user.fields;
    const std::string key = email_key(fields.email);
    const db::Rows rows =
        co_await tx.run(kInsertUser, record.user.id, fields.name, fields.email, key, record.password_hash,
                        fields.verify_email, fields.role, record.user.created_at, record.user.updated_at);
    if (rows.empty()) co_return fail(ErrorCode::user_exists, "email");
    co_return Result<void>{};
}

awaitable<std::optional<UserRecord>> UserStore::find(db::Session& session, UserId id) const {
    const db::Rows rows = co_await session.run(kFind, id);
    if (rows.empty()) co_return std::nullopt;
    co_return to_record(rows.front());
}

awaitable<std::optional<UserRecord>> UserStore::find_locked(db::Transaction& tx, UserId id) const {
    const db::Rows rows = co_await tx.run(kLockUser, id);
    if (rows.empty()) co_return std::nullopt;
    co_return to_record(rows.front());
}

awaitable<std::optional<UserRecord>> UserStore::find_by_email(db::Session& session,
                                                              std::string_view email) const {
    const std::string key = email_key(email);
    const db::Rows rows = co_await session.run(kFindByEmail, key);
    if (rows.empty()) co_return std::nullopt;
    co_return to_record(rows.front());
}

awaitable<bool> UserStore::has_admin(db::Session& session) const {
    const db::Rows rows = co_await session.run(kFindAdmin);
    co_return !rows.empty();
}

awaitable<bool> UserStore::needs_first_admin(db::Transaction& tx) const {
    co_await tx.run(kLockFirstAdmin);
    const bool found = co_await has_admin(tx);
    co_return !found;
}

awaitable<Result<bool>> UserStore::update(db::Transaction& tx, UserId id, const UserChanges& changes) const {
    const auto key = changes.email ? std::optional{email_key(*changes.email)} : std::nullopt;
    try {
        const db::Rows rows = co_await tx.run(kUpdate, id, changes.name, changes.email, key, changes.mobile,
                                              changes.password_hash, changes.verify_email, Timestamp::now());
        co_return !rows.empty();
    } catch (const db::ConstraintViolation& violation) {
        if (violation.constraint() != "users.email_key") throw;
        co_return fail(ErrorCode::email_in_use, "email");
    }
}

awaitable<bool> UserStore::verify_email(db::Transaction& tx, UserId id, std::string_view key) const {
    const db::Rows rows = co_await tx.run(kVerifyEmail, id, key, Timestamp::now());
    co_return !rows.empty();
}

awaitable<> UserStore::logged_in(db::Transaction& tx, UserId id,
                                 const std::optional<std::string>& new_hash) const {
    co_await tx.run(kLoggedIn, id, Timestamp::now(), new_hash);
}

awaitable<> UserStore::set_avatar(db::Transaction& tx, UserId id, std::string_view url) const {
    co_await tx.run(kSetAvatar, id, url, Timestamp::now());
}

awaitable<bool> UserStore::promote(db::Transaction& tx, UserId id) const {
    const db::Rows rows = co_await tx.run(kPromote, id, Timestamp::now());
    co_return !rows.empty();
}

}  // namespace haat::accounts
