#include "kernel/fold.hpp"

#include <gtest/gtest.h>

namespace haat {
namespace {

TEST(Fold, LettersOfTheFourAlphabetsLoseTheirCase) {
    const std::pair<std::string_view, std::string_view> cases[] = {{"Fruit & Veg 42", "fruit & veg 42"},
                                                                   {"ÀÉÎÖØÞ", "àéîöøþ"},
                                                                   {"ĀĎĲĶĹĽŁŇŊŸŹŻŽ", "āďĳķĺľłňŋÿźżž"},
                                                                   {"ΑΣΩ", "ασω"},
                                                                   {"ЁЂЯА", "ёђяа"}};
    for (const auto& [upper, lower] : cases) {
        EXPECT_EQ(fold_case(upper), lower);
        EXPECT_EQ(fold_case(lower), lower) << "what is folded stays";
    }
}

TEST(Fold, EverythingElseStays) {
    for (const std::string_view text : {"", "×÷ß", "ıİĸŉ", "日本語", "हाट", "🛒", "[\\]^_`{|}~@"}) {
        EXPECT_EQ(fold_case(text), text);
    }
}

TEST(Fold, TextThatEndsWithinACharacterIsNotReadBeyond) {
    EXPECT_EQ(fold_case("A\xC3"), "a\xC3");
    EXPECT_EQ(fold_case("A\xE0\xA4"), "a\xE0\xA4");
}

TEST(Trim, TakesWhiteSpaceOffBothEndsOnly) {
    EXPECT_EQ(trim(" \t\r\n\f\va b\v\f\n\r\t "), "a b");
    EXPECT_EQ(trim("\xC2\xA0\xEF\xBB\xBF"
                   "a\xC2\xA0"
                   "b\xEF\xBB\xBF\xC2\xA0"),
              "a\xC2\xA0"
              "b");
    EXPECT_EQ(trim(" \xC2\xA0 "), "");
    EXPECT_EQ(trim(""), "");
}

TEST(Trim, LeavesCharactersWholeThatShareAByteWithASpace) {
    EXPECT_EQ(trim("à"), "à");  // C3 A0, where U+00A0 is C2 A0
    EXPECT_EQ(trim("\xEF\xBB\xBE"), "\xEF\xBB\xBE");
}

TEST(CodePoints, AreCountedNotBytes) {
    EXPECT_EQ(count_code_points(""), 0U);
    EXPECT_EQ(count_code_points("abc"), 3U);
    EXPECT_EQ(count_code_points("é日🛒"), 3U);
}

}  // namespace
}  // namespace haat
