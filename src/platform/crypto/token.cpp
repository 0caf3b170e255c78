#include "platform/crypto/token.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/hash.hpp"

namespace haat::crypto {
namespace {

namespace json = boost::json;

// {"alg":"HS256","typ":"JWT"}
constexpr std::string_view kHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

// Seconds and counters: far above any that is meant, and in milliseconds far below an overflow.
constexpr std::int64_t kMaxNumber = 253'402'300'799;  // 9999-12-31T23:59:59Z

struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signing_input;  // header and payload with the dot between
};

std::optional<Parts> split(std::string_view token) {
    if (token.size() > kMaxTokenLength) return std::nullopt;
    const auto first = token.find('.');
    const auto last = token.rfind('.');  // a third dot ends up in a part, and is no base64
    if (first == last) return std::nullopt;
    return Parts{.header = token.substr(0, first),
                 .payload = token.substr(first + 1, last - first - 1),
                 .signature = token.substr(last + 1),
                 .signing_input = token.substr(0, last)};
}

// The JSON object in a part of a token, in memory on the stack as far as it goes. Stays where it is: the
// object refers to it.
class PartObject {
public:
    explicit PartObject(std::string_view part)
        : memory_{arena_.data(), arena_.size()}, value_(json::storage_ptr{&memory_}) {
        const auto text = from_base64url(part, text_);
        if (!text) return;
        json::error_code error;
        value_ = json::parse(*text, error, &memory_);
        if (error) value_ = nullptr;
    }

    // Null when the part is no object.
    [[nodiscard]] const json::object* get() const { return value_.if_object(); }

private:
    std::array<char, kMaxTokenLength> text_;
    std::array<unsigned char, 2048> arena_;
    json::monotonic_resource memory_;
    json::value value_;
};

bool is_text(const json::value* value, std::string_view wanted) {
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text != nullptr && std::string_view{*text} == wanted;
}

bool accepts_header(std::string_view header) {
    if (header == kHeader) return true;
    const PartObject part{header};
    const auto* object = part.get();
    if (object == nullptr || !is_text(object->if_contains("alg"), "HS256")) return false;
    const auto* type = object->if_contains("typ");
    if (type != nullptr && !is_text(type, "JWT")) return false;
    // Nothing else may be there: crit asks for what we do not know, and jku, jwk, kid and x5u would choose
    // the key.
    return object->size() == (type == nullptr ? 1U : 2U);
}

template <class AnyId>
bool read_id(const json::object& object, std::string_view name, AnyId& out) {
    const auto* value = object.if_contains(name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    const auto id = text == nullptr ? std::nullopt : AnyId::parse(*text);
    if (id) out = *id;
    return id.has_value();
}

bool read_number(const json::object& object, std::string_view name, std::int64_t& out) {
    const auto* value = object.if_contains(name);
    const auto* number = value == nullptr ? nullptr : value->if_int64();
    if (number == nullptr || *number < 0 || *number > kMaxNumber) return false;
    out = *number;
    return true;
}

bool read_time(const json::object& object, std::string_view name, Timestamp& out) {
    std::int64_t seconds = 0;
    if (!read_number(object, name, seconds)) return false;
    out.ms = seconds * kSecondMs;
    return true;
}

bool is_absent(const json::object& object, std::string_view name) {
    return object.if_contains(name) == nullptr;
}

std::string_view name_of(TokenType type) { return type == TokenType::access ? "access" : "refresh"; }

std::optional<Claims> read_claims(const json::object& object) {
    Claims claims;
    const bool complete =
        read_id(object, "userId", claims.user_id) && read_id(object, "sid", claims.session_id) &&
        read_time(object, "iat", claims.issued_at) && read_time(object, "exp", claims.expires_at);
    const bool sound = (is_absent(object, "auth") || read_time(object, "auth", claims.authenticated_at)) &&
                       (is_absent(object, "gen") || read_number(object, "gen", claims.generation));
    return complete && sound ? std::optional{claims} : std::nullopt;
}

bool is_usable_at(const json::object& object, const Claims& claims, Timestamp now) {
    Timestamp not_before{INT64_MIN};
    if (!is_absent(object, "nbf") && !read_time(object, "nbf", not_before)) return false;
    return now < claims.expires_at && not_before <= now && claims.issued_at <= now + kTokenClockSkewMs;
}

}  // namespace

TokenSigner::TokenSigner(Secret key, TokenType type) : key_{std::move(key)}, type_{type} {
    if (key_.empty())
        throw std::invalid_argument{"the key of the " + std::string{name_of(type)} + " tokens is empty"};
}

std::string TokenSigner::sign(const Claims& claims) const {
    auto payload = fmt::format(R"({{"userId":"{}","sid":"{}","typ":"{}","iat":{},"exp":{})",
                               claims.user_id.text(), claims.session_id.text(), name_of(type_),
                               claims.issued_at.ms / kSecondMs, claims.expires_at.ms / kSecondMs);
    if (claims.authenticated_at.ms != 0)
        payload += fmt::format(R"(,"auth":{})", claims.authenticated_at.ms / kSecondMs);
    if (claims.generation != 0) payload += fmt::format(R"(,"gen":{})", claims.generation);
    payload += '}';
    const auto signing_input = fmt::format("{}.{}", kHeader, to_base64url(payload));
    return fmt::format("{}.{}", signing_input, signature_of(signing_input));
}

std::optional<Claims> TokenSigner::verify(std::string_view token, Timestamp now) const {
    const auto parts = split(token);
    // The signature comes first: nothing is parsed that we have not signed. It is compared as text, so that
    // only its one canonical form fits.
    if (!parts || !constant_time_equal(parts->signature, signature_of(parts->signing_input)))
        return std::nullopt;
    if (!accepts_header(parts->header)) return std::nullopt;
    const PartObject payload{parts->payload};
    const auto* object = payload.get();
    if (object == nullptr || !is_text(object->if_contains("typ"), name_of(type_)) ||
        !is_absent(*object, "aud")) {
        return std::nullopt;
    }
    const auto claims = read_claims(*object);
    return claims && is_usable_at(*object, *claims, now) ? claims : std::nullopt;
}

std::string TokenSigner::signature_of(std::string_view signing_input) const {
    return to_base64url(view(hmac_sha256(key_.reveal(), signing_input)));
}

}  // namespace haat::crypto
