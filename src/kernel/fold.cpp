#include "kernel/fold.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace haat {
namespace {

// Letters of two bytes in UTF-8, which is where all case pairs below U+0530 lie.
std::uint32_t fold_two_byte(std::uint32_t c) {
    const bool latin1 = c >= 0xC0 && c <= 0xDE && c != 0xD7;
    const bool greek = c >= 0x391 && c <= 0x3A9 && c != 0x3A2;
    const bool cyrillic = c >= 0x410 && c <= 0x42F;
    if (latin1 || greek || cyrillic) return c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    // Latin Extended-A pairs even with odd, but for three runs that pair odd with even.
    const bool odd_first = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if (odd_first) return c % 2 == 1 ? c + 1 : c;
    const bool even_first =
        (c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177);
    if (even_first) return c % 2 == 0 ? c + 1 : c;
    return c == 0x178 ? 0xFF : c;
}

constexpr std::array<std::string_view, 8> kSpaces{" ",  "\t", "\r",       "\n",
                                                  "\f", "\v", "\xC2\xA0", "\xEF\xBB\xBF"};

}  // namespace

std::string fold_case(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool two_bytes = byte >= 0xC2 && byte <= 0xDF && i + 1 < text.size();
        if (two_bytes) {
            const std::uint32_t c =
                fold_two_byte((byte & 0x1FU) << 6 | (static_cast<unsigned char>(text[i + 1]) & 0x3FU));
            folded += static_cast<char>(0xC0 | c >> 6);
            folded += static_cast<char>(0x80 | (c & 0x3F));
            ++i;
        } else {
            folded += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte + 0x20) : text[i];
        }
    }
    return folded;
}

std::string_view trim(std::string_view text) {
    const auto leads = [&](std::string_view space) { return text.starts_with(space); };
    const auto ends = [&](std::string_view space) { return text.ends_with(space); };
    for (auto found = std::ranges::find_if(kSpaces, leads); found != kSpaces.end();
         found = std::ranges::find_if(kSpaces, leads)) {
        text.remove_prefix(found->size());
    }
    for (auto found = std::ranges::find_if(kSpaces, ends); found != kSpaces.end();
         found = std::ranges::find_if(kSpaces, ends)) {
        text.remove_suffix(found->size());
    }
    return text;
}

std::size_t count_code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace haat
