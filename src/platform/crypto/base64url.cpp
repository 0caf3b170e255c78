#include "platform/crypto/base64url.hpp"

#include <sodium.h>

#include <array>
#include <cstdint>

namespace haat::crypto {
namespace {

constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t kNoDigit = 0xFF;  // above 63, so that it shows in the union of some digits

constexpr auto kDigits = [] {
    std::array<std::uint8_t, 256> digits{};
    digits.fill(kNoDigit);
    std::uint8_t value = 0;
    for (const char c : kAlphabet) digits[static_cast<unsigned char>(c)] = value++;
    return digits;
}();

std::uint32_t digit(char c) { return kDigits[static_cast<unsigned char>(c)]; }

// Four digits to three bytes. False when one is no digit.
bool decode_group(std::string_view text, char* out) {
    const std::uint32_t a = digit(text[0]), b = digit(text[1]), c = digit(text[2]), d = digit(text[3]);
    const std::uint32_t bits = a << 18U | b << 12U | c << 6U | d;
    out[0] = static_cast<char>(bits >> 16U);
    out[1] = static_cast<char>(bits >> 8U);
    out[2] = static_cast<char>(bits);
    return (a | b | c | d) < 64;
}

}  // namespace

// By libsodium, whose time does not depend on the bytes: they may be a signature nobody has seen yet.
std::string to_base64url(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(), kVariant);
    text.pop_back();  // the NUL that it puts at the end
    return text;
}

// By hand: what is read here is public, and the same care takes libsodium 0.8 µs for the payload of a token.
std::optional<std::string_view> from_base64url(std::string_view text, std::span<char> buffer) {
    const std::size_t spare = text.size() % 4;
    const std::size_t length = text.size() / 4 * 3 + (spare == 0 ? 0 : spare - 1);
    if (spare == 1 || length > buffer.size()) return std::nullopt;
    char* out = buffer.data();
    for (; text.size() >= 4; text.remove_prefix(4), out += 3) {
        if (!decode_group(text, out)) return std::nullopt;
    }
    if (spare != 0) {
        std::string group = "AAAA";
        std::array<char, 3> bytes{};
        group.replace(0, spare, text);
        if (!decode_group(group, bytes.data()) || bytes[spare - 1] != 0) return std::nullopt;
        std::string_view{bytes.data(), spare - 1}.copy(out, spare - 1);
    }
    return std::string_view{buffer.data(), length};
}

}  // namespace haat::crypto
