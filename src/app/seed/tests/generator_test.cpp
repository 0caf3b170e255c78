#include "app/seed/generator.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "kernel/fold.hpp"
#include "platform/json/write.hpp"

namespace haat::seed {
namespace {

constexpr std::uint32_t kSample = 5'000;
const std::string kBase = "https://shop.example/media/Ecommerce_images/";

std::string text_of(const catalog::Product& product) { return json::to_string(product); }

// Lower-case words of letters.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words{""};
    for (const char c : fold_case(text)) {
        if (c >= 'a' && c <= 'z') {
            words.back() += c;
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    return words;
}

bool has_word(std::string_view text, const std::string& word) {
    const auto words = words_of(text);
    return std::ranges::find(words, word) != words.end();
}

// How many of kSample products have the word in their description.
int count_described(const Generator& generator, const std::string& word) {
    int count = 0;
    for (std::uint32_t i = 0; i < kSample; ++i) {
        count += has_word(generator.product(i).fields.description, word) ? 1 : 0;
    }
    return count;
}

TEST(SeedGenerator, TheSameSeedMakesTheSameShop) {
    const Generator one{7, kBase};
    const Generator other{7, kBase};
    EXPECT_EQ(json::to_string(one.categories()), json::to_string(other.categories()));
    EXPECT_EQ(json::to_string(one.sub_categories()), json::to_string(other.sub_categories()));
    for (std::uint32_t i = 0; i < 200; ++i) {
        const std::uint32_t backwards = 199 - i;
        static_cast<void>(other.product(i));
        EXPECT_EQ(text_of(one.product(backwards)), text_of(other.product(backwards)));
        EXPECT_EQ(one.user(i).id, other.user(i).id);
    }
}

// What a seed makes is a promise to whoever has written it down.
TEST(SeedGenerator, MakesTodayWhatItMadeYesterday) {
    const auto product = Generator{1, kBase}.product(3);
    EXPECT_EQ(product.id.text(), "6913f528e68e6fc01d000003");
    EXPECT_EQ(product.fields.name, "Rowanworth Family Dried Apricots, 1 kg");
    EXPECT_EQ(product.fields.price.minor, 711'00);
    EXPECT_EQ(product.created_at.ms, 1'762'915'624'299);
}

TEST(SeedGenerator, AnotherSeedMakesAnotherShop) {
    const Generator one{1, kBase};
    const Generator other{2, kBase};
    EXPECT_NE(one.categories().front().id, other.categories().front().id);
    EXPECT_NE(one.image_name(0), other.image_name(0));
    int same_names = 0;
    for (std::uint32_t i = 0; i < 1'000; ++i) {
        EXPECT_NE(one.product(i).id, other.product(i).id);
        same_names += one.product_name(i) == other.product_name(i) ? 1 : 0;
    }
    EXPECT_LT(same_names, 5);
}

TEST(SeedGenerator, AMillionProductsHaveAMillionNames) {
    constexpr std::uint32_t kMillion = 1'000'000;
    ASSERT_GE(Generator::names(), kMillion);
    const Generator generator{3, kBase};
    std::unordered_set<std::size_t> hashes;
    hashes.reserve(kMillion);
    for (std::uint32_t i = 0; i < kMillion; ++i) {
        hashes.insert(std::hash<std::string>{}(generator.product_name(i)));
    }
    EXPECT_EQ(hashes.size(), kMillion);
}

TEST(SeedGenerator, GoesOnBeyondItsNames) {
    const Generator generator{3, kBase};
    const auto product = generator.product(Generator::names() + 5);
    EXPECT_FALSE(product.fields.name.empty());
    EXPECT_NE(product.id, generator.product(5).id);
    EXPECT_FALSE(generator.product(kMaxIndex - 1).fields.name.empty());
}

TEST(SeedGenerator, MakesProductsThatTheShopWouldTake) {
    const Generator generator{4, kBase};
    for (std::uint32_t i = 0; i < kSample; ++i) {
        const auto product = generator.product(i);
        const auto& fields = product.fields;
        ASSERT_EQ(fields.name, trim(fields.name));
        ASSERT_EQ(fields.name.find("  "), std::string::npos) << fields.name;
        ASSERT_FALSE(fields.unit.empty());
        ASSERT_GE(fields.price, kLowestPrice) << fields.name;
        ASSERT_LE(fields.price, kHighestPrice) << fields.name;
        ASSERT_GE(fields.discount.hundredths, 0);
        ASSERT_LE(fields.discount, kWhole);
        ASSERT_GE(fields.stock, 0);
        ASSERT_EQ(fields.description.find_first_of("{}"), std::string::npos) << fields.description;
        ASSERT_GT(fields.description.size(), 40U);
        ASSERT_TRUE(boost::json::parse(fields.more_details.text).is_object());
        ASSERT_GE(product.created_at, kOldest);
        ASSERT_LT(product.created_at, kNewest);
        ASSERT_GE(product.updated_at, product.created_at);
        ASSERT_LE(product.updated_at, kNewest);
    }
}

TEST(SeedGenerator, RefersToWhatThereIs) {
    const Generator generator{5, kBase};
    std::set<ObjectId> categories;
    for (const auto& category : generator.categories()) categories.insert(category.id);
    std::map<ObjectId, ObjectId> category_of;
    for (const auto& sub_category : generator.sub_categories()) {
        ASSERT_EQ(sub_category.fields.category.size(), 1U);
        ASSERT_TRUE(categories.contains(sub_category.fields.category.front()));
        category_of[sub_category.id] = sub_category.fields.category.front();
    }
    std::set<std::string> images;
    for (std::uint32_t i = 0; i < Generator::images(); ++i) {
        images.insert(kBase + generator.image_name(i) + ".webp");
    }
    EXPECT_EQ(images.size(), Generator::images());

    int with_two = 0;
    for (std::uint32_t i = 0; i < kSample; ++i) {
        const auto fields = generator.product(i).fields;
        ASSERT_EQ(fields.category.size(), 1U);
        const std::set<ObjectId> sub_categories{fields.subCategory.begin(), fields.subCategory.end()};
        ASSERT_EQ(sub_categories.size(), fields.subCategory.size());
        for (const auto& id : fields.subCategory) ASSERT_EQ(category_of.at(id), fields.category.front());
        for (const auto& url : fields.image) ASSERT_TRUE(images.contains(url)) << url;
        ASSERT_FALSE(fields.image.empty());
        with_two += sub_categories.size() == 2 ? 1 : 0;
    }
    EXPECT_NEAR(with_two, kSample / 8.0, kSample / 40.0);
}

TEST(SeedGenerator, FillsEveryCategoryAndSubCategory) {
    const Generator generator{6, kBase};
    EXPECT_GE(generator.categories().size(), 8U);
    EXPECT_LE(generator.categories().size(), 12U);
    EXPECT_LE(Generator::images(), 100U);
    std::map<ObjectId, int> sizes;
    for (std::uint32_t i = 0; i < kSample; ++i) ++sizes[generator.product(i).fields.subCategory.front()];
    const auto all = generator.sub_categories();
    EXPECT_EQ(sizes.size(), all.size());
    for (const auto& [id, size] : sizes) EXPECT_GT(size, static_cast<int>(kSample / all.size() / 2));
}

TEST(SeedGenerator, ShowsEveryStateOfAProduct) {
    const Generator generator{8, kBase};
    std::map<std::string, int> seen;
    for (std::uint32_t i = 0; i < kSample; ++i) {
        const auto product = generator.product(i);
        const auto& fields = product.fields;
        seen["unpublished"] += fields.publish ? 0 : 1;
        seen["sold out"] += fields.stock == 0 ? 1 : 0;
        seen["discounted"] += fields.discount.hundredths > 0 ? 1 : 0;
        seen["full price"] += fields.discount.hundredths == 0 ? 1 : 0;
        seen["several images"] += fields.image.size() > 1 ? 1 : 0;
        seen["no details"] += fields.more_details.text == "{}" ? 1 : 0;
        seen["price with hundredths"] += fields.price.minor % 100 != 0 ? 1 : 0;
        seen["changed"] += product.updated_at != product.created_at ? 1 : 0;
    }
    for (const auto& [state, count] : seen) EXPECT_GT(count, static_cast<int>(kSample / 100)) << state;
    EXPECT_LT(seen["unpublished"], static_cast<int>(kSample / 20));
}

TEST(SeedGenerator, SpreadsProductsOverTheYear) {
    const Generator generator{9, kBase};
    std::map<std::int64_t, int> months;
    for (std::uint32_t i = 0; i < kSample; ++i) {
        ++months[(generator.product(i).created_at.ms - kOldest.ms) / (365 * kDayMs / 12)];
    }
    EXPECT_EQ(months.size(), 12U);
    for (const auto& [month, count] : months) EXPECT_NEAR(count, kSample / 12.0, kSample / 48.0) << month;
}

TEST(SeedGenerator, DescribesWithCommonAndRareWords) {
    const Generator generator{10, kBase};
    EXPECT_NEAR(count_described(generator, std::string{kCommonWord}), kSample / 2.0, kSample / 25.0);
    EXPECT_NEAR(count_described(generator, "dispatched"), kSample / 4.0, kSample / 25.0);
    EXPECT_NEAR(count_described(generator, "edition"), kSample / 20.0, kSample / 50.0);
    EXPECT_NEAR(count_described(generator, "refill"), kSample / 100.0, kSample / 150.0);
    EXPECT_NEAR(count_described(generator, "larkspur"), kSample / 8.0, kSample / 25.0);
    EXPECT_LT(count_described(generator, "solstice"), 10);
}

TEST(SeedGenerator, CountsUsersFromOne) {
    const Generator generator{11, kBase};
    EXPECT_EQ(generator.user(0).email, "demo1@example.com");
    EXPECT_EQ(generator.user(41).email, "demo42@example.com");
    EXPECT_EQ(generator.user(41).name, "Demo User 42");
    EXPECT_NE(generator.user(0).id, generator.user(1).id);
    EXPECT_LT(generator.user(0).created_at, kNewest);
}

TEST(SeedRandom, ShufflesWithoutLosingANumber) {
    for (const std::uint32_t count : {1U, 2U, 3U, 1'000U, 4'096U, 4'097U}) {
        std::set<std::uint32_t> places;
        for (std::uint32_t i = 0; i < count; ++i) places.insert(shuffled(i, count, 99));
        EXPECT_EQ(places.size(), count);
        EXPECT_EQ(*places.rbegin(), count - 1);
    }
    EXPECT_NE(shuffled(5, 1'000'000, 1), shuffled(5, 1'000'000, 2));
}

TEST(SeedRandom, StaysBelowItsBound) {
    Random random{12};
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 1'000; ++i) seen.insert(random.below(10));
    EXPECT_EQ(seen.size(), 10U);
    EXPECT_EQ(*seen.rbegin(), 9U);
    EXPECT_EQ(random.below(1), 0U);
    for (int i = 0; i < 1'000; ++i) {
        const auto drawn = random.between(-3, 3);
        ASSERT_GE(drawn, -3);
        ASSERT_LE(drawn, 3);
    }
}

}  // namespace
}  // namespace haat::seed
