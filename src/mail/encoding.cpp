#include "mail/encoding.hpp"

#include <algorithm>
#include <cstdint>

namespace haat::mail {
namespace {

constexpr std::size_t kMaxLine = 76;       // RFC 2045, 6.7 (5)
constexpr std::size_t kMaxWordBytes = 39;  // 52 characters of base64, 64 with the frame of the word
constexpr std::string_view kHex = "0123456789ABCDEF";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '='; }

// One line without its break.
void append_line(std::string& out, std::string_view line) {
    std::size_t column = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool is_last = i + 1 == line.size();
        const bool is_space = line[i] == ' ';
        const bool plain = is_plain(line[i]) && !(is_space && is_last);  // a space at the end may be lost
        const std::size_t width = plain ? 1 : 3;
        if (column + width > kMaxLine - (is_last ? 0 : 1)) {  // leaves room for the soft break
            out += "=\r\n";
            column = 0;
        }
        if (plain) {
            out += line[i];
        } else {
            const auto byte = static_cast<unsigned char>(line[i]);
            out += '=';
            out += kHex[byte >> 4];
            out += kHex[byte & 0xF];
        }
        column += width;
    }
}

// How many bytes of the text one word takes.
std::size_t word_length(std::string_view text) {
    if (text.size() <= kMaxWordBytes) return text.size();
    std::size_t length = kMaxWordBytes;
    while (length > kMaxWordBytes - 4 && is_continuation(text[length])) --length;
    return length;
}

}  // namespace

std::string base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = (group << 8) | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out += k <= count ? kBase64[(group >> (18 - 6 * k)) & 0x3F] : '=';
        }
    }
    return out;
}

std::string quoted_printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        append_line(out, line);
        out += "\r\n";
    }
    return out;
}

std::string encoded_words(std::string_view text) {
    std::string out;
    do {
        const auto length = word_length(text);
        if (!out.empty()) out += "\r\n ";
        out += "=?UTF-8?B?" + base64(text.substr(0, length)) + "?=";
        text.remove_prefix(length);
    } while (!text.empty());
    return out;
}

}  // namespace haat::mail
