#include "catalog/postgres_search.hpp"

#include <gtest/gtest.h>

namespace haat::catalog {
namespace {

SearchExpression expression(std::string_view text) {
    return search_expression(parse_search(text), "postgres");
}

TEST(PostgresSearch, AVectorHasPlacesAndWeightsAndAGapBehindTheName) {
    EXPECT_EQ(to_tsvector("Red apples", "The red ones"), "'red':1A 'appl':2A 'the':4B 'red':5B 'on':6B ");
    EXPECT_EQ(to_tsvector("", ""), "");
    EXPECT_EQ(to_tsvector("☃", "x"), "'x':2B ");
}

TEST(PostgresSearch, AWordTooLongForTheEngineKeepsItsPlace) {
    EXPECT_EQ(to_tsvector("a " + std::string(3'000, 'y') + " b", ""), "'a':1A 'b':3A ");
    EXPECT_TRUE(to_tsvector(std::string(2'046, 'y'), "").contains(":1A"));
}

TEST(PostgresSearch, WordsAreAlternativesAndPhrasesMustOccur) {
    EXPECT_EQ(expression("red apples").match, "('red') | ('appl')");
    EXPECT_EQ(expression("red apples").rank, "('red') | ('appl')");
    EXPECT_EQ(expression(R"("red apples" "x y" pie)").match, "('red' <-> 'appl') & ('x' <-> 'y')");
    EXPECT_EQ(expression(R"("red apples" "x y" pie)").rank, "('red' <-> 'appl') | ('x' <-> 'y') | ('pie')");
}

TEST(PostgresSearch, WhatIsExcludedDoesNotCountForTheScore) {
    EXPECT_EQ(expression(R"(milk -soy -"low fat")").match, "(('milk')) & !(('soi') | ('low' <-> 'fat'))");
    EXPECT_EQ(expression(R"(milk -soy -"low fat")").rank, "('milk')");
}

TEST(PostgresSearch, WhatHasNoWordsFindsNothing) {
    for (const auto* text : {"", "the", "-milk", "☃", "\"☃\"", "milk \"☃\"", "\"a b\" \"☃\""})
        EXPECT_EQ(expression(text).match, "") << text;
    EXPECT_EQ(expression("milk ☃ -☃").match, "('milk')") << "elsewhere it says nothing";
}

TEST(PostgresSearch, NothingThatIsTypedIsAnOperator) {
    for (const auto* text :
         {"a' | 'b", "a\\' | b", "a:* & b", "!a", "a <-> b", "(a", "a'':A", "'; DROP TABLE products"}) {
        std::string outside;
        bool quoted = false;
        for (const char c : expression(text).match) {
            if (c == '\'')
                quoted = !quoted;
            else if (!quoted)
                outside += c;
            else
                EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c))) << text;
        }
        EXPECT_FALSE(quoted) << text;
        EXPECT_EQ(outside.find_first_not_of("()| "), std::string::npos) << text << " gives " << outside;
    }
}

}  // namespace
}  // namespace haat::catalog
