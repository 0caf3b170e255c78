#include "platform/crypto/token.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/hash.hpp"

namespace haat::crypto {
namespace {

const std::string kKey = "the key of the access tokens";
const Timestamp kNow{1'795'347'282'000};
constexpr std::string_view kOurHeader = R"({"alg":"HS256","typ":"JWT"})";

TokenSigner access_signer() { return {Secret{kKey}, TokenType::access}; }

Claims some_claims() {
    return {.user_id = UserId::parse("6b02d350bff1936af696f682").value_or(UserId{}),
            .session_id = SessionId::parse("6b02d350bff1936af696f683").value_or(SessionId{}),
            .issued_at = kNow,
            .expires_at = kNow + 15 * kMinuteMs};
}

// A token of any content, properly signed with the key.
std::string forge(std::string_view header, std::string_view payload, std::string_view key = kKey) {
    const auto signing_input = to_base64url(header) + "." + to_base64url(payload);
    return signing_input + "." + to_base64url(view(hmac_sha256(key, signing_input)));
}

// The payload of a good token, with the part that belongs to one claim replaced.
std::string payload_with(std::string_view from = "", std::string_view to = "") {
    std::string payload =
        R"({"userId":"6b02d350bff1936af696f682","sid":"6b02d350bff1936af696f683","typ":"access",)"
        R"("iat":1795347282,"exp":1795348182})";
    const auto at = payload.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return payload.replace(at, from.size(), to);
}

bool accepts(std::string_view token, Timestamp now = kNow) {
    return access_signer().verify(token, now).has_value();
}
bool accepts_header(std::string_view header) { return accepts(forge(header, payload_with())); }
bool accepts_payload(std::string_view payload) { return accepts(forge(kOurHeader, payload)); }

TEST(Token, comes_back_as_it_was_signed) {
    auto claims = some_claims();
    EXPECT_EQ(access_signer().verify(access_signer().sign(claims), kNow), claims);

    const TokenSigner refresh{Secret{"r"}, TokenType::refresh};
    claims.authenticated_at = kNow - kDayMs;
    claims.generation = 7;
    EXPECT_EQ(refresh.verify(refresh.sign(claims), kNow), claims);
}

TEST(Token, has_the_text_that_other_implementations_read_and_write) {
    // Signed by the former backend's library with the key "k".
    static constexpr std::string_view kTheirs =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
        "eyJ1c2VySWQiOiI2YjAyZDM1MGJmZjE5MzZhZjY5NmY2ODIiLCJzaWQiOiI2YjAyZDM1MGJmZjE5MzZhZjY5NmY2ODMiLCJ0eXAi"
        "OiJhY2Nl"
        "c3MiLCJpYXQiOjE3OTUzNDcyODIsImV4cCI6MTc5NTQzMzY4Mn0.FaYa0rNWu_JGRBX08PEut0E3Nb4wFDavQdVhE623AtY";
    const TokenSigner signer{Secret{"k"}, TokenType::access};
    auto claims = some_claims();
    claims.expires_at = Timestamp{1'795'433'682'000};
    EXPECT_EQ(signer.sign(claims), kTheirs);
    EXPECT_EQ(signer.verify(kTheirs, kNow), claims);
}

TEST(Token, leaves_out_what_is_zero_and_the_milliseconds) {
    auto claims = some_claims();
    claims.issued_at.ms += 999;
    claims.expires_at.ms += 999;
    EXPECT_EQ(access_signer().sign(claims), forge(kOurHeader, payload_with()));
    EXPECT_EQ(access_signer().verify(access_signer().sign(claims), kNow), some_claims());
}

TEST(Token, lives_until_exp) {
    const auto token = access_signer().sign(some_claims());
    const auto end = some_claims().expires_at;
    EXPECT_TRUE(accepts(token, end - 1));
    EXPECT_FALSE(accepts(token, end));
    EXPECT_FALSE(accepts(token, end + kDayMs));
}

TEST(Token, from_the_future_is_refused_beyond_a_minute) {
    const auto token = access_signer().sign(some_claims());
    EXPECT_TRUE(accepts(token, kNow - 60 * kSecondMs));
    EXPECT_FALSE(accepts(token, kNow - 60 * kSecondMs - 1));
}

TEST(Token, is_void_before_nbf) {
    EXPECT_TRUE(accepts_payload(payload_with("}", R"(,"nbf":1795347282})")));
    EXPECT_FALSE(accepts_payload(payload_with("}", R"(,"nbf":1795347283})")));
    EXPECT_FALSE(accepts_payload(payload_with("}", R"(,"nbf":"1795347282"})")));
    EXPECT_FALSE(accepts_payload(payload_with("}", R"(,"nbf":-1})")));
}

TEST(Token, of_another_key_is_refused) {
    EXPECT_TRUE(accepts(forge(kOurHeader, payload_with(), kKey)));
    for (const std::string_view key : {"", "x", "the key of the access token",
                                       "the key of the access tokens ", "The key of the access tokens"}) {
        EXPECT_FALSE(accepts(forge(kOurHeader, payload_with(), key))) << key;
    }
}

TEST(Token, any_length_of_key_but_none_will_do) {
    for (const std::size_t length : {1U, 32U, 64U, 65U, 1000U}) {
        const TokenSigner signer{Secret{std::string(length, 'k')}, TokenType::access};
        EXPECT_TRUE(signer.verify(signer.sign(some_claims()), kNow)) << length;
    }
    EXPECT_THROW((TokenSigner{Secret{}, TokenType::access}), std::invalid_argument);
}

TEST(Token, of_another_type_is_refused_even_under_the_same_key) {
    const TokenSigner refresh{Secret{kKey}, TokenType::refresh};
    EXPECT_FALSE(accepts(refresh.sign(some_claims())));
    EXPECT_FALSE(refresh.verify(access_signer().sign(some_claims()), kNow));
    for (const std::string_view type : {R"("Access")", R"("")", "1", "null", R"(["access"])"}) {
        EXPECT_FALSE(accepts_payload(payload_with(R"("access")", type))) << type;
    }
}

TEST(Token, of_another_algorithm_is_refused) {
    for (const std::string_view algorithm :
         {R"("none")", R"("None")", R"("NONE")", R"("nOnE")", R"("hs256")", R"("HS384")", R"("HS512")",
          R"("RS256")", R"("ES256")", R"("PS256")", R"("")", R"("HS256 ")", "null", "256", R"(["HS256"])",
          R"({"alg":"HS256"})"}) {
        EXPECT_FALSE(accepts_header(fmt::format(R"({{"alg":{},"typ":"JWT"}})", algorithm))) << algorithm;
    }
}

TEST(Token, without_a_signature_is_refused) {
    for (const std::string_view header : {kOurHeader, std::string_view{R"({"alg":"none","typ":"JWT"})"}}) {
        const auto unsigned_token = to_base64url(header) + "." + to_base64url(payload_with());
        EXPECT_FALSE(accepts(unsigned_token));
        EXPECT_FALSE(accepts(unsigned_token + "."));
        EXPECT_FALSE(accepts(unsigned_token + "." + to_base64url(std::string(32, '\0'))));
    }
}

// The public key of an RS256 service, used as the secret of HMAC (RFC 8725, §2.1).
TEST(Token, signed_with_a_public_key_as_the_secret_is_refused) {
    const std::string pem =
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n";
    EXPECT_FALSE(accepts(forge(kOurHeader, payload_with(), pem)));
    const TokenSigner signer{Secret{pem}, TokenType::access};
    EXPECT_FALSE(signer.verify(forge(R"({"alg":"RS256","typ":"JWT"})", payload_with(), pem), kNow));
}

TEST(Token, takes_an_equal_header_in_another_spelling) {
    EXPECT_TRUE(accepts_header(R"({"typ":"JWT","alg":"HS256"})"));
    EXPECT_TRUE(accepts_header(R"({ "alg" : "HS256" })"));
}

TEST(Token, header_with_anything_else_in_it_is_refused) {
    for (const std::string_view member :
         {R"("crit":["exp"])", R"("jku":"https://example.com/k")", R"("x5u":"https://example.com/c")",
          R"("jwk":{"kty":"oct"})", R"("kid":"../../dev/null")", R"("kid":"' OR 1=1")", R"("zip":"DEF")",
          R"("b64":false)", R"("x":1)"}) {
        EXPECT_FALSE(accepts_header(fmt::format(R"({{"alg":"HS256","typ":"JWT",{}}})", member))) << member;
        EXPECT_FALSE(accepts_header(fmt::format(R"({{"alg":"HS256",{}}})", member))) << member;
    }
    EXPECT_FALSE(accepts_header(R"({"alg":"HS256","typ":"jose"})"));
    EXPECT_FALSE(accepts_header(R"({"alg":"HS256","typ":1})"));
}

TEST(Token, header_that_is_no_object_is_refused) {
    for (const std::string_view header : {"", "{}", "[]", "null", R"("HS256")", R"({"alg":"HS256")",
                                          R"({"typ":"JWT"})", R"({"alg":"HS256"}x)", "\xff\xfe"}) {
        EXPECT_FALSE(accepts_header(header)) << header;
    }
}

TEST(Token, every_claim_has_to_be_there) {
    EXPECT_TRUE(accepts_payload(payload_with()));
    EXPECT_FALSE(accepts_payload(payload_with(R"("userId":"6b02d350bff1936af696f682",)")));
    EXPECT_FALSE(accepts_payload(payload_with(R"("sid":"6b02d350bff1936af696f683",)")));
    EXPECT_FALSE(accepts_payload(payload_with(R"("typ":"access",)")));
    EXPECT_FALSE(accepts_payload(payload_with(R"("iat":1795347282,)")));
    EXPECT_FALSE(accepts_payload(payload_with(R"(,"exp":1795348182)")));
}

TEST(Token, malformed_claims_are_refused) {
    for (const std::string_view value :
         {"null", "true", "1e12", "1795348182.5", R"("1795348182")", "-1", "99999999999999",
          "9223372036854775807", "18446744073709551615", "1e400", "[1795348182]"}) {
        EXPECT_FALSE(accepts_payload(payload_with("1795348182", value))) << value;
    }
    for (const std::string_view value :
         {"null", R"("")", "1", R"("6b02d350bff1936af696f68")", R"("6b02d350bff1936af696f68g")",
          R"(["6b02d350bff1936af696f682"])"}) {
        EXPECT_FALSE(accepts_payload(payload_with(R"("6b02d350bff1936af696f682")", value))) << value;
        EXPECT_FALSE(accepts_payload(payload_with(R"("6b02d350bff1936af696f683")", value))) << value;
    }
    for (const std::string_view member :
         {R"("gen":"1")", R"("gen":-1)", R"("gen":1.5)", R"("auth":null)", R"("auth":"x")"}) {
        EXPECT_FALSE(accepts_payload(payload_with("}", fmt::format(",{}}}", member)))) << member;
    }
}

TEST(Token, meant_for_somebody_else_is_refused) {
    EXPECT_FALSE(accepts_payload(payload_with("}", R"(,"aud":"another service"})")));
    EXPECT_TRUE(accepts_payload(payload_with("}", R"(,"iss":"anybody"})")));
}

TEST(Token, payload_that_is_no_object_is_refused) {
    for (const std::string_view payload : {"", "[]", "null", "\"x\"", "{", "{}x", "\xff"}) {
        EXPECT_FALSE(accepts_payload(payload)) << payload;
    }
    EXPECT_FALSE(accepts_payload(payload_with() + " x"));
    EXPECT_FALSE(accepts_payload(std::string(500, '[') + std::string(500, ']')));
}

TEST(Token, other_shapes_are_refused) {
    const auto token = access_signer().sign(some_claims());
    ASSERT_TRUE(accepts(token));
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    for (const auto& text : {std::string{},
                             std::string{"."},
                             std::string{".."},
                             std::string{"..."},
                             std::string{"x"},
                             token + ".",
                             "." + token,
                             token + ".x",
                             token + "=",
                             token + " ",
                             " " + token,
                             token + "\n",
                             token + std::string(1, '\0'),
                             token + "A",
                             token.substr(0, token.size() - 1),
                             token.substr(0, last),
                             token.substr(first + 1),
                             token.substr(0, first) + token.substr(last),
                             token.substr(0, last) + "." + token.substr(last),
                             "Bearer " + token}) {
        EXPECT_FALSE(accepts(text)) << text;
    }
}

TEST(Token, has_one_spelling_of_its_signature) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    auto token = access_signer().sign(some_claims());
    // The last character has two spare bits: of the four that decode to the same byte one is canonical.
    const auto accepted = std::ranges::count_if(kAlphabet, [&](char c) {
        token.back() = c;
        return accepts(token);
    });
    EXPECT_EQ(accepted, 1);
}

TEST(Token, non_canonical_parts_are_refused_even_when_signed) {
    const auto sign_text = [](const std::string& signing_input) {
        return signing_input + "." + to_base64url(view(hmac_sha256(kKey, signing_input)));
    };
    const auto header = to_base64url(kOurHeader);
    auto payload = to_base64url(payload_with() + "  ");
    ASSERT_EQ(payload.size() % 4, 2U);
    EXPECT_TRUE(accepts(sign_text(header + "." + payload)));
    EXPECT_FALSE(accepts(sign_text(header + "." + payload + "==")));
    EXPECT_FALSE(accepts(sign_text(header + "=." + payload)));
    EXPECT_FALSE(accepts(sign_text(header + "." + payload + "\n")));
    EXPECT_FALSE(accepts(sign_text(header + "." + payload + ".")));
    EXPECT_FALSE(accepts(sign_text(header + ".." + payload)));
    EXPECT_FALSE(accepts(sign_text(header + "." + payload + "." + payload)));
    ++payload.back();  // sets a spare bit
    EXPECT_FALSE(accepts(sign_text(header + "." + payload)));
}

TEST(Token, over_4_kib_is_refused) {
    const auto padded = [](std::size_t spaces) {
        return forge(kOurHeader, payload_with() + std::string(spaces, ' '));
    };
    std::size_t spaces = 0;
    while (padded(spaces + 1).size() <= kMaxTokenLength) ++spaces;
    EXPECT_TRUE(accepts(padded(spaces)));
    EXPECT_FALSE(accepts(padded(spaces + 1)));
    EXPECT_FALSE(accepts(padded(1'000'000)));
}

// More members than fit into the memory on the stack: what does not fit comes from the heap.
TEST(Token, with_many_unknown_claims_is_still_read) {
    std::string many;
    for (int i = 0; i < 200; ++i) many += fmt::format(R"(,"x{}":{})", i, i);
    EXPECT_TRUE(accepts_payload(payload_with("}", many + "}")));
}

std::string mutate(std::string text, std::mt19937_64& random) {
    const auto below = [&](std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>{0, bound - 1}(random);
    };
    const auto at = below(text.size());
    switch (below(7)) {
        case 0:
            text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            break;
        case 1:
            text[at] = static_cast<char>(below(256));
            break;
        case 2:
            text.erase(at, 1 + below(8));
            break;
        case 3:
            text.insert(at, 1, static_cast<char>(below(256)));
            break;
        case 4:
            std::swap(text[at], text[below(text.size())]);
            break;
        case 5:
            text.resize(at);
            break;
        default:
            text.insert(at, text.substr(below(text.size()), 1 + below(16)));
            break;
    }
    return text;
}

TEST(Token, no_mutation_of_it_is_accepted) {
    const auto token = access_signer().sign(some_claims());
    const auto signer = access_signer();
    std::mt19937_64 random{20'240'131};
    int tried = 0;
    int accepted = 0;
    while (tried < 10'000) {
        auto mutant = mutate(token, random);
        if (mutant == token) continue;
        ++tried;
        accepted += signer.verify(mutant, kNow).has_value();
    }
    EXPECT_EQ(accepted, 0);
}

// Signed garbage: nobody but the owner of the key can send it, and still it may not do harm.
TEST(Token, signed_mutations_do_no_harm) {
    std::mt19937_64 random{20'240'132};
    const auto signer = access_signer();
    for (int i = 0; i < 10'000; ++i) {
        const auto claims = signer.verify(forge(kOurHeader, mutate(payload_with(), random)), kNow);
        if (claims) {
            EXPECT_GT(claims->expires_at, kNow);
        }
        (void)signer.verify(forge(mutate(std::string{kOurHeader}, random), payload_with()), kNow);
    }
}

TEST(Token, signers_are_safe_from_many_threads) {
    const TokenSigner access{Secret{"a"}, TokenType::access};
    const TokenSigner refresh{Secret{std::string(100, 'r')}, TokenType::refresh};
    const auto claims = some_claims();
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 1000; ++i) {
                    const auto a = access.sign(claims);
                    const auto r = refresh.sign(claims);
                    if (access.verify(a, kNow) != claims || refresh.verify(r, kNow) != claims) ++wrong;
                    if (access.verify(r, kNow) || refresh.verify(a, kNow)) ++wrong;
                }
            });
        }
    }
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace haat::crypto
