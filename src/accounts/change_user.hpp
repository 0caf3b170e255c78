// What a user changes about the account, and what an administrator does about others.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "accounts/code_store.hpp"
#include "accounts/context.hpp"
#include "accounts/session_store.hpp"
#include "accounts/user_store.hpp"
#include "platform/http/request.hpp"
#include "platform/json/decode.hpp"

namespace haat::accounts {

struct UpdateUserInput {
    std::optional<std::string> name{};
    std::optional<std::string> email{};
    std::optional<std::int64_t> mobile{};
    std::optional<std::string> password{};
    std::optional<std::string> currentPassword{};
    static constexpr json::Rules rules{};
};
BOOST_DESCRIBE_STRUCT(UpdateUserInput, (), (name, email, mobile, password, currentPassword))

struct MakeAdminInput {
    std::string email{};
    static constexpr std::string_view kRequired[] = {"email"};
    static constexpr json::Rules rules{.required = kRequired, .incomplete = ErrorCode::email_required};
};
BOOST_DESCRIBE_STRUCT(MakeAdminInput, (), (email))

struct PromotedUser {
    std::string email{};
    std::string role{kAdmin};
};
BOOST_DESCRIBE_STRUCT(PromotedUser, (), (email, role))

class UpdateUser {
public:
    explicit UpdateUser(Context& context) : context_{context} {}

    // A new e-mail address is unverified, and both addresses are told, a few times an hour; a new password
    // ends the other sessions. Either ends a password reset that is under way, and needs a fresh login
    // (kFreshLoginMs), or currentPassword right. address: of the client.
    // Errors, in this order: invalid_email, reauthentication_required, too_many_requests, email_in_use,
    // weak_password, invalid_field; invalid_token when the session ended meanwhile.
    awaitable<Result<void>> run(const http::Principal& caller, const UpdateUserInput& in,
                                const std::string& address);

private:
    awaitable<Result<void>> check_and_change(const http::Principal& caller, const UserRecord& record,
                                             const UpdateUserInput& in);
    static Result<void> check(const UpdateUserInput& in);
    awaitable<Result<void>> reauthenticate(const http::Principal& caller, const UserRecord& record,
                                           const UpdateUserInput& in);
    awaitable<Result<void>> check_again(db::Transaction& tx, const http::Principal& caller,
                                        const UserRecord& before);
    awaitable<Result<void>> change(db::Transaction& tx, const http::Principal& caller,
                                   const UserRecord& before, const UserChanges& changes);

    Context& context_;
    UserStore users_;
    SessionStore sessions_;
    CodeStore codes_;
};

class SetAvatar {
public:
    explicit SetAvatar(Context& context) : context_{context} {}
    awaitable<Result<void>> run(UserId user, std::string_view url);

private:
    awaitable<Result<void>> set(db::Transaction& tx, UserId user, std::string_view url);

    Context& context_;
    UserStore users_;
};

class MakeAdmin {
public:
    explicit MakeAdmin(Context& context) : context_{context} {}

    // May be repeated. The user's sessions end when the role changes. Errors: user_not_found.
    awaitable<Result<PromotedUser>> run(std::string_view email);

private:
    awaitable<Result<PromotedUser>> promote(db::Transaction& tx, std::string_view email);

    Context& context_;
    UserStore users_;
    SessionStore sessions_;
};

}  // namespace haat::accounts
