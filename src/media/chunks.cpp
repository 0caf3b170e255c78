#include "media/chunks.hpp"

#include <algorithm>
#include <cstdint>

#include "kernel/error.hpp"

namespace haat::media {
namespace {

constexpr std::size_t kPngSignature = 8;
constexpr std::size_t kPngFrame = 12;    // length, type and checksum around a chunk's data
constexpr std::size_t kRiffHeader = 12;  // "RIFF", size, "WEBP"
constexpr std::size_t kRiffFrame = 8;    // type and length before a chunk's data

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t number = 0;
    for (const char byte : bytes.substr(0, 4)) number = (number << 8) | static_cast<unsigned char>(byte);
    return number;
}

std::uint32_t little_endian(std::string_view bytes) {
    std::string turned{bytes.substr(0, 4)};
    std::ranges::reverse(turned);
    return big_endian(turned);
}

bool is_picture_in_png(std::string_view type) {
    const bool is_critical = type.front() >= 'A' && type.front() <= 'Z';
    return is_critical || type == "tRNS" || type == "iCCP" || type == "eXIf";
}

bool is_picture_in_webp(std::string_view type) {
    return type == "VP8X" || type == "VP8 " || type == "VP8L" || type == "ALPH";
}

// The flags of a VP8X chunk must not promise what has gone.
void clear_metadata_flags(std::string& extended_header) {
    constexpr unsigned kProfileExifXmp = 0x20 | 0x08 | 0x04;
    char& flags = extended_header.at(kRiffFrame);
    flags = static_cast<char>(static_cast<unsigned char>(flags) & ~kProfileExifXmp);
}

}  // namespace

std::string picture_of_png(std::string_view png) {
    std::string kept{png.substr(0, kPngSignature)};
    kept.reserve(png.size());
    png.remove_prefix(std::min(kPngSignature, png.size()));
    while (png.size() >= kPngFrame) {
        const auto chunk = png.substr(0, kPngFrame + big_endian(png));
        if (is_picture_in_png(chunk.substr(4, 4))) kept += chunk;
        png.remove_prefix(chunk.size());
    }
    kept += png;
    return kept;
}

std::string picture_of_webp(std::string_view webp) {
    HAAT_ASSERT(webp.size() >= kRiffHeader);
    std::string kept{webp.substr(0, kRiffHeader)};
    webp.remove_prefix(kRiffHeader);
    while (webp.size() >= kRiffFrame) {
        const std::size_t data = little_endian(webp.substr(4));
        std::string chunk{webp.substr(0, kRiffFrame + data + data % 2)};  // padded to an even length
        webp.remove_prefix(chunk.size());
        if (chunk.starts_with("VP8X")) clear_metadata_flags(chunk);
        if (is_picture_in_webp(std::string_view{chunk}.substr(0, 4))) kept += chunk;
    }
    const auto size = static_cast<std::uint32_t>(kept.size() - kRiffFrame);
    for (unsigned i = 0; i < 4; ++i) kept[4 + i] = static_cast<char>(size >> (8 * i));
    return kept;
}

}  // namespace haat::media
