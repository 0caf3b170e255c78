#include "accounts/reset_password.hpp"

#include "accounts/email.hpp"
#include "accounts/events.hpp"
#include "accounts/passwords.hpp"
#include "accounts/sit_out.hpp"
#include "platform/crypto/hash.hpp"
#include "platform/crypto/password_rules.hpp"
#include "platform/crypto/random.hpp"
#include "platform/http/pipeline/client_address.hpp"

namespace haat::accounts {
namespace {

constexpr std::size_t kOtpDigits = 6;

// A number lost its leading zeros.
std::string padded(std::string otp) {
    if (otp.size() < kOtpDigits) otp.insert(0, kOtpDigits - otp.size(), '0');
    return otp;
}

}  // namespace

// Bound to its user: six digits alone would be found by trying all of them.
std::string ResetPassword::hash_otp(UserId user, std::string_view otp) const {
    std::string text = user.str();
    text += ':';
    text += otp;
    return crypto::hmac_sha256_hex(context_.options.otp_key.reveal(), text);
}

awaitable<Result<void>> ResetPassword::request(const ForgetPasswordInput& in, const std::string& address) {
    const std::int64_t began_ms = steady_ms();
    Attempt by_client{context_.limits.mails, http::limit_key(address)};
    if (auto error = too_many(context_, by_client.wait_s())) co_return std::unexpected{std::move(*error)};
    auto body = [&](db::Transaction& tx) { return send_otp(tx, in.email); };
    const auto requests = co_await context_.db.transact(body);
    by_client.stands();
    if (!requests) co_return std::unexpected{requests.error()};
    co_await sit_out(began_ms, context_.options.password_reset_ms);
    if (*requests > kMaxOtpRequests) {
        if (auto error = too_many(context_, static_cast<int>(kHourMs / kSecondMs))) {
            co_return std::unexpected{std::move(*error)};
        }
    }
    co_return Result<void>{};
}

// How many asked within the hour, this one included. The row that counts is written for every address, so
// that others' limits tell nothing either.
awaitable<Result<std::int64_t>> ResetPassword::send_otp(db::Transaction& tx, const std::string& email) {
    const std::string key = email_key(email);
    const std::int64_t requests = co_await codes_.count_otp_request(tx, key);
    const bool limited = context_.options.rate_limits && requests > kMaxOtpRequests;
    const auto found = co_await users_.find_by_email(tx, email);
    if (limited || !found) co_return requests;
    // The address may have become another's meanwhile, or nobody's.
    const auto record = co_await users_.find_locked(tx, found->id());
    if (!record || !record->is_active() || email_key(record->user.fields.email) != key) co_return requests;
    const std::string otp = crypto::six_digit_otp();
    const PasswordReset reset{.user = record->id(),
                              .otp_hash = hash_otp(record->id(), otp),
                              .token_hash = std::nullopt,
                              .expires_at = Timestamp::now() + kOtpTtlMs};
    co_await codes_.begin_reset(tx, reset);
    const std::string payload = user_event(record->user.fields, "otp", otp);
    co_await context_.outbox.publish(tx, event::kOtpRequested, payload);
    co_return requests;
}

awaitable<Result<std::string>> ResetPassword::verify_otp(const VerifyOtpInput& in) {
    const std::int64_t began_ms = steady_ms();
    auto body = [&](db::Transaction& tx) { return exchange(tx, in); };
    auto exchanged = co_await context_.db.transact(body);
    if (!exchanged) co_return std::unexpected{exchanged.error()};
    std::optional<std::string>& token = *exchanged;
    if (!token) {
        co_await sit_out(began_ms, context_.options.password_reset_ms);
        co_return fail(ErrorCode::invalid_otp);
    }
    co_return std::move(*token);
}

awaitable<Result<std::optional<std::string>>> ResetPassword::exchange(db::Transaction& tx,
                                                                      const VerifyOtpInput& in) {
    const std::optional<std::string> wrong;
    const auto record = co_await users_.find_by_email(tx, in.email);
    if (!record || !record->is_active()) co_return wrong;
    const auto reset = co_await codes_.find_reset_locked(tx, record->id());
    if (!reset || !reset->otp_hash) co_return wrong;
    const std::string hash = hash_otp(record->id(), in.otp.valid ? padded(in.otp.text) : "");
    if (!crypto::constant_time_equal(hash, *reset->otp_hash)) {
        const bool was_last_try = reset->otp_tries + 1 >= kMaxOtpTries;
        if (was_last_try) {
            co_await codes_.end_reset(tx, record->id());
        } else {
            co_await codes_.count_wrong_otp(tx, record->id());
        }
        co_return wrong;
    }
    std::string token = crypto::random_token();
    const PasswordReset next{.user = record->id(),
                             .otp_hash = std::nullopt,
                             .token_hash = crypto::sha256_hex(token),
                             .expires_at = Timestamp::now() + kResetTokenTtlMs};
    co_await codes_.begin_reset(tx, next);
    co_return std::optional{std::move(token)};
}

awaitable<std::optional<UserRecord>> ResetPassword::owner_of(db::Session& session, const std::string& email,
                                                             const std::string& token_hash) {
    auto record = co_await users_.find_by_email(session, email);
    if (!record || !record->is_active()) co_return std::nullopt;
    const auto reset = co_await codes_.find_reset(session, record->id());
    if (!reset || reset->token_hash != token_hash) co_return std::nullopt;
    co_return record;
}

awaitable<Result<void>> ResetPassword::reset(std::string_view reset_token, const ResetPasswordInput& in) {
    if (reset_token.empty() || !in.email) co_return fail(ErrorCode::reset_incomplete);
    const std::string token_hash = crypto::sha256_hex(reset_token);
    auto find = [&](db::Session& session) { return owner_of(session, in.email->text, token_hash); };
    const auto record = co_await context_.db.read(find);
    if (!record) co_return fail(ErrorCode::invalid_reset_token);
    if (!in.newPassword) co_return fail(ErrorCode::new_password_required, "newPassword");
    if (!in.newPassword->valid) co_return std::unexpected{json::wrong_type("newPassword", "text")};
    if (auto reason = crypto::check_new_password(in.newPassword->text)) {
        co_return fail(ErrorCode::weak_password, "newPassword", std::move(*reason));
    }
    const std::string password_hash = co_await hash_password(context_.hashing, in.newPassword->text);
    auto body = [&](db::Transaction& tx) { return change(tx, *record, token_hash, password_hash); };
    co_return co_await context_.db.transact(body);
}

awaitable<Result<void>> ResetPassword::change(db::Transaction& tx, const UserRecord& record,
                                              const std::string& token_hash,
                                              const std::string& password_hash) {
    // The user first, as whoever changes an e-mail or a password does.
    const auto locked = co_await users_.find_locked(tx, record.id());
    if (!locked) co_return fail(ErrorCode::invalid_reset_token);
    const bool spent = co_await codes_.spend_token(tx, record.id(), token_hash);
    if (!spent) co_return fail(ErrorCode::invalid_reset_token);
    const UserChanges changes{.password_hash = password_hash};
    const auto updated = co_await users_.update(tx, record.id(), changes);
    if (!updated) co_return std::unexpected{updated.error()};
    co_await sessions_.end_all(tx, record.id());
    const std::string payload = user_event(record.user.fields);
    co_await context_.outbox.publish(tx, event::kPasswordReset, payload);
    tx.touch(context_.users, record.id().text());
    co_return Result<void>{};
}

}  // namespace haat::accounts
