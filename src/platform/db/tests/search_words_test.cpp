#include "platform/db/search_words.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace haat::db {
namespace {

using Words = std::vector<std::string>;

TEST(SearchWords, AreStemsWithoutCaseAndDiacritics) {
    EXPECT_EQ(search_words("Running SHOES, crème brûlée"), (Words{"run", "shoe", "creme", "brule"}));
    EXPECT_EQ(search_words("Ångström ÅNGSTRÖM"), (Words{"angstrom", "angstrom"}));
}

TEST(SearchWords, AreLettersAndDigitsOfAllScripts) {
    EXPECT_EQ(search_words("it's e-mail 4.5'' 日本 Жук"),
              (Words{"it", "s", "e", "mail", "4", "5", "日本", "жук"}));
    EXPECT_EQ(search_words("☃ '\\ & | ! <-> :* ()"), Words{});
    EXPECT_EQ(search_words(""), Words{});
    EXPECT_EQ(search_words(std::string_view{"a\0b", 3}), (Words{"a", "b"}));
}

TEST(SearchWords, LongOnesAreKeptWhole) {
    const std::string word(5'000, 'x');
    EXPECT_EQ(search_words(word), Words{word});
}

TEST(SearchWords, AnyThreadMayAsk) {
    Words there;
    std::thread{[&there] { there = search_words("walking"); }}.join();
    EXPECT_EQ(there, Words{"walk"});
    EXPECT_EQ(search_words("walked"), Words{"walk"});
}

}  // namespace
}  // namespace haat::db
