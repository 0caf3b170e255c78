#include "accounts/cookies.hpp"
#include "accounts/http.hpp"
#include "platform/http/endpoint.hpp"

namespace haat::accounts {
namespace {

using http::BodyKind;
using http::Endpoint;
using http::Request;
using http::Response;

struct ResetToken {
    std::string resetToken{};
};
BOOST_DESCRIBE_STRUCT(ResetToken, (), (resetToken))

struct OtpAnswer {
    std::string_view message = "OTP verified successfully";
    bool success = true;
    bool error = false;
    ResetToken data{};
};
BOOST_DESCRIBE_STRUCT(OtpAnswer, (), (message, success, error, data))

}  // namespace

Endpoint PasswordHttp::forget_password() {
    return {.name = "forget_password",
            .summary = "Mails a code with which a new password can be set",
            .tag = kTag,
            .body = BodyKind::json,
            .input = json::input_schema<ForgetPasswordInput>,
            .answer = json::answer_schema<DoneAnswer>,
            .errors = {ErrorCode::email_required, ErrorCode::invalid_field},
            .example = R"({"email":"asha@example.com"})",
            .handle = http::bind(this, &PasswordHttp::handle_forget_password)};
}

Endpoint PasswordHttp::verify_otp() {
    return {.name = "verify_otp",
            .summary = "Exchanges the mailed code for a reset token, in the answer and as a cookie",
            .tag = kTag,
            .body = BodyKind::json,
            .input = json::input_schema<VerifyOtpInput>,
            .answer = json::answer_schema<OtpAnswer>,
            .errors = {ErrorCode::otp_incomplete, ErrorCode::invalid_field, ErrorCode::invalid_otp},
            .example = R"({"email":"asha@example.com","otp":"000000"})",
            .handle = http::bind(this, &PasswordHttp::handle_verify_otp)};
}

Endpoint PasswordHttp::reset_password() {
    return {.name = "reset_password",
            .summary = "Sets a new password by the cookie resetToken; ends all sessions",
            .tag = kTag,
            .body = BodyKind::json,
            .input = json::input_schema<ResetPasswordInput>,
            .answer = json::answer_schema<DoneAnswer>,
            .errors = {ErrorCode::reset_incomplete, ErrorCode::invalid_reset_token,
                       ErrorCode::new_password_required, ErrorCode::invalid_field, ErrorCode::weak_password},
            .example = R"({"email":"asha@example.com","newPassword":"another long pass phrase"})",
            .cookie_credential = kResetCookie,
            .handle = http::bind(this, &PasswordHttp::handle_reset_password)};
}

awaitable<Response> PasswordHttp::handle_forget_password(Request& request) {
    const auto input = json::decode<ForgetPasswordInput>(request.body);
    if (!input) co_return input.error();
    const auto requested = co_await reset_.request(*input, request.client_address);
    if (!requested) co_return requested.error();
    co_return http::reply(200, DoneAnswer{.message = "OTP sent to your email"});
}

awaitable<Response> PasswordHttp::handle_verify_otp(Request& request) {
    const auto input = json::decode<VerifyOtpInput>(request.body);
    if (!input) co_return input.error();
    auto token = co_await reset_.verify_otp(*input);
    if (!token) co_return token.error();
    Response response = http::reply(200, OtpAnswer{.data = {*token}});
    set_cookie_for(response, kResetCookie, *token, kResetTokenTtlMs / kSecondMs);
    co_return response;
}

awaitable<Response> PasswordHttp::handle_reset_password(Request& request) {
    const auto input = json::decode<ResetPasswordInput>(request.body);
    if (!input) co_return input.error();
    const std::string_view token = request.cookie(kResetCookie).value_or("");
    const auto reset = co_await reset_.reset(token, *input);
    if (!reset) co_return reset.error();
    Response response = http::reply(200, DoneAnswer{.message = "Password reset successful"});
    clear_cookie(response, kResetCookie);
    co_return response;
}

}  // namespace haat::accounts
