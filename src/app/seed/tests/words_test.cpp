#include "app/seed/words.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "kernel/fold.hpp"

namespace haat::seed {
namespace {

void expect_filled(std::span<const std::string_view> words, std::string_view where) {
    std::set<std::string_view> seen;
    for (const auto word : words) {
        EXPECT_EQ(word, trim(word)) << where;
        EXPECT_FALSE(word.empty()) << where;
        EXPECT_TRUE(seen.insert(word).second) << word << " stands twice in " << where;
    }
}

// All lower-case words that products are described with, but for quality lines and ranges.
std::set<std::string> all_words() {
    std::string texts;
    const auto add = [&texts](const auto& list) {
        for (const std::string_view text : list) (texts += text) += '\n';
    };
    for (const CategoryWords& category : assortment()) {
        (texts += category.name) += '\n';
        add(category.qualities);
        add(category.lines);
        for (const SubCategoryWords& words : category.sub_categories) {
            (texts += words.name) += '\n';
            add(words.items);
        }
    }
    add(openings());
    for (const Note& note : notes()) (texts += note.text) += '\n';
    for (std::uint32_t i = 0; i < brand_count(); ++i) texts += brand(i) + '\n';
    std::set<std::string> words;
    std::string word;
    for (const char c : fold_case(texts)) {
        if (c >= 'a' && c <= 'z') {
            word += c;
        } else {
            words.insert(std::exchange(word, {}));
        }
    }
    return words;
}

// An array that is given too few words fills up with empty ones, and says nothing.
TEST(SeedWords, NoListHasHolesOrRepeats) {
    for (const CategoryWords& category : assortment()) {
        expect_filled(category.qualities, category.name);
        expect_filled(category.lines, category.name);
        expect_filled(category.details, category.name);
        EXPECT_FALSE(category.detail.empty());
        for (const SubCategoryWords& words : category.sub_categories) expect_filled(words.items, words.name);
    }
    expect_filled(openings(), "openings");
    expect_filled(quality_lines(), "quality lines");
    expect_filled(ranges(), "ranges");
}

TEST(SeedWords, CategoriesAndSubCategoriesHaveNamesOfTheirOwn) {
    std::set<std::string> categories;
    std::set<std::string> sub_categories;
    for (const CategoryWords& category : assortment()) {
        EXPECT_TRUE(categories.insert(fold_case(category.name)).second) << category.name;
        EXPECT_GE(category.sub_categories.size(), 3U);
        EXPECT_LE(category.sub_categories.size(), 6U);
        for (const SubCategoryWords& words : category.sub_categories) {
            EXPECT_TRUE(sub_categories.insert(fold_case(words.name)).second) << words.name;
        }
    }
}

TEST(SeedWords, PacksGrowInPriceAndHaveLabelsOfTheirOwn) {
    for (const CategoryWords& category : assortment()) {
        for (const SubCategoryWords& words : category.sub_categories) {
            std::set<std::string_view> labels;
            std::int64_t percent = 0;
            for (const Pack& pack : *words.packs) {
                EXPECT_TRUE(labels.insert(pack.label).second && !pack.label.empty()) << words.name;
                EXPECT_FALSE(pack.unit.empty()) << words.name;
                EXPECT_GT(pack.percent, percent) << words.name;
                percent = pack.percent;
            }
            EXPECT_LT(words.lowest, words.highest) << words.name;
        }
    }
}

TEST(SeedWords, BrandsDiffer) {
    std::set<std::string> brands;
    for (std::uint32_t i = 0; i < brand_count(); ++i) brands.insert(brand(i));
    EXPECT_EQ(brands.size(), brand_count());
}

TEST(SeedWords, WordsThatSearchesAreMeasuredWithOccurNowhereElse) {
    const auto words = all_words();
    EXPECT_TRUE(words.contains("basmati"));
    EXPECT_FALSE(words.contains("quality"));
    for (const auto range : ranges()) EXPECT_FALSE(words.contains(fold_case(range))) << range;
    for (const auto line : quality_lines()) {
        EXPECT_NE(fold_case(line).find("quality"), std::string::npos) << line;
    }
}

}  // namespace
}  // namespace haat::seed
