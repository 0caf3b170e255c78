#include "platform/crypto/password_rules.hpp"

#include <algorithm>
#include <array>

#include "platform/crypto/common_passwords.hpp"

namespace haat::crypto {
namespace {

constexpr std::size_t kMaxRepeatedBytes = 4;  // one character of UTF-8, whichever it is
constexpr std::size_t kMinRun = 3;
constexpr std::size_t kMinWord = 3;
constexpr std::size_t kMaxTrimmings = 8;  // a date; more than that is a secret by itself

constexpr std::array<std::string_view, 17> kRows{
    "012345678901234567890",
    "00112233445566778899",
    "01020304050607080900",
    "10203040506070809000",
    "abcdefghijklmnopqrstuvwxyz",
    "aabbccddeeffgghhiijj",
    "a1b2c3d4e5f6g7h8i9j0",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "1qazxsw23edcvfr45tgbnhy6",
    "1q2w3e4r5t6y7u8i9o0p",
    "1a2s3d4f5g6h7j8k9l",
    "1z2x3c4v5b6n7m",
    "!@#$%^&*()_+",
};

std::string to_lower(std::string_view text) {
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return lower;
}

// Bytes of UTF-8 beyond ASCII count as letters.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_repetition(std::string_view text) {
    for (std::size_t period = 1; period <= kMaxRepeatedBytes; ++period) {
        if (text.substr(period) == text.substr(0, text.size() - period)) return true;
    }
    return false;
}

bool is_in_row(std::string_view piece) {
    const std::string backwards{piece.rbegin(), piece.rend()};
    return std::ranges::any_of(kRows, [&](std::string_view row) {
        return row.find(piece) != row.npos || row.find(backwards) != row.npos;
    });
}

// The length of the longest beginning of text that is a piece of a row.
std::size_t run_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && is_in_row(text.substr(0, length + 1))) ++length;
    return length;
}

bool is_made_of_runs(std::string_view text) {
    while (!text.empty()) {
        const auto length = run_length(text);
        if (length < kMinRun) return false;
        text.remove_prefix(length);
    }
    return true;
}

// The word that a digit or sign in it is meant to hide.
std::string without_disguise(std::string_view word) {
    static constexpr std::string_view kSigns = "0134578@$!";
    static constexpr std::string_view kLetters = "oieastbasi";
    std::string plain{word};
    for (char& c : plain) {
        const auto at = kSigns.find(c);
        if (at != kSigns.npos) c = kLetters[at];
    }
    return plain;
}

bool is_dressed_up_word(std::string_view text) {
    const auto first = std::ranges::find_if(text, is_letter);
    if (first == text.end()) return false;
    const auto from = static_cast<std::size_t>(first - text.begin());
    const auto last = std::find_if(text.rbegin(), text.rend(), is_letter);
    const auto to = text.size() - static_cast<std::size_t>(last - text.rbegin());
    if (to - from < kMinWord || text.size() - (to - from) > kMaxTrimmings) return false;
    const auto word = without_disguise(text.substr(from, to - from));
    return is_common_word(word) || is_common_password(word);
}

bool is_too_common(std::string_view text) {
    const auto lower = to_lower(text);
    return is_common_password(lower) || is_dressed_up_word(lower) || is_repetition(lower) ||
           is_made_of_runs(lower);
}

}  // namespace

std::optional<std::string> check_new_password(std::string_view text) {
    if (text.size() > kMaxPasswordBytes) return "Password must have at most 1024 bytes";
    if (code_points(text) < kMinPasswordCharacters) return "Password must have at least 8 characters";
    if (is_too_common(text)) return "Password is too common";
    return std::nullopt;
}

}  // namespace haat::crypto
