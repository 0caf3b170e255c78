#include "media/chunks.hpp"

#include <gtest/gtest.h>

#include <string>

namespace haat::media {
namespace {

using namespace std::string_literals;

const std::string kSignature = "\x89PNG\r\n\x1A\n";

std::string png_chunk(const std::string& type, const std::string& data) {
    return "\0\0\0"s + static_cast<char>(data.size()) + type + data + "CRC!";
}

std::string webp_chunk(const std::string& type, const std::string& data) {
    return type + static_cast<char>(data.size()) + "\0\0\0"s + data + (data.size() % 2 ? "\0"s : ""s);
}

std::string webp(const std::string& chunks) {
    return "RIFF"s + static_cast<char>(chunks.size() + 4) + "\0\0\0WEBP"s + chunks;
}

TEST(Chunks, OfAPngOnlyThePictureStays) {
    const auto header = png_chunk("IHDR", "1234567890123");
    const auto kept = png_chunk("PLTE", "abc") + png_chunk("tRNS", "t") + png_chunk("iCCP", "p") +
                      png_chunk("eXIf", "e") + png_chunk("IDAT", "data") + png_chunk("IEND", "");
    const auto dropped = png_chunk("tEXt", "x") + png_chunk("zTXt", "") + png_chunk("iTXt", "y") +
                         png_chunk("tIME", "1234567") + png_chunk("prVt", "z");
    EXPECT_EQ(picture_of_png(kSignature + header + dropped + kept), kSignature + header + kept);
}

TEST(Chunks, AMalformedPngStaysMalformed) {
    const auto header = png_chunk("IHDR", "1234567890123");
    EXPECT_EQ(picture_of_png(kSignature), kSignature);
    EXPECT_EQ(picture_of_png(kSignature + header + "\0\0"s), kSignature + header + "\0\0"s);
    const auto overlong = "\xFF\xFF\xFF\xFFIDATdata"s;
    EXPECT_EQ(picture_of_png(kSignature + overlong), kSignature + overlong);
    EXPECT_EQ(picture_of_png(kSignature + "\xFF\xFF\xFF\xFFtEXtdata"s), kSignature);
}

TEST(Chunks, AWebpLosesItsMetadataAndTheFlagsForIt) {
    const auto full =
        webp(webp_chunk("VP8X", "\x3C\0\0\0012345"s) + webp_chunk("ICCP", "odd") + webp_chunk("ALPH", "aa") +
             webp_chunk("VP8 ", "frame") + webp_chunk("EXIF", "ee") + webp_chunk("XMP ", "x"));
    const auto bare = webp(webp_chunk("VP8X", "\x10\0\0\0012345"s) + webp_chunk("ALPH", "aa") +
                           webp_chunk("VP8 ", "frame"));
    EXPECT_EQ(picture_of_webp(full), bare);
    EXPECT_EQ(picture_of_webp(bare), bare);
}

}  // namespace
}  // namespace haat::media
