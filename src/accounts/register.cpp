#include "accounts/register.hpp"

#include "accounts/email.hpp"
#include "accounts/events.hpp"
#include "accounts/passwords.hpp"
#include "platform/crypto/hash.hpp"
#include "platform/crypto/password_rules.hpp"
#include "platform/crypto/random.hpp"
#include "platform/http/pipeline/client_address.hpp"

namespace haat::accounts {
namespace {

constexpr std::size_t kMaxNameBytes = 1'024;

}  // namespace

Result<void> check_name(const std::string& name) {
    if (name.size() > kMaxNameBytes) return std::unexpected{json::too_long("name", kMaxNameBytes)};
    return {};
}

awaitable<> send_verification(const Context& context, db::Transaction& tx, std::string_view kind,
                              const User& user) {
    const std::string code = crypto::random_token();
    const EmailVerification verification{.code_hash = crypto::sha256_hex(code),
                                         .user = UserId{user.id},
                                         .email_key = email_key(user.fields.email),
                                         .expires_at = Timestamp::now() + kVerificationTtlMs};
    const CodeStore codes;
    co_await codes.insert(tx, verification);
    const std::string payload = verification_event(user.fields, code);
    co_await context.outbox.publish(tx, kind, payload);
}

awaitable<Result<User>> Register::run(const RegisterInput& in, const std::string& address) {
    if (!is_email(in.email)) co_return fail(ErrorCode::invalid_email, "email");
    if (auto named = check_name(in.name); !named) co_return std::unexpected{std::move(named.error())};
    if (auto reason = crypto::check_new_password(in.password)) {
        co_return fail(ErrorCode::weak_password, "password", std::move(*reason));
    }
    const std::string client_key = http::limit_key(address);
    Attempt by_client{context_.limits.registrations, client_key};
    if (auto error = too_many(context_, by_client.wait_s())) co_return std::unexpected{std::move(*error)};
    UserRecord record;
    record.user.id = UserId::make();
    record.user.fields.name = in.name;
    record.user.fields.email = in.email;
    if (is_admin_key(in, client_key)) record.user.fields.role = kAdmin;
    record.password_hash = co_await hash_password(context_.hashing, in.password);
    record.user.created_at = record.user.updated_at = Timestamp::now();
    auto body = [&](db::Transaction& tx) { return insert(tx, record); };
    auto registered = co_await context_.db.transact(body);
    by_client.stands();
    co_return registered;
}

// A wrong key is ignored, as the former backend did; too many of them make the right one wrong as well.
bool Register::is_admin_key(const RegisterInput& in, const std::string& client_key) {
    if (context_.options.admin_key.empty() || !in.adminKey) return false;
    if (context_.options.rate_limits && context_.limits.admin_keys.wait_s(client_key) > 0) return false;
    if (in.adminKey->valid &&
        crypto::constant_time_equal(in.adminKey->text, context_.options.admin_key.reveal())) {
        return true;
    }
    context_.limits.admin_keys.count(client_key);
    return false;
}

awaitable<Result<User>> Register::insert(db::Transaction& tx, const UserRecord& record) {
    const auto inserted = co_await users_.insert(tx, record);
    if (!inserted) co_return std::unexpected{inserted.error()};
    co_await send_verification(context_, tx, event::kRegistered, record.user);
    co_return record.user;
}

awaitable<Result<void>> VerifyEmail::run(std::string_view code, bool peek) {
    const std::string code_hash = crypto::sha256_hex(code);
    if (peek) {
        auto look = [&](db::Session& session) { return check(session, code_hash); };
        co_return co_await context_.db.read(look);
    }
    auto body = [&](db::Transaction& tx) { return verify(tx, code_hash); };
    co_return co_await context_.db.transact(body);
}

awaitable<Result<void>> VerifyEmail::check(db::Session& session, const std::string& code_hash) {
    const auto verification = co_await codes_.find(session, code_hash);
    if (!verification) co_return fail(ErrorCode::invalid_verification_code);
    const auto record = co_await users_.find(session, verification->user);
    // A code proves the address that it was sent to, not one that took its place.
    if (!record || email_key(record->user.fields.email) != verification->email_key) {
        co_return fail(ErrorCode::invalid_verification_code);
    }
    co_return Result<void>{};
}

awaitable<Result<void>> VerifyEmail::verify(db::Transaction& tx, const std::string& code_hash) {
    const auto verification = co_await codes_.find(tx, code_hash);
    if (!verification) co_return fail(ErrorCode::invalid_verification_code);
    const bool verified = co_await users_.verify_email(tx, verification->user, verification->email_key);
    if (!verified) co_return fail(ErrorCode::invalid_verification_code);
    tx.touch(context_.users, verification->user.text());
    co_return Result<void>{};
}

}  // namespace haat::accounts
