#include <fmt/format.h>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/hash.hpp"
#include "platform/crypto/token.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

using namespace crypto;

constexpr std::string_view kKey = "a key of this test, long enough to be one";
constexpr Timestamp kNow{1'800'000'000'000};

std::string signed_text(std::string_view header, std::string_view payload) {
    const auto input = to_base64url(header) + '.' + to_base64url(payload);
    return input + '.' + to_base64url(view(hmac_sha256(kKey, input)));
}

void check_claims(const TokenSigner& signer, const Claims& claims) {
    require(kNow < claims.expires_at, "a token that counts has not expired");
    require(claims.issued_at <= kNow + kTokenClockSkewMs, "a token that counts was made already");
    require(signer.verify(signer.sign(claims), kNow) == claims, "what it says can be signed again");
}

}  // namespace

// As it is: nobody without the key makes a token. Then as `header LF payload`, signed: whoever has the key
// (of another use, of an older program) still gets no further than the rules.
void tokens(std::string_view bytes) {
    static const TokenSigner access{Secret{std::string{kKey}}, TokenType::access};
    static const TokenSigner refresh{Secret{std::string{kKey}}, TokenType::refresh};
    static const TokenSigner foreign{Secret{"another key"}, TokenType::access};
    require(!access.verify(bytes, kNow) && !refresh.verify(bytes, kNow), "no text is a token by chance");

    const auto end = std::min(bytes.find('\n'), bytes.size());
    const auto payload = bytes.substr(std::min(end + 1, bytes.size()));
    for (const std::string_view header :
         {bytes.substr(0, end), std::string_view{R"({"alg":"HS256","typ":"JWT"})"}}) {
        const std::string token = signed_text(header, payload);
        const auto as_access = access.verify(token, kNow);
        const auto as_refresh = refresh.verify(token, kNow);
        require(!as_access || !as_refresh, "a token has one type");
        require(!foreign.verify(token, kNow), "another key's token never counts");
        if (as_access) check_claims(access, *as_access);
        if (as_refresh) check_claims(refresh, *as_refresh);
        if (as_access || as_refresh) {
            for (std::size_t i = 0; i < token.size(); ++i) {
                std::string changed = token;
                changed[i] = changed[i] == 'A' ? 'B' : 'A';
                require(!access.verify(changed, kNow) && !refresh.verify(changed, kNow),
                        "every byte is signed");
            }
        }
    }
}

}  // namespace haat::fuzz
