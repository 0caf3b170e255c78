#include "app/seed/images.hpp"

#include <gtest/gtest.h>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "app/seed/drawing.hpp"
#include "media/image.hpp"

namespace haat::seed {
namespace {

namespace fs = std::filesystem;

class SeedImages : public testing::Test {
protected:
    SeedImages() {
        std::string pattern = (fs::temp_directory_path() / "haat-seed-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        folder_ = pattern;
    }
    ~SeedImages() override { fs::remove_all(folder_); }

    fs::path folder_;
};

TEST_F(SeedImages, AreImagesThatTheShopItselfTakes) {
    const std::string webp = make_image(1, 0);
    const auto processed = media::process_image(webp);
    ASSERT_TRUE(processed.has_value());
    EXPECT_EQ(processed->width, kImageSide);
    EXPECT_EQ(processed->height, kImageSide);
    EXPECT_LT(webp.size(), 30'000U);
}

TEST_F(SeedImages, AreTheSameForTheSameSeed) {
    EXPECT_EQ(make_image(1, 20), make_image(1, 20));
    EXPECT_NE(make_image(1, 20), make_image(2, 20));
    EXPECT_NE(make_image(1, 20), make_image(1, 21));
}

TEST_F(SeedImages, ShowEveryShapeInADifferentWay) {
    std::set<std::string> pictures;
    const Shape last = Shape::pen;
    for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(last); ++i) {
        const std::string pixels = draw({.shape = static_cast<Shape>(i), .hue = 0.1F, .ground_hue = 0.6F});
        EXPECT_EQ(pixels.size(), std::size_t{3} * kImageSide * kImageSide);
        pictures.insert(pixels);
    }
    EXPECT_EQ(pictures.size(), static_cast<std::size_t>(last) + 1);
}

TEST_F(SeedImages, AreKeptOnceUnderANameThatIsServed) {
    media::LocalStore store{folder_, "https://shop.example"};
    const Generator generator{1, "https://shop.example/media/Ecommerce_images/"};
    EXPECT_TRUE(keep_image(store, generator, 5));
    EXPECT_FALSE(keep_image(store, generator, 5));
    const auto file = media::read_stored(folder_, generator.image_name(5) + ".webp");
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(file->bytes, make_image(1, 5));
}

TEST_F(SeedImages, AreMadeAlthoughACrashLeftOneUnfinished) {
    media::LocalStore store{folder_, "https://shop.example"};
    const Generator generator{1, ""};
    std::ofstream{folder_ / "media/Ecommerce_images" / (generator.image_name(5) + ".tmp")} << "half";
    EXPECT_TRUE(keep_image(store, generator, 5));
    EXPECT_TRUE(store.has(generator.image_name(5)));
}

}  // namespace
}  // namespace haat::seed
