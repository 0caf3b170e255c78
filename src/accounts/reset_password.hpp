// A forgotten password: an OTP by mail, a reset token for it, a new password for that.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>

#include "accounts/code_store.hpp"
#include "accounts/context.hpp"
#include "accounts/session_store.hpp"
#include "accounts/user_store.hpp"
#include "platform/json/decode.hpp"

namespace haat::accounts {

struct ForgetPasswordInput {
    std::string email{};
    static constexpr std::string_view kRequired[] = {"email"};
    static constexpr json::Rules rules{.required = kRequired, .incomplete = ErrorCode::email_required};
};
BOOST_DESCRIBE_STRUCT(ForgetPasswordInput, (), (email))

struct VerifyOtpInput {
    std::string email{};
    json::Loose otp{};
    static constexpr std::string_view kRequired[] = {"email", "otp"};
    static constexpr json::Rules rules{
        .required = kRequired, .incomplete = ErrorCode::otp_incomplete, .falsy = json::Falsy::value};
};
BOOST_DESCRIBE_STRUCT(VerifyOtpInput, (), (email, otp))

struct ResetPasswordInput {
    std::optional<json::Loose> email{};
    std::optional<json::Loose> newPassword{};
    static constexpr json::Rules rules{};
};
BOOST_DESCRIBE_STRUCT(ResetPasswordInput, (), (email, newPassword))

class ResetPassword {
public:
    explicit ResetPassword(Context& context) : context_{context} {}

    // Mails an OTP, if somebody active has the address; says nothing of whether. Errors: too_many_requests.
    awaitable<Result<void>> request(const ForgetPasswordInput& in, const std::string& address);

    // The reset token that the OTP buys. Errors: invalid_otp, for everything that is wrong.
    awaitable<Result<std::string>> verify_otp(const VerifyOtpInput& in);

    // All sessions end, and the owner is told. Errors, in this order: reset_incomplete,
    // invalid_reset_token, new_password_required, weak_password.
    awaitable<Result<void>> reset(std::string_view reset_token, const ResetPasswordInput& in);

private:
    awaitable<Result<std::int64_t>> send_otp(db::Transaction& tx, const std::string& email);
    // The token; nullopt for a wrong OTP, whose count must be committed.
    awaitable<Result<std::optional<std::string>>> exchange(db::Transaction& tx, const VerifyOtpInput& in);
    awaitable<std::optional<UserRecord>> owner_of(db::Session& session, const std::string& email,
                                                  const std::string& token_hash);
    awaitable<Result<void>> change(db::Transaction& tx, const UserRecord& record,
                                   const std::string& token_hash, const std::string& password_hash);
    [[nodiscard]] std::string hash_otp(UserId user, std::string_view otp) const;

    Context& context_;
    UserStore users_;
    CodeStore codes_;
    SessionStore sessions_;
};

}  // namespace haat::accounts
