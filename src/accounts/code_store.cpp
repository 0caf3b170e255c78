#include "accounts/code_store.hpp"

namespace haat::accounts {
namespace {

using db::Query;

constexpr Query kForgetVerifications{
    "accounts.forget_expired_verifications",
    "DELETE FROM email_verifications WHERE code_hash IN "
    "(SELECT code_hash FROM email_verifications WHERE expires_at <= $1 ORDER BY expires_at LIMIT 10)",
    "DELETE FROM email_verifications WHERE code_hash = ANY (ARRAY(SELECT code_hash FROM email_verifications "
    "WHERE expires_at <= $1 ORDER BY expires_at LIMIT 10 FOR UPDATE SKIP LOCKED))"};
constexpr Query kInsertVerification{
    "accounts.insert_verification",
    "INSERT INTO email_verifications (code_hash, user_id, email_key, expires_at) VALUES ($1, $2, $3, $4)"};
constexpr Query kFindVerification{"accounts.find_verification",
                                  "SELECT user_id, email_key, expires_at FROM email_verifications WHERE "
                                  "code_hash = $1 AND expires_at > $2"};

constexpr Query kForgetOtpRequests{
    "accounts.forget_old_otp_requests",
    "DELETE FROM otp_requests WHERE id IN "
    "(SELECT id FROM otp_requests WHERE requested_at <= $1 ORDER BY requested_at LIMIT 10)",
    "DELETE FROM otp_requests WHERE id = ANY (ARRAY(SELECT id FROM otp_requests WHERE requested_at <= $1 "
    "ORDER BY requested_at LIMIT 10 FOR UPDATE SKIP LOCKED))"};
// Requests for one address take turns, for they are counted. It may be nobody's, so there is no row to lock.
// The embedded engine has one writer, who needs no lock.
constexpr Query kLockEmail{"accounts.lock_email", "SELECT 1",
                           "SELECT count(*) FROM pg_advisory_xact_lock(hashtextextended($1, 0))"};
constexpr Query kInsertOtpRequest{
    "accounts.insert_otp_request",
    "INSERT INTO otp_requests (id, email_key, requested_at) VALUES ($1, $2, $3)"};
constexpr Query kCountOtpRequests{
    "accounts.count_otp_requests",
    "SELECT count(*) FROM otp_requests WHERE email_key = $1 AND requested_at > $2"};
constexpr Query kBeginReset{
    "accounts.begin_reset",
    "INSERT INTO password_resets (user_id, otp_hash, otp_tries, token_hash, expires_at) VALUES ($1, $2, 0, "
    "$3, $4) "
    "ON CONFLICT (user_id) DO UPDATE SET otp_hash = excluded.otp_hash, otp_tries = 0, "
    "token_hash = excluded.token_hash, expires_at = excluded.expires_at"};
constexpr Query kFindReset{"accounts.find_reset",
                           "SELECT otp_hash, otp_tries, token_hash, expires_at FROM password_resets "
                           "WHERE user_id = $1 AND expires_at > $2"};
constexpr Query kLockReset{"accounts.lock_reset",
                           "SELECT otp_hash, otp_tries, token_hash, expires_at FROM password_resets "
                           "WHERE user_id = $1 AND expires_at > $2",
                           "SELECT otp_hash, otp_tries, token_hash, expires_at FROM password_resets "
                           "WHERE user_id = $1 AND expires_at > $2 FOR UPDATE"};
constexpr Query kCountWrongOtp{"accounts.count_wrong_otp",
                               "UPDATE password_resets SET otp_tries = otp_tries + 1 WHERE user_id = $1"};
constexpr Query kEndReset{"accounts.end_reset", "DELETE FROM password_resets WHERE user_id = $1"};
constexpr Query kSpendToken{"accounts.spend_reset_token",
                            "DELETE FROM password_resets WHERE user_id = $1 AND token_hash = $2 AND "
                            "expires_at > $3 RETURNING user_id"};

std::optional<PasswordReset> to_reset(UserId user, const db::Rows& rows) {
    if (rows.empty()) return std::nullopt;
    const db::Row row = rows.front();
    PasswordReset reset{.user = user, .otp_tries = row.int64(1), .expires_at = row.time(3)};
    if (!row.is_null(0)) reset.otp_hash = row.str(0);
    if (!row.is_null(2)) reset.token_hash = row.str(2);
    return reset;
}

}  // namespace

awaitable<> CodeStore::insert(db::Transaction& tx, const EmailVerification& verification) const {
    co_await tx.run(kForgetVerifications, Timestamp::now());
    co_await tx.run(kInsertVerification, verification.code_hash, verification.user, verification.email_key,
                    verification.expires_at);
}

awaitable<std::optional<EmailVerification>> CodeStore::find(db::Session& session,
                                                            std::string_view code_hash) const {
    const db::Rows rows = co_await session.run(kFindVerification, code_hash, Timestamp::now());
    if (rows.empty()) co_return std::nullopt;
    const db::Row row = rows.front();
    co_return EmailVerification{.code_hash = std::string{code_hash},
                                .user = row.id<UserId>(0),
                                .email_key = row.str(1),
                                .expires_at = row.time(2)};
}

awaitable<std::int64_t> CodeStore::count_otp_request(db::Transaction& tx, std::string_view email_key) const {
    const Timestamp now = Timestamp::now();
    const Timestamp hour_ago = now - kHourMs;
    const ObjectId id = ObjectId::make();
    co_await tx.run(kLockEmail, email_key);
    co_await tx.run(kForgetOtpRequests, hour_ago);
    const db::Rows rows = co_await tx.run(kCountOtpRequests, email_key, hour_ago);
    const std::int64_t before = rows.front().int64(0);
    // One that is refused must not lengthen the wait.
    if (before < kMaxOtpRequests) co_await tx.run(kInsertOtpRequest, id, email_key, now);
    co_return before + 1;
}

awaitable<> CodeStore::begin_reset(db::Transaction& tx, const PasswordReset& reset) const {
    co_await tx.run(kBeginReset, reset.user, reset.otp_hash, reset.token_hash, reset.expires_at);
}

awaitable<std::optional<PasswordReset>> CodeStore::find_reset(db::Session& session, UserId user) const {
    const db::Rows rows = co_await session.run(kFindReset, user, Timestamp::now());
    co_return to_reset(user, rows);
}

awaitable<std::optional<PasswordReset>> CodeStore::find_reset_locked(db::Transaction& tx, UserId user) const {
    const db::Rows rows = co_await tx.run(kLockReset, user, Timestamp::now());
    co_return to_reset(user, rows);
}

awaitable<> CodeStore::count_wrong_otp(db::Transaction& tx, UserId user) const {
    co_await tx.run(kCountWrongOtp, user);
}

awaitable<> CodeStore::end_reset(db::Transaction& tx, UserId user) const { co_await tx.run(kEndReset, user); }

awaitable<bool> CodeStore::spend_token(db::Transaction& tx, UserId user, std::string_view token_hash) const {
    const db::Rows rows = co_await tx.run(kSpendToken, user, token_hash, Timestamp::now());
    co_return !rows.empty();
}

}  // namespace haat::accounts
