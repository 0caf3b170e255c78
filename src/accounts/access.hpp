// Who is calling: the check of every request to a route that is not open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounts/context.hpp"
#include "accounts/session_store.hpp"
#include "platform/cache/lru.hpp"
#include "platform/crypto/token.hpp"
#include "platform/http/route.hpp"

namespace haat::accounts {

// What a token that was let in said, and the session behind it as it was at a version of its user.
struct Admission {
    crypto::Claims claims{};
    LiveSession session{};
    std::uint64_t version = 0;
};

// Admissions by the token's text, for one thread: a token seen again costs a look-up in place of a signature,
// JSON and a statement. One is good until its user's version moves, so a session that was ended is refused
// from the moment the end was acknowledged.
using AdmissionCache = cache::Lru<std::string, cache::Timeless, Admission>;
inline constexpr std::size_t kMaxAdmissionBytes = std::size_t{8} * 1024 * 1024;

class Access final : public http::Authenticator {
public:
    explicit Access(Context& context) : context_{context} {}

    // The token is the cookie's, else the Authorization header's; a bad cookie is not rescued by a good
    // header. Errors: authentication_required, invalid_token.
    awaitable<Result<http::Principal>> authenticate(const http::Request& request) override;

private:
    // nullopt: not signed by us, or the session is not alive.
    awaitable<std::optional<Admission>> admit(std::string_view token, Timestamp now);

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
