#include "media/image.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <ctime>
#include <random>
#include <thread>
#include <vector>

#include "media/tests/sample_images.hpp"

namespace haat::media {
namespace {

using namespace std::string_literals;
using samples::big_endian;
using samples::encoded;
using samples::Image;

constexpr std::array kFormats = {".jpg", ".png", ".webp", ".gif", ".avif"};

class ProcessImage : public testing::Test {
protected:
    void SetUp() override { vips(); }
};

// The slug of the error, or `WxH`.
std::string outcome(std::string_view bytes) {
    const auto image = process_image(bytes);
    if (!image) return std::string{info(image.error().code).slug};
    return std::to_string(image->width) + "x" + std::to_string(image->height);
}

Image reread(const std::string& webp) {
    VipsImage* out = nullptr;
    const int failed = vips_webpload_buffer(const_cast<char*>(webp.data()), webp.size(), &out, nullptr);
    return samples::checked(failed, out);
}

enum class Colour { red, blue, other };

Colour colour_at(const std::string& webp, int x, int y) {
    const auto image = reread(webp);
    double* value = nullptr;
    int bands = 0;
    if (vips_getpoint(image.get(), &value, &bands, x, y, nullptr)) throw std::runtime_error{"no such pixel"};
    const bool red = value[0] > 200 && value[1] < 60 && value[2] < 60;
    const bool blue = value[0] < 60 && value[1] < 60 && value[2] > 200;
    g_free(value);
    return red ? Colour::red : blue ? Colour::blue : Colour::other;
}

std::string checked_png_chunk(const std::string& type, const std::string& data) {
    const auto checked = type + data;
    const auto crc =
        crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
    return big_endian(static_cast<std::uint32_t>(data.size())) + checked +
           big_endian(static_cast<std::uint32_t>(crc));
}

std::string deflated(const std::string& plain) {
    uLongf size = compressBound(plain.size());
    std::string out(size, '\0');
    compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(plain.data()),
              plain.size(), 9);
    out.resize(size);
    return out;
}

constexpr std::string_view kPngMagic = "\x89PNG\r\n\x1A\n";

// A sound header, one bit a pixel, and next to no pixels.
std::string png_of_size(std::uint32_t width, std::uint32_t height) {
    const auto header = big_endian(width) + big_endian(height) + "\x01\0\0\0\0"s;
    return std::string{kPngMagic} + checked_png_chunk("IHDR", header) +
           checked_png_chunk("IDAT", deflated("\0\0\0\0"s)) + checked_png_chunk("IEND", "");
}

// Of processor time, all threads together: what others do on this machine does not count.
std::int64_t milliseconds_for(std::string_view bytes) {
    const auto start = std::clock();
    (void)process_image(bytes);
    return std::int64_t{std::clock() - start} * 1'000 / CLOCKS_PER_SEC;
}

TEST_F(ProcessImage, TakesTheFiveFormatsAndMakesWebp) {
    const auto sample = samples::red_and_blue(64, 32);
    for (const auto* format : kFormats) {
        const auto image = process_image(encoded(sample, format));
        ASSERT_TRUE(image) << format;
        EXPECT_EQ(image->width, 64) << format;
        EXPECT_EQ(image->height, 32) << format;
        EXPECT_TRUE(image->webp.starts_with("RIFF")) << format;
        EXPECT_EQ(image->webp.substr(8, 4), "WEBP") << format;
        EXPECT_EQ(colour_at(image->webp, 8, 16), Colour::red) << format;
        EXPECT_EQ(colour_at(image->webp, 56, 16), Colour::blue) << format;
    }
}

TEST_F(ProcessImage, TakesTheSmallestPng) {
    const auto header = big_endian(1) + big_endian(1) + "\x08\x06\0\0\0"s;
    const auto png = std::string{kPngMagic} + checked_png_chunk("IHDR", header) +
                     checked_png_chunk("IDAT", deflated("\0\x10\x20\x30\xFF"s)) +
                     checked_png_chunk("IEND", "");
    EXPECT_EQ(outcome(png), "1x1");
}

TEST_F(ProcessImage, KeepsTransparency) {
    VipsImage* out = nullptr;
    const auto opaque = samples::red_and_blue(16, 16);
    const auto clear = samples::checked(vips_bandjoin_const1(opaque.get(), &out, 0.0, nullptr), out);
    const auto image = process_image(encoded(clear, ".png"));
    ASSERT_TRUE(image);
    EXPECT_EQ(vips_image_get_bands(reread(image->webp).get()), 4);
}

TEST_F(ProcessImage, GreyDeepAndPrintColoursBecomeSrgb) {
    VipsImage* out = nullptr;
    const auto sample = samples::red_and_blue(32, 16);
    const auto convert = [&](VipsInterpretation space) {
        return samples::checked(vips_colourspace(sample.get(), &out, space, nullptr), out);
    };
    EXPECT_EQ(outcome(encoded(convert(VIPS_INTERPRETATION_B_W), ".png")), "32x16");
    EXPECT_EQ(outcome(encoded(convert(VIPS_INTERPRETATION_GREY16), ".png")), "32x16");
    const auto deep = process_image(encoded(convert(VIPS_INTERPRETATION_RGB16), ".png"));
    ASSERT_TRUE(deep);
    EXPECT_EQ(colour_at(deep->webp, 4, 8), Colour::red);
    const auto print = process_image(encoded(convert(VIPS_INTERPRETATION_CMYK), ".jpg"));
    ASSERT_TRUE(print);
    EXPECT_EQ(vips_image_get_bands(reread(print->webp).get()), 3);
}

TEST_F(ProcessImage, TurnsTheImageAsItsOrientationSays) {
    const auto sample = samples::red_and_blue(64, 32);
    const auto turned = [&](int orientation) {
        const Image copy{vips_image_copy_memory(sample.get())};
        vips_image_set_int(copy.get(), VIPS_META_ORIENTATION, orientation);
        return process_image(encoded(copy, ".jpg[Q=95]"));
    };
    struct Expected {
        int orientation;
        int width;
        int height;
        int red_x;
        int red_y;
    };
    for (const auto& e : std::vector<Expected>{{1, 64, 32, 8, 16},
                                               {2, 64, 32, 56, 16},
                                               {3, 64, 32, 56, 16},
                                               {4, 64, 32, 8, 16},
                                               {5, 32, 64, 16, 8},
                                               {6, 32, 64, 16, 8},
                                               {7, 32, 64, 16, 56},
                                               {8, 32, 64, 16, 56}}) {
        const auto image = turned(e.orientation);
        ASSERT_TRUE(image) << e.orientation;
        EXPECT_EQ(image->width, e.width) << e.orientation;
        EXPECT_EQ(image->height, e.height) << e.orientation;
        EXPECT_EQ(colour_at(image->webp, e.red_x, e.red_y), Colour::red) << e.orientation;
        EXPECT_EQ(colour_at(image->webp, e.width - 1 - e.red_x, e.height - 1 - e.red_y), Colour::blue)
            << e.orientation;
    }
}

TEST_F(ProcessImage, RemovesMetadata) {
    const Image sample{vips_image_copy_memory(samples::red_and_blue(64, 32).get())};
    vips_image_set_string(sample.get(), "exif-ifd0-Make",
                          "SecretMaker (SecretMaker, ASCII, 12 components, 12 bytes)");
    vips_image_set_string(sample.get(), "exif-ifd3-GPSLatitude",
                          "12/1 34/1 56/1 (12, 34, 56, Rational, 3 components, 24 bytes)");
    const std::string xmp = "<x:xmpmeta>SecretPlace</x:xmpmeta>";
    vips_image_set_blob_copy(sample.get(), VIPS_META_XMP_NAME, xmp.data(), xmp.size());
    for (const auto* format : {".jpg", ".webp", ".avif"}) {
        const auto bytes = encoded(sample, format);
        ASSERT_NE(bytes.find("Secret"), std::string::npos) << format;
        const auto image = process_image(bytes);
        ASSERT_TRUE(image) << format;
        EXPECT_EQ(image->webp.find("Secret"), std::string::npos) << format;
        const auto again = reread(image->webp);
        for (const auto* field :
             {VIPS_META_EXIF_NAME, VIPS_META_XMP_NAME, VIPS_META_ICC_NAME, "exif-ifd3-GPSLatitude"}) {
            EXPECT_EQ(vips_image_get_typeof(again.get(), field), 0U) << format << field;
        }
        for (const auto* chunk : {"EXIF", "XMP ", "ICCP"})
            EXPECT_EQ(image->webp.find(chunk), std::string::npos);
    }
}

TEST_F(ProcessImage, AppliesTheProfileAndDropsIt) {
    VipsImage* out = nullptr;
    const auto sample = samples::red_and_blue(64, 32);
    const auto wide =
        samples::checked(vips_icc_transform(sample.get(), &out, "p3", "input_profile", "srgb", nullptr), out);
    const auto bytes = encoded(wide, ".png");
    ASSERT_NE(bytes.find("iCCP"), std::string::npos);
    const auto image = process_image(bytes);
    ASSERT_TRUE(image);
    EXPECT_EQ(colour_at(image->webp, 8, 16), Colour::red);
    EXPECT_EQ(image->webp.find("ICCP"), std::string::npos);
}

TEST_F(ProcessImage, PayloadsOfPolyglotsAreGone) {
    const auto payload = "<script>alert(document.domain)</script>%PDF-1.4 PK\x03\x04 GIFAR"s;
    const auto sample = samples::red_and_blue(64, 32);
    for (const auto* format : kFormats) {
        const auto image = process_image(encoded(sample, format) + payload);
        if (!image) continue;  // refusing is as good
        EXPECT_EQ(image->webp.find("<script>"), std::string::npos) << format;
        EXPECT_EQ(image->webp.find("%PDF"), std::string::npos) << format;
    }
    const auto png = encoded(sample, ".png");
    const auto with_text =
        png.substr(0, 33) + checked_png_chunk("tEXt", "Comment\0"s + payload) + png.substr(33);
    const auto jpeg = encoded(sample, ".jpg");
    const auto comment =
        "\xFF\xFE"s + big_endian(static_cast<std::uint32_t>(payload.size() + 2)).substr(2) + payload;
    const auto with_comment = jpeg.substr(0, 2) + comment + jpeg.substr(2);
    for (const auto& bytes : {with_text, with_comment, jpeg + payload}) {
        const auto image = process_image(bytes);
        ASSERT_TRUE(image);
        EXPECT_EQ(image->webp.find("<script>"), std::string::npos);
    }
}

TEST_F(ProcessImage, RefusesOtherTypes) {
    const auto sample = samples::red_and_blue(16, 16);
    const std::string svg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" "
        "height=\"9\"/></svg>";
    for (const auto& bytes :
         {""s, "x"s, svg, "<?xml version=\"1.0\"?>" + svg, "<!doctype html><html><body>x</body></html>"s,
          "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"s, encoded(sample, ".tif"),
          encoded(sample, ".ppm"),
          "\0\0\0\x18"
          "ftypheic\0\0\0\0mif1heic"s,
          "BM"s + std::string(100, '\0'), "GIF89b          "s, "RIFF\0\0\0\0WAVEfmt "s,
          std::string{kPngMagic}, "\xFF\xD8\xFF"s}) {
        EXPECT_EQ(outcome(bytes), "unsupported_image") << bytes.substr(0, 16);
    }
}

TEST_F(ProcessImage, LoadersOfOtherTypesAreBlocked) {
    const auto tiff = encoded(samples::red_and_blue(16, 16), ".tif");
    EXPECT_EQ(vips_image_new_from_buffer(tiff.data(), tiff.size(), "", nullptr), nullptr);
    const std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"></svg>";
    EXPECT_EQ(vips_image_new_from_buffer(svg.data(), svg.size(), "", nullptr), nullptr);
    vips_error_clear();
}

TEST_F(ProcessImage, RefusesWhatIsCutOff) {
    const auto sample = samples::noise(200, 150);
    for (const auto* format : kFormats) {
        const auto whole = encoded(sample, format);
        ASSERT_EQ(outcome(whole), "200x150") << format;
        for (const std::size_t tenths : {1U, 3U, 5U, 7U, 9U}) {
            EXPECT_EQ(outcome(whole.substr(0, whole.size() * tenths / 10)), "unsupported_image")
                << format << tenths;
        }
    }
}

TEST_F(ProcessImage, RefusesARotAfterAGoodHeader) {
    const auto png = encoded(samples::noise(200, 150), ".png");
    auto rotten = png;
    for (std::size_t i = png.size() / 2; i < png.size() / 2 + 100; ++i) rotten[i] = '\x55';
    EXPECT_EQ(outcome(rotten), "unsupported_image");
}

TEST_F(ProcessImage, RefusesTooManyPixelsByTheHeader) {
    EXPECT_EQ(outcome(png_of_size(50'000, 50'000)), "image_too_large");
    EXPECT_EQ(outcome(png_of_size(10'000, 5'001)), "image_too_large");
    EXPECT_EQ(outcome(png_of_size(16'384, 1)), "image_too_large");
    EXPECT_EQ(outcome(png_of_size(1, 16'384)), "image_too_large");
    // Within the limits: what is wrong is that the pixels are missing.
    EXPECT_EQ(outcome(png_of_size(10'000, 5'000)), "unsupported_image");
    EXPECT_EQ(outcome(encoded(samples::red_and_blue(16'383, 1), ".png")), "16383x1");
    const auto refused = process_image(png_of_size(50'000, 50'000));
    EXPECT_NE(message_of(refused.error()).find("50 megapixels"), std::string::npos);
}

TEST_F(ProcessImage, RefusesAPixelBombQuickly) {
    const auto bomb = png_of_size(50'000, 50'000);
    (void)process_image(bomb);  // the first call may load libraries
    EXPECT_LT(milliseconds_for(bomb), 50);
}

// libheif reports the size that the file states, and would decode what the stream holds.
TEST_F(ProcessImage, AnAvifMayNotHoldMoreThanItStates) {
    VipsImage* out = nullptr;
    const auto flat = samples::checked(vips_black(&out, 8000, 6500, nullptr), out);
    auto bomb = encoded(flat, ".avif[effort=0]");
    EXPECT_EQ(outcome(bomb), "image_too_large");
    bomb.replace(bomb.find("ispe") + 8, 8, big_endian(100) + big_endian(100));
    EXPECT_EQ(outcome(bomb), "unsupported_image");
    EXPECT_LT(milliseconds_for(bomb), 50);
}

TEST_F(ProcessImage, AGifMayNotHoldMoreThanItStates) {
    const auto frame = "\x2C\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02\x44\x01\0"s;
    const auto bomb = "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF"s + frame + ";";
    EXPECT_EQ(outcome(bomb), "image_too_large");
    EXPECT_LT(milliseconds_for(bomb), 50);
}

TEST_F(ProcessImage, OfAnAnimationTheFirstFrameIsTaken) {
    VipsImage* out = nullptr;
    const auto frame = samples::red_and_blue(64, 32);
    std::array<VipsImage*, 5> frames{};
    frames.fill(frame.get());
    const auto roll = samples::checked(vips_arrayjoin(frames.data(), &out, 5, "across", 1, nullptr), out);
    const Image film{vips_image_copy_memory(roll.get())};
    vips_image_set_int(film.get(), VIPS_META_PAGE_HEIGHT, 32);
    for (const auto* format : {".gif", ".webp"}) EXPECT_EQ(outcome(encoded(film, format)), "64x32") << format;
}

TEST_F(ProcessImage, ManyFramesCostLittle) {
    auto gif = "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xFF\xFF\xFF"s;
    for (int i = 0; i < 100'000; ++i) gif += "\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0"s;
    gif += ';';
    EXPECT_EQ(outcome(gif), "1x1");
    EXPECT_LT(milliseconds_for(gif),
              3'000);  // 1,000 on a slow machine: libvips grows a list, and ASan copies it
}

// Each scan of a progressive JPEG costs a pass over the whole image, however few its bytes.
TEST_F(ProcessImage, ScanBombIsRefusedSoon) {
    VipsImage* out = nullptr;
    const auto flat = samples::checked(vips_black(&out, 2000, 2000, nullptr), out);
    const auto jpeg = encoded(flat, ".jpg[interlace]");
    ASSERT_EQ(outcome(jpeg), "2000x2000");
    const auto end = jpeg.size() - 2;
    const auto last_scan = jpeg.rfind("\xFF\xDA");
    auto bomb = jpeg.substr(0, end);
    for (int i = 0; i < 1000; ++i) bomb += jpeg.substr(last_scan, end - last_scan);
    bomb += jpeg.substr(end);
    EXPECT_EQ(outcome(bomb), "unsupported_image");
    EXPECT_LT(milliseconds_for(bomb), 500);
}

TEST_F(ProcessImage, CompressedTextIsNotUnpacked) {
    const auto zeros = deflated(std::string(7'000'000, '\0'));
    const auto png = encoded(samples::red_and_blue(16, 16), ".png");
    for (const auto& chunk : {checked_png_chunk("zTXt", "Comment\0\0"s + zeros),
                              checked_png_chunk("iCCP", "Profile\0\0"s + zeros),
                              checked_png_chunk("iTXt", "Comment\0\x01\0\0\0"s + zeros)}) {
        auto bomb = png.substr(0, 33);
        for (int i = 0; i < 600; ++i) bomb += chunk;
        bomb += png.substr(33);
        EXPECT_EQ(outcome(bomb), "16x16");
        EXPECT_LT(milliseconds_for(bomb), 200);
    }
}

// Damage at random is an error or an image, and nothing worse; the sanitizers watch.
TEST_F(ProcessImage, DamagedFilesAreHarmless) {
    std::mt19937 random{20240607};
    const auto sample = samples::noise(40, 30);
    for (const auto* format : kFormats) {
        const auto whole = encoded(sample, format);
        for (int round = 0; round < 60; ++round) {
            auto bytes = whole;
            for (int i = 0; i < 4; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
            const auto image = process_image(bytes);
            EXPECT_TRUE(!image || image->webp.starts_with("RIFF")) << format;
        }
    }
}

TEST_F(ProcessImage, WorksOnManyThreads) {
    const auto jpeg = encoded(samples::noise(300, 200), ".jpg");
    std::array<int, 4> good{};
    {
        std::vector<std::jthread> threads;
        for (auto& count : good) {
            threads.emplace_back([&] {
                for (int i = 0; i < 5; ++i) count += outcome(jpeg) == "300x200";
            });
        }
    }
    EXPECT_EQ(good, (std::array{5, 5, 5, 5}));
}

}  // namespace
}  // namespace haat::media
