// Logging in and out, and keeping a session going.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>

#include "accounts/context.hpp"
#include "accounts/session_store.hpp"
#include "accounts/user_store.hpp"
#include "platform/crypto/password.hpp"
#include "platform/http/request.hpp"
#include "platform/json/decode.hpp"

namespace haat::accounts {

struct LoginInput {
    std::string email{};
    std::string password{};
    static constexpr std::string_view kRequired[] = {"email", "password"};
    static constexpr json::Rules rules{.required = kRequired, .incomplete = ErrorCode::login_incomplete};
};
BOOST_DESCRIBE_STRUCT(LoginInput, (), (email, password))

struct Tokens {
    std::string accessToken{};
    std::string refreshToken{};
};
BOOST_DESCRIBE_STRUCT(Tokens, (), (accessToken, refreshToken))

// Where a login comes from.
struct Client {
    std::string address{};
    std::string user_agent{};
};

std::string sign_access_token(const Context& context, const Session& session);
std::string sign_refresh_token(const Context& context, const Session& session, std::int64_t generation);

class LogIn {
public:
    explicit LogIn(Context& context) : context_{context} {}

    // A failure takes the same time whatever is wrong (AccountOptions::failed_login_ms). Errors:
    // too_many_requests, invalid_credentials (for everything that is wrong), email_not_verified; overloaded
    // when too many hashes wait.
    awaitable<Result<Tokens>> run(const LoginInput& in, const Client& client);

private:
    // Whether the account's owner logged in from there before.
    awaitable<bool> is_known(const std::string& key, const Client& client);
    awaitable<Result<Session>> begin_session(db::Transaction& tx, const UserRecord& record,
                                             const Client& client,
                                             const std::optional<std::string>& new_hash);

    Context& context_;
    UserStore users_;
    SessionStore sessions_;
};

class RefreshSession {
public:
    explicit RefreshSession(Context& context) : context_{context} {}

    // rotate: a new refresh token takes the place of this one, which stays good for kRefreshGraceMs, so
    // that two tabs do not log each other out. A token that was replaced before that is a stolen one, or its
    // owner's after a theft: the session ends. refreshToken is empty unless it was rotated.
    // Errors: invalid_refresh_token.
    awaitable<Result<Tokens>> run(std::string_view refresh_token, bool rotate);

private:
    // nullopt: a replay; the session was ended, and that is what is committed.
    awaitable<Result<std::optional<Tokens>>> renew(db::Transaction& tx, const crypto::Claims& claims,
                                                   bool rotate);

    Context& context_;
    SessionStore sessions_;
};

class LogOut {
public:
    explicit LogOut(Context& context) : context_{context} {}

    // Errors: session_not_found.
    awaitable<Result<void>> run(UserId user, SessionId session);

private:
    awaitable<Result<void>> end(db::Transaction& tx, UserId user, SessionId session);

    Context& context_;
    SessionStore sessions_;
};

}  // namespace haat::accounts
