#include "accounts/log_in.hpp"

#include "accounts/email.hpp"
#include "accounts/passwords.hpp"
#include "accounts/sit_out.hpp"
#include "platform/http/pipeline/client_address.hpp"
#include "platform/observe/log.hpp"

namespace haat::accounts {
namespace {

constexpr std::size_t kMaxUserAgentBytes = 256;

// Its own user agent is the client's free text: cut, and never in the middle of a character.
std::string shortened(std::string_view text) {
    std::size_t length = std::min(text.size(), kMaxUserAgentBytes);
    while (length > 0 && length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80)
        --length;
    const std::string_view cut = text.substr(0, length);
    return http::is_utf8(cut) ? std::string{cut} : std::string{};
}

crypto::Claims claims_of(const Session& session, Timestamp expires_at, std::int64_t generation) {
    return {.user_id = session.user,
            .session_id = session.id,
            .issued_at = Timestamp::now(),
            .expires_at = std::min(expires_at, session.expires_at),
            .authenticated_at = {},
            .generation = generation};
}

}  // namespace

std::string sign_access_token(const Context& context, const Session& session) {
    const Timestamp expires_at = Timestamp::now() + context.options.access_ttl_ms;
    return context.access_tokens.sign(claims_of(session, expires_at, 0));
}

std::string sign_refresh_token(const Context& context, const Session& session, std::int64_t generation) {
    return context.refresh_tokens.sign(claims_of(session, session.expires_at, generation));
}

awaitable<Result<Tokens>> LogIn::run(const LoginInput& in, const Client& client) {
    const std::int64_t began_ms = steady_ms();
    // A flood must not keep the database busy, too.
    if (context_.hashing.is_full()) co_return std::unexpected{retry_after(1, ErrorCode::overloaded)};
    const std::string key = email_key(in.email);
    Attempt by_client{context_.limits.address_failures, http::limit_key(client.address)};
    if (auto error = too_many(context_, by_client.wait_s())) co_return std::unexpected{std::move(*error)};
    // Guessers are stopped; the owner is not locked out, who comes with the right password from where he
    // logged in before.
    Attempt on_account{context_.limits.account_failures, key};
    const auto limited = too_many(context_, on_account.wait_s());
    if (limited) {
        const bool known = co_await is_known(key, client);
        if (!known) {
            co_await sit_out(began_ms, context_.options.failed_login_ms);
            co_return std::unexpected{*limited};
        }
    }
    auto find = [&](db::Session& session) { return users_.find_by_email(session, in.email); };
    const auto record = co_await context_.db.read_one(find);
    const UserRecord* owner = record && record->is_active() ? &*record : nullptr;
    const std::string hash = owner != nullptr ? owner->password_hash : std::string{crypto::dummy_hash()};
    const auto checked = co_await verify_password(context_.hashing, hash, in.password);
    on_account.stands();
    if (owner == nullptr || checked == crypto::PasswordCheck::wrong) {
        by_client.stands();
        co_await sit_out(began_ms, context_.options.failed_login_ms);
        co_return std::unexpected{limited.value_or(Error{ErrorCode::invalid_credentials})};
    }
    by_client.take_back();
    context_.limits.account_failures.forget(key);
    if (context_.options.require_verified_email && !owner->user.fields.verify_email) {
        co_return fail(ErrorCode::email_not_verified);
    }
    std::optional<std::string> new_hash;
    if (checked == crypto::PasswordCheck::right_needs_rehash) {
        new_hash = co_await hash_password(context_.hashing, in.password);
    }
    auto body = [&](db::Transaction& tx) { return begin_session(tx, *owner, client, new_hash); };
    const auto session = co_await context_.db.transact(body);
    // Another login of the same user replaced the outdated hash meanwhile: the new one counts. It is not
    // outdated, so this happens once.
    if (!session && new_hash) co_return co_await run(in, client);
    if (!session) co_return std::unexpected{session.error()};
    co_return Tokens{.accessToken = sign_access_token(context_, *session),
                     .refreshToken = sign_refresh_token(context_, *session, session->generation)};
}

awaitable<bool> LogIn::is_known(const std::string& key, const Client& client) {
    auto find = [&](db::Session& session) { return users_.find_by_email(session, key); };
    const auto record = co_await context_.db.read_one(find);
    if (!record) co_return false;
    auto known = [&](db::Session& session) {
        return sessions_.is_known_address(session, record->id(), client.address);
    };
    co_return co_await context_.db.read_one(known);
}

awaitable<Result<Session>> LogIn::begin_session(db::Transaction& tx, const UserRecord& record,
                                                const Client& client,
                                                const std::optional<std::string>& new_hash) {
    const Timestamp now = Timestamp::now();
    Session session{.id = SessionId::make(),
                    .user = record.id(),
                    .created_at = now,
                    .last_used_at = now,
                    .expires_at = now + context_.options.refresh_ttl_ms,
                    .address = client.address,
                    .user_agent = shortened(client.user_agent),
                    .rotated_at = now};
    // What was checked may have changed while the password was hashed.
    const auto current = co_await users_.find_locked(tx, record.id());
    if (!current || !current->is_active() || current->password_hash != record.password_hash) {
        co_return fail(ErrorCode::invalid_credentials);
    }
    co_await sessions_.insert(tx, session);
    co_await users_.logged_in(tx, record.id(), new_hash);
    tx.touch(context_.profiles, record.id().text());
    co_return session;
}

awaitable<Result<Tokens>> RefreshSession::run(std::string_view refresh_token, bool rotate) {
    const auto claims = context_.refresh_tokens.verify(refresh_token, Timestamp::now());
    if (!claims) co_return fail(ErrorCode::invalid_refresh_token);
    auto body = [&](db::Transaction& tx) { return renew(tx, *claims, rotate); };
    auto renewed = co_await context_.db.transact(body);
    if (!renewed) co_return std::unexpected{renewed.error()};
    std::optional<Tokens>& tokens = *renewed;
    if (!tokens) {
        observe::log_warn("refresh_token_replayed",
                          {{"user", claims->user_id.str()}, {"session", claims->session_id.str()}});
        co_return fail(ErrorCode::invalid_refresh_token);
    }
    co_return std::move(*tokens);
}

awaitable<Result<std::optional<Tokens>>> RefreshSession::renew(db::Transaction& tx,
                                                               const crypto::Claims& claims, bool rotate) {
    const auto live = co_await sessions_.find_live(tx, claims.session_id, claims.user_id);
    if (!live) co_return fail(ErrorCode::invalid_refresh_token);
    const auto session = co_await sessions_.find_locked(tx, claims.session_id);
    if (!session) co_return fail(ErrorCode::invalid_refresh_token);

    const bool is_current = claims.generation == session->generation;
    const bool is_just_replaced = claims.generation + 1 == session->generation &&
                                  Timestamp::now() <= session->rotated_at + kRefreshGraceMs;
    if (!is_current && !is_just_replaced) {
        co_await sessions_.end(tx, session->id, session->user);
        tx.touch(context_.users, session->user.text());
        co_return std::optional<Tokens>{};
    }
    Tokens tokens{.accessToken = sign_access_token(context_, *session)};
    if (rotate) {
        if (is_current) co_await sessions_.rotate(tx, session->id, session->generation);
        tokens.refreshToken = sign_refresh_token(context_, *session, claims.generation + 1);
    } else {
        co_await sessions_.used(tx, session->id);
    }
    co_return std::optional{std::move(tokens)};
}

awaitable<Result<void>> LogOut::run(UserId user, SessionId session) {
    auto body = [&](db::Transaction& tx) { return end(tx, user, session); };
    co_return co_await context_.db.transact(body);
}

awaitable<Result<void>> LogOut::end(db::Transaction& tx, UserId user, SessionId session) {
    const bool ended = co_await sessions_.end(tx, session, user);
    if (!ended) co_return fail(ErrorCode::session_not_found);
    tx.touch(context_.users, user.text());
    co_return Result<void>{};
}

}  // namespace haat::accounts
