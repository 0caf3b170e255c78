// Signed tokens: JWT with HS256 (RFC 7515, RFC 7519), checked after RFC 8725.
//
// A token says who somebody is and which session that rests on. It proves nothing about the session being
// alive: the caller asks the sessions for that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/clock.hpp"
#include "kernel/object_id.hpp"
#include "platform/crypto/secret.hpp"

namespace haat::crypto {

enum class TokenType : std::uint8_t { access, refresh };  // `typ`

// Times are whole seconds in the token: sign() drops the milliseconds.
struct Claims {
    UserId user_id{};              // `userId`
    SessionId session_id{};        // `sid`
    Timestamp issued_at{};         // `iat`
    Timestamp expires_at{};        // `exp`: from then on the token is void
    Timestamp authenticated_at{};  // `auth`: when the password was checked; left out when 0
    std::int64_t generation = 0;   // `gen`: which of a session's refresh tokens this is; left out when 0

    friend bool operator==(const Claims&, const Claims&) = default;
};

// Longer texts are refused unread; ours have about 300 bytes.
inline constexpr std::size_t kMaxTokenLength = 4096;

// A clock that differs this much from the one that made a token is tolerated.
inline constexpr std::int64_t kTokenClockSkewMs = kMinuteMs;

// Makes and checks tokens of one type with one key. Immutable, safe from any thread. A check costs
// about 1.3 µs.
class TokenSigner {
public:
    // Throws std::invalid_argument when the key is empty.
    TokenSigner(Secret key, TokenType type);

    [[nodiscard]] std::string sign(const Claims& claims) const;

    // nullopt for everything but a live token of this key and type: another algorithm (`none` too) or a
    // header member besides alg and typ, another key, a changed, cut or padded text, a claim that is missing
    // or malformed, exp not after now, nbf after now, iat more than kTokenClockSkewMs after now, an `aud`
    // (we have no name to find in it, RFC 7519 §4.1.3). Never says which: nobody but a forger would ask.
    [[nodiscard]] std::optional<Claims> verify(std::string_view token, Timestamp now) const;

private:
    [[nodiscard]] std::string signature_of(std::string_view signing_input) const;

    const Secret key_;
    const TokenType type_;
};

}  // namespace haat::crypto
