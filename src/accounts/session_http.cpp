#include "accounts/access.hpp"
#include "accounts/cookies.hpp"
#include "accounts/http.hpp"
#include "platform/http/endpoint.hpp"

namespace haat::accounts {
namespace {

using http::BodyKind;
using http::DataAnswer;
using http::Endpoint;
using http::Request;
using http::Response;

struct NewAccessToken {
    std::string accessToken{};
};
BOOST_DESCRIBE_STRUCT(NewAccessToken, (), (accessToken))

// The order of keys that verify-user has.
struct VerifiedAnswer {
    bool success = true;
    std::string_view message = "Email Verificaton Successful";  // sic: clients compare it
    bool error = false;
};
BOOST_DESCRIBE_STRUCT(VerifiedAnswer, (), (success, message, error))

struct SessionView {
    SessionId id{};
    Timestamp createdAt{};
    Timestamp lastUsedAt{};
    std::string address{};
    std::string userAgent{};
    bool current = false;
};
BOOST_DESCRIBE_STRUCT(SessionView, (), (id, createdAt, lastUsedAt, address, userAgent, current))

Client client_of(const Request& request) {
    return {.address = request.client_address,
            .user_agent = std::string{request.header("user-agent").value_or("")}};
}

}  // namespace

Endpoint SessionHttp::register_user() {
    return {.name = "register_user",
            .summary = "Registers a user and mails a verification link",
            .tag = kTag,
            .body = BodyKind::json,
            .input = json::input_schema<RegisterInput>,
            .answer = json::answer_schema<AccountAnswer<json::Created<UserFields>>>,
            .errors = {ErrorCode::registration_incomplete, ErrorCode::invalid_field, ErrorCode::invalid_email,
                       ErrorCode::weak_password, ErrorCode::user_exists},
            .example = R"({"name":"Asha","email":"asha@example.com","password":"a long pass phrase"})",
            .handle = http::bind(this, &SessionHttp::handle_register)};
}

Endpoint SessionHttp::log_in() {
    return {.name = "log_in",
            .summary = "Begins a session: two tokens, in the answer and as cookies",
            .tag = kTag,
            .body = BodyKind::json,
            .input = json::input_schema<LoginInput>,
            .answer = json::answer_schema<AccountAnswer<Tokens>>,
            .errors = {ErrorCode::login_incomplete, ErrorCode::invalid_field, ErrorCode::invalid_credentials,
                       ErrorCode::email_not_verified},
            .example = R"({"email":"asha@example.com","password":"a long pass phrase"})",
            .handle = http::bind(this, &SessionHttp::handle_log_in)};
}

Endpoint SessionHttp::verify_email() {
    return {.name = "verify_email",
            .summary = "Verifies an e-mail address by the code that was mailed to it",
            .tag = kTag,
            .answer = json::answer_schema<VerifiedAnswer>,
            .query = {{"code", "from the mail", true}},
            .errors = {ErrorCode::invalid_verification_code},
            .changes_state_on_get = true,
            .handle = http::bind(this, &SessionHttp::handle_verify_email)};
}

Endpoint SessionHttp::log_out() {
    return {.name = "log_out",
            .summary = "Ends the session and clears the cookies",
            .tag = kTag,
            .answer = json::answer_schema<DoneAnswer>,
            .changes_state_on_get = true,
            .handle = http::bind(this, &SessionHttp::handle_log_out)};
}

Endpoint SessionHttp::log_out_post() {
    Endpoint endpoint = log_out();
    endpoint.name = "log_out_post";
    return endpoint;
}

Endpoint SessionHttp::refresh_token() {
    return {.name = "refresh_token",
            .summary = "A new access token for a refresh token, which is rotated when it is the cookie's",
            .tag = kTag,
            .answer = json::answer_schema<AccountAnswer<NewAccessToken>>,
            .errors = {ErrorCode::missing_refresh_token, ErrorCode::invalid_refresh_token},
            .cookie_credential = kRefreshCookie,
            .handle = http::bind(this, &SessionHttp::handle_refresh_token)};
}

Endpoint SessionHttp::list_sessions() {
    return {.name = "list_sessions",
            .summary = "The caller's live sessions, newest first",
            .tag = kTag,
            .answer = json::answer_schema<DataAnswer<std::vector<SessionView>>>,
            .handle = http::bind(this, &SessionHttp::handle_list_sessions)};
}

Endpoint SessionHttp::end_session() {
    return {.name = "end_session",
            .summary = "Ends one of the caller's sessions",
            .tag = kTag,
            .answer = json::answer_schema<DoneAnswer>,
            .errors = {ErrorCode::session_not_found},
            .handle = http::bind(this, &SessionHttp::handle_end_session)};
}

awaitable<Response> SessionHttp::handle_register(Request& request) {
    const auto input = json::decode<RegisterInput>(request.body);
    if (!input) co_return input.error();
    auto user = co_await register_.run(*input, request.client_address);
    if (!user) co_return user.error();
    co_return http::reply(200, AccountAnswer<json::Created<UserFields>>{
                                   .message = "User register successfully", .data = {std::move(*user)}});
}

awaitable<Response> SessionHttp::handle_log_in(Request& request) {
    const auto input = json::decode<LoginInput>(request.body);
    if (!input) co_return input.error();
    const Client client = client_of(request);
    auto tokens = co_await log_in_.run(*input, client);
    if (!tokens) co_return tokens.error();
    Response response =
        http::reply(200, AccountAnswer<Tokens>{.message = "Login Successful", .data = *tokens});
    set_cookie(response, kAccessCookie, tokens->accessToken);
    set_cookie(response, kRefreshCookie, tokens->refreshToken);
    co_return response;
}

awaitable<Response> SessionHttp::handle_verify_email(Request& request) {
    const std::string code = request.query_value("code").value_or("");
    const bool peek = request.method == http::Method::head;
    const auto verified = co_await verify_email_.run(code, peek);
    if (!verified) co_return verified.error();
    co_return http::reply(200, VerifiedAnswer{});
}

awaitable<Response> SessionHttp::handle_log_out(Request& request) {
    Response response = http::reply(200, DoneAnswer{.message = "Logout successful"});
    if (request.method == http::Method::head) co_return response;
    const http::Principal caller = request.caller();
    const auto ended = co_await log_out_.run(caller.user, caller.session);
    // Another request may have ended it in the meantime, which is as good.
    if (!ended && ended.error().code != ErrorCode::session_not_found) co_return ended.error();
    clear_cookie(response, kAccessCookie);
    clear_cookie(response, kRefreshCookie);
    co_return response;
}

awaitable<Response> SessionHttp::handle_refresh_token(Request& request) {
    const auto token = presented_token(request, kRefreshCookie);
    if (!token) co_return Error{ErrorCode::missing_refresh_token};
    auto tokens = co_await refresh_.run(token->text, token->by_cookie);
    if (!tokens) co_return tokens.error();
    Response response =
        http::reply(200, AccountAnswer<NewAccessToken>{.message = "New Access token generated",
                                                       .data = {tokens->accessToken}});
    set_cookie(response, kAccessCookie, tokens->accessToken);
    if (token->by_cookie) set_cookie(response, kRefreshCookie, tokens->refreshToken);
    co_return response;
}

awaitable<Response> SessionHttp::handle_list_sessions(Request& request) {
    const http::Principal caller = request.caller();
    auto list = [&](db::Session& session) { return sessions_.list(session, caller.user); };
    const auto sessions = co_await context_.db.read_one(list);
    std::vector<SessionView> views;
    views.reserve(sessions.size());
    for (const Session& session : sessions) {
        views.push_back({.id = session.id,
                         .createdAt = session.created_at,
                         .lastUsedAt = session.last_used_at,
                         .address = session.address,
                         .userAgent = session.user_agent,
                         .current = session.id == caller.session});
    }
    co_return http::reply_data(200, "Sessions fetched", std::move(views));
}

awaitable<Response> SessionHttp::handle_end_session(Request& request) {
    const auto id = SessionId::parse(request.params[0]);
    if (!id) co_return Error{ErrorCode::session_not_found};
    const auto ended = co_await log_out_.run(request.caller().user, *id);
    if (!ended) co_return ended.error();
    co_return http::reply(200, DoneAnswer{.message = "Session ended"});
}

}  // namespace haat::accounts
