// Who is calling: the check of every request to a route that is not open.
#pragma once

#include <cstdint>
#include <optional>

#include "accounts/context.hpp"
#include "accounts/session_store.hpp"
#include "platform/cache/lru.hpp"
#include "platform/http/route.hpp"

namespace haat::accounts {

// Live sessions, for one thread. An entry is good while its user's version is the one that was read before
// the session was; so a session that was ended is refused from the moment the end was acknowledged.
using SessionCache = cache::Lru<SessionId, std::uint64_t, LiveSession>;
inline constexpr std::size_t kMaxCachedSessions = 20'000;

class Access final : public http::Authenticator {
public:
    explicit Access(Context& context) : context_{context} {}

    // The token is the cookie's, else the Authorization header's; a bad cookie is not rescued by a good
    // header. Errors: authentication_required, invalid_token.
    awaitable<Result<http::Principal>> authenticate(const http::Request& request) override;

private:
    awaitable<std::optional<LiveSession>> find_session(SessionId id, UserId user);

    Context& context_;
    SessionStore sessions_;
};

// The token of a request and where it stood. name: of the cookie.
struct PresentedToken {
    std::string_view text{};
    bool by_cookie = false;
};
std::optional<PresentedToken> presented_token(const http::Request& request, std::string_view cookie_name);

}  // namespace haat::accounts
