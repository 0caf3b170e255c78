// The routes of accounts.
#pragma once

#include "accounts/change_user.hpp"
#include "accounts/log_in.hpp"
#include "accounts/register.hpp"
#include "accounts/reset_password.hpp"
#include "addresses/addresses.hpp"
#include "media/media.hpp"
#include "platform/cache/view_cache.hpp"
#include "platform/http/route.hpp"

namespace haat::accounts {

inline constexpr std::string_view kTag = "User";  // of the routes, in the API's documents

// Logging in and what belongs to it.
class SessionHttp {
public:
    explicit SessionHttp(Context& context)
        : context_{context},
          register_{context},
          verify_email_{context},
          log_in_{context},
          refresh_{context},
          log_out_{context} {}

    http::Endpoint register_user();
    http::Endpoint log_in();
    http::Endpoint verify_email();
    http::Endpoint log_out();       // by GET
    http::Endpoint log_out_post();  // the same by POST
    http::Endpoint refresh_token();
    http::Endpoint list_sessions();
    http::Endpoint end_session();

private:
    awaitable<http::Response> handle_register(http::Request& request);
    awaitable<http::Response> handle_log_in(http::Request& request);
    awaitable<http::Response> handle_verify_email(http::Request& request);
    awaitable<http::Response> handle_log_out(http::Request& request);
    awaitable<http::Response> handle_refresh_token(http::Request& request);
    awaitable<http::Response> handle_list_sessions(http::Request& request);
    awaitable<http::Response> handle_end_session(http::Request& request);

    Context& context_;
    SessionStore sessions_;
    Register register_;
    VerifyEmail verify_email_;
    LogIn log_in_;
    RefreshSession refresh_;
    LogOut log_out_;
};

class PasswordHttp {
public:
    explicit PasswordHttp(Context& context) : reset_{context} {}

    http::Endpoint forget_password();
    http::Endpoint verify_otp();
    http::Endpoint reset_password();

private:
    awaitable<http::Response> handle_forget_password(http::Request& request);
    awaitable<http::Response> handle_verify_otp(http::Request& request);
    awaitable<http::Response> handle_reset_password(http::Request& request);

    ResetPassword reset_;
};

class UserHttp {
public:
    UserHttp(Context& context, const addresses::Addresses& addresses, media::Media& media)
        : context_{context},
          addresses_{addresses},
          media_{media},
          update_{context},
          avatar_{context},
          make_admin_{context} {}

    http::Endpoint get_profile();
    http::Endpoint update_user();
    http::Endpoint upload_avatar();
    http::Endpoint make_admin();

private:
    static constexpr std::size_t kMaxCachedBytes = 4 * 1024 * 1024;  // for each thread

    awaitable<http::Response> handle_get_profile(http::Request& request);
    awaitable<http::Response> handle_update_user(http::Request& request);
    awaitable<http::Response> handle_upload_avatar(http::Request& request);
    awaitable<http::Response> handle_make_admin(http::Request& request);
    awaitable<std::optional<User>> find_profile(db::Session& session, UserId user);

    Context& context_;
    const addresses::Addresses& addresses_;
    media::Media& media_;
    UserStore users_;
    UpdateUser update_;
    SetAvatar avatar_;
    MakeAdmin make_admin_;
    cache::ViewCache profiles_{kMaxCachedBytes};  // bodies of GET /api/user/profile, by user id
};

}  // namespace haat::accounts
