#include "media/avif.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "media/tests/sample_images.hpp"

namespace haat::media {
namespace {

using namespace std::string_literals;
using samples::big_endian;

constexpr std::int64_t kMax = 1'000'000;

class BitWriter {
public:
    BitWriter& put(unsigned value, unsigned count) {
        while (count-- > 0) bits_ += ((value >> count) & 1) != 0 ? '\1' : '\0';
        return *this;
    }
    [[nodiscard]] std::string bytes() const {
        std::string out((bits_.size() + 7) / 8, '\0');
        for (std::size_t i = 0; i < bits_.size(); ++i) {
            if (bits_[i])
                out[i / 8] = static_cast<char>(static_cast<unsigned char>(out[i / 8]) | (0x80U >> (i % 8)));
        }
        return out;
    }

private:
    std::string bits_{};
};

BitWriter& put_size(BitWriter& bits, unsigned width, unsigned height) {
    return bits.put(15, 4).put(15, 4).put(width - 1, 16).put(height - 1, 16);
}

std::string unit(unsigned type, const std::string& payload) {
    return static_cast<char>((type << 3) | 2) + std::string(1, static_cast<char>(payload.size())) + payload;
}

// AV1's sequence header of a still picture.
std::string still(unsigned width, unsigned height) {
    BitWriter bits;
    bits.put(0, 3).put(1, 1).put(1, 1).put(8, 5);
    return unit(1, put_size(bits, width, height).bytes());
}

// Of a sequence, whose frames may have any size of so many bits.
std::string moving(unsigned width_bits, unsigned height_bits, bool timed = false) {
    BitWriter bits;
    bits.put(0, 3).put(0, 1).put(0, 1).put(timed, 1).put(1, 1).put(0, 5);
    bits.put(0, 12).put(8, 5).put(0, 1).put(1, 1).put(5, 4);
    return unit(1, bits.put(width_bits - 1, 4).put(height_bits - 1, 4).bytes());
}

std::string box(const std::string& type, const std::string& content) {
    return big_endian(static_cast<std::uint32_t>(content.size() + 8)) + type + content;
}

struct File {
    std::string data = still(100, 100);
    std::string configuration{};
    std::string item_type = "av01";
    char method = 0;
    std::uint32_t length_added = 0;
    std::string between{};
    char extents = 1;
    std::string located{"\0\1", 2};  // the item that has a place
    std::string also{};              // another place

    [[nodiscard]] std::string bytes() const {
        const auto with_offset = [this](std::uint32_t offset) {
            const auto entry = box("infe", "\x02\0\0\0\0\x01\0\0"s + item_type + "\0"s);
            const auto length = static_cast<std::uint32_t>(data.size()) + length_added;
            auto place = "\x01\0\0\0\x44\0\0"s + (also.empty() ? '\1' : '\2') + located + '\0' + method +
                         "\0\0\0"s + extents;
            if (extents > 0) place += big_endian(offset) + big_endian(length);
            place += also;
            const auto config = box("ipco", box("av1C", "\x81\0\0\0"s + configuration));
            const auto meta = box("meta", "\0\0\0\0"s + box("iinf", "\0\0\0\0\0\x01"s + entry) +
                                              box("iloc", place) + box("iprp", config));
            return box("ftyp", "avif\0\0\0\0avifmif1"s) + meta + between;
        };
        const auto offset = static_cast<std::uint32_t>(with_offset(0).size() + 8);
        return with_offset(offset) + box("mdat", data);
    }
};

bool fits(const File& file) { return av1_pictures_fit(file.bytes(), kMax); }

TEST(Avif, SizeOfAStillPictureIsThatOfItsStream) {
    EXPECT_TRUE(fits({.data = still(1000, 1000)}));
    EXPECT_FALSE(fits({.data = still(1000, 1001)}));
    EXPECT_FALSE(fits({.data = still(65536, 65536)}));
    EXPECT_TRUE(fits({.data = still(65536, 15)}));
}

TEST(Avif, FramesOfASequenceMayHaveAnySizeOfTheirBits) {
    EXPECT_TRUE(fits({.data = moving(10, 9)}));
    EXPECT_FALSE(fits({.data = moving(10, 10)}));
    EXPECT_FALSE(fits({.data = moving(16, 16)}));
    EXPECT_FALSE(fits({.data = moving(4, 4, true)}));
}

TEST(Avif, EverySequenceHeaderCounts) {
    EXPECT_FALSE(fits({.data = unit(2, "") + still(10, 10) + still(5000, 5000)}));
    EXPECT_FALSE(fits({.configuration = still(5000, 5000)}));
    EXPECT_TRUE(fits({.configuration = still(10, 10)}));
    const auto without_size = "\x08"s + still(5000, 5000).substr(2);
    EXPECT_FALSE(fits({.data = still(10, 10) + without_size}));
}

TEST(Avif, OnlyPlainPicturesAreDecoded) {
    for (const auto* type : {"grid", "iovl", "iden", "hvc1", "jpeg"})
        EXPECT_FALSE(fits({.item_type = type})) << type;
    for (const auto* type : {"Exif", "mime"}) EXPECT_TRUE(fits({.item_type = type})) << type;
    EXPECT_FALSE(fits({.method = 1}));
    EXPECT_FALSE(fits({.method = 2}));
}

TEST(Avif, EachPictureHasOnePlaceWithSomethingInIt) {
    EXPECT_FALSE(fits({.extents = 0}));
    EXPECT_FALSE(fits({.located = "\0\2"s}));
    const auto place_of = [](char item) {
        return "\0"s + item + "\0\0\0\0\0\1"s + big_endian(0) + big_endian(4);
    };
    EXPECT_TRUE(fits({.also = place_of('\2')})) << "of an item that is no picture";
    EXPECT_FALSE(fits({.also = place_of('\1')}));
}

TEST(Avif, WhatIsMalformedDoesNotFit) {
    EXPECT_TRUE(fits({}));
    EXPECT_FALSE(fits({.length_added = 1}));
    EXPECT_FALSE(fits({.length_added = 0xFFFFFF00}));
    EXPECT_FALSE(fits({.between = box("meta", "\0\0\0\0"s)}));
    EXPECT_FALSE(fits({.between = big_endian(1) + "free" + big_endian(0) + big_endian(16)}));
    EXPECT_FALSE(fits({.between = big_endian(0) + "free"}));
    EXPECT_FALSE(fits({.data = "\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s}));
    EXPECT_FALSE(fits({.data = "\x0A\x7F"s}));
    EXPECT_FALSE(av1_pictures_fit("", kMax));
    const auto whole = File{}.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_FALSE(av1_pictures_fit(std::string_view{whole}.substr(0, size), kMax)) << size;
    }
}

TEST(Avif, DamageIsHarmless) {
    std::mt19937 random{20240607};
    const auto whole = File{}.bytes();
    int fitting = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = whole;
        for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random());
        fitting += av1_pictures_fit(bytes, kMax);
    }
    EXPECT_GT(fitting, 0);
    EXPECT_LT(fitting, 20'000);
}

TEST(Avif, FilesOfARealEncoderAreUnderstood) {
    const auto file = samples::encoded(samples::red_and_blue(640, 480), ".avif");
    EXPECT_TRUE(av1_pictures_fit(file, 640 * 480));
    EXPECT_FALSE(av1_pictures_fit(file, 640 * 480 - 1));
}

}  // namespace
}  // namespace haat::media
