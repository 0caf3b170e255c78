#include "catalog/search_query.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "platform/http/request.hpp"

namespace haat::catalog {
namespace {

using Texts = std::vector<std::string>;

TEST(SearchQuery, WordsAreAlternatives) {
    const auto query = parse_search("  Red\tapple,pie!\n42 ");
    EXPECT_EQ(query.words, (Texts{"Red", "apple", "pie", "42"}));
    EXPECT_TRUE(query.phrases.empty() && query.excluded.empty());
    EXPECT_EQ(to_fts5(query), R"(("Red" OR "apple" OR "pie" OR "42"))");
}

TEST(SearchQuery, StopWordsDoNotCountInAnyCase) {
    EXPECT_EQ(parse_search("The milk of A cow").words, (Texts{"milk", "cow"}));
    EXPECT_TRUE(parse_search("the AND of it").finds_nothing());
    EXPECT_EQ(parse_search("theme").words, Texts{"theme"});
}

TEST(SearchQuery, APhraseIsWhatStandsInQuotesStopWordsIncluded) {
    const auto query = parse_search(R"(pie "state of the art"tail "" "!?")");
    EXPECT_EQ(query.phrases, Texts{"state of the art"});
    EXPECT_EQ(query.words, (Texts{"pie", "tail"}));
    EXPECT_FALSE(parse_search(R"("the")").finds_nothing());
    EXPECT_EQ(parse_search(R"(a "never closed)").phrases, Texts{"never closed"});
}

TEST(SearchQuery, EachPhraseMustOccurAndWordsOnlyWeigh) {
    EXPECT_EQ(to_fts5(parse_search(R"("a b" "c d")")), R"(("a b" AND "c d"))");
    EXPECT_EQ(to_fts5(parse_search(R"("a b" pie)")), R"(("a b") AND ("a b" OR "pie"))");
}

TEST(SearchQuery, ADashBeforeAWordOrAPhraseExcludesIt) {
    const auto query = parse_search(R"(milk -soy -"low fat" e-mail -)");
    EXPECT_EQ(query.words, (Texts{"milk", "e", "mail"})) << "a dash within a word only divides it";
    EXPECT_EQ(query.excluded, (Texts{"soy", "low fat"}));
    EXPECT_EQ(to_fts5(parse_search("milk -soy -oat")), R"((("milk")) NOT ("soy" OR "oat"))");
}

TEST(SearchQuery, OnlyExclusionsOrNothingFindsNothing) {
    for (const auto* text : {"", "   ", "-milk", "-", "!?.,", "\"\"", "-the", "the -milk"}) {
        EXPECT_TRUE(parse_search(text).finds_nothing()) << text;
    }
}

TEST(SearchQuery, NothingThatIsTypedIsAnOperatorOfTheIndex) {
    for (const auto* text : {"milk OR NEAR(a b)", "name:milk", "mil*", "^milk", "milk AND NOT x", "(milk",
                             "{milk}", "a+b", "milk\"", "\"milk", "mi\"lk", "'; DROP TABLE products; --"}) {
        const auto expression = to_fts5(parse_search(text));
        bool quoted = false;
        std::string outside;
        for (const char c : expression) {
            if (c == '"')
                quoted = !quoted;
            else if (!quoted)
                outside += c;
        }
        EXPECT_FALSE(quoted) << text << " gives " << expression;
        std::string rest = outside;
        for (const std::string_view word : {" OR ", " AND ", " NOT ", "(", ")"}) {
            for (auto at = rest.find(word); at != std::string::npos; at = rest.find(word))
                rest.erase(at, word.size());
        }
        EXPECT_EQ(rest, "") << text << " gives " << expression;
    }
}

TEST(SearchQuery, QuotesWithinATermAreDoubledAndNulIsLeftOut) {
    using namespace std::string_literals;
    EXPECT_EQ(to_fts5(SearchQuery{.words = {"a\"b"}}), R"(("a""b"))");
    EXPECT_EQ(to_fts5(SearchQuery{.phrases = {"a\0b"s}}), R"(("ab"))");
}

TEST(SearchQuery, AFixedNumberOfTermsIsLookedAt) {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "w" + std::to_string(i) + " -x" + std::to_string(i) + ' ';
    const auto query = parse_search(text);
    EXPECT_EQ(query.words.size() + query.excluded.size(), kMaxSearchTerms);
    EXPECT_EQ(parse_search(std::string(500, ',') + "a1,b2").words, (Texts{"a1", "b2"}));
}

TEST(SearchQuery, AFixedNumberOfBytesIsLookedAtAndNoCharacterIsCut) {
    const auto query = parse_search("x" + std::string(2'000, 'y') + " z");
    ASSERT_EQ(query.words.size(), 1U);
    EXPECT_EQ(query.words[0].size(), kMaxSearchBytes);
    std::string accents = "x";
    while (accents.size() < 2'000) accents += "é";
    const auto cut = parse_search(accents).words.at(0);
    EXPECT_EQ(cut.size(), kMaxSearchBytes - 1);
    EXPECT_TRUE(http::is_utf8(cut));
}

TEST(SearchQuery, LettersOfAllAlphabetsAreWords) {
    EXPECT_EQ(parse_search("Crème brûlée, हाट 日本").words, (Texts{"Crème", "brûlée", "हाट", "日本"}));
}

}  // namespace
}  // namespace haat::catalog
