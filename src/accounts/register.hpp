// Registering, and verifying the e-mail address.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>

#include "accounts/code_store.hpp"
#include "accounts/context.hpp"
#include "accounts/user_store.hpp"
#include "platform/json/decode.hpp"

namespace haat::accounts {

struct RegisterInput {
    std::string name{};
    std::string email{};
    std::string password{};
    std::optional<json::Loose> adminKey{};
    static constexpr std::string_view kRequired[] = {"name", "email", "password"};
    static constexpr json::Rules rules{.required = kRequired,
                                       .incomplete = ErrorCode::registration_incomplete};
};
BOOST_DESCRIBE_STRUCT(RegisterInput, (), (name, email, password, adminKey))

// A user's name has at most 1,024 bytes. Errors: invalid_field.
Result<void> check_name(const std::string& name);

// Sends a verification code to an address, in the transaction that made it the user's: an event of this kind.
awaitable<> send_verification(const Context& context, db::Transaction& tx, std::string_view kind,
                              const User& user);

class Register {
public:
    explicit Register(Context& context) : context_{context} {}

    // address: of the client. Errors: too_many_requests, invalid_email, weak_password, user_exists.
    awaitable<Result<User>> run(const RegisterInput& in, const std::string& address);

private:
    awaitable<Result<User>> insert(db::Transaction& tx, const UserRecord& record);
    bool is_admin_key(const RegisterInput& in, const std::string& client_key);

    Context& context_;
    UserStore users_;
};

class VerifyEmail {
public:
    explicit VerifyEmail(Context& context) : context_{context} {}

    // May be repeated until the code expires. peek: only says whether it would work.
    // Errors: invalid_verification_code.
    awaitable<Result<void>> run(std::string_view code, bool peek);

private:
    awaitable<Result<void>> verify(db::Transaction& tx, const std::string& code_hash);
    awaitable<Result<void>> check(db::Session& session, const std::string& code_hash);

    Context& context_;
    CodeStore codes_;
    UserStore users_;
};

}  // namespace haat::accounts
