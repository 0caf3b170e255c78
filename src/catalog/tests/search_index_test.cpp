#include "catalog/search_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

namespace haat::catalog {
namespace {

using Texts = std::vector<std::string>;

ProductId id_of(unsigned number) {
    ObjectId::Bytes bytes{};
    bytes[10] = static_cast<std::uint8_t>(number >> 8U);
    bytes[11] = static_cast<std::uint8_t>(number);
    return ProductId{ObjectId::of(bytes)};
}

class SearchIndexTest : public testing::Test {
protected:
    void put(unsigned number, std::string_view name, std::string_view description = "",
             std::int64_t created_ms = 0) {
        index_.put(IndexedText::of(id_of(number), {created_ms}, name, description));
    }
    static std::vector<unsigned> numbers(const SearchIndex::Hits& hits) {
        std::vector<unsigned> found;
        for (const auto& hit : hits.page) {
            const auto bytes = hit.id.bytes();
            found.push_back(bytes[10] * 256U + bytes[11]);
        }
        return found;
    }
    static SearchTerms terms(std::string_view query) { return *SearchTerms::of(parse_search(query)); }
    std::vector<unsigned> best(std::string_view query, Page page = {}) {
        return numbers(index_.best_of(terms(query), page));
    }
    std::vector<unsigned> newest(std::string_view query, Page page = {}) {
        return numbers(index_.newest_of(terms(query), page));
    }

    SearchIndex index_;
};

using Numbers = std::vector<unsigned>;

TEST(SearchTerms, AreTheWordsOfTheIndexEachOnce) {
    const auto terms = SearchTerms::of(parse_search("Running runs CRÈME -apples the ☃"));
    ASSERT_TRUE(terms);
    EXPECT_EQ(terms->any, (Texts{"run", "creme"}));
    EXPECT_EQ(terms->none, Texts{"appl"});
}

TEST(SearchTerms, WhereTheOrderOfWordsDecidesThereAreNone) {
    EXPECT_FALSE(SearchTerms::of(parse_search(R"("red apple")")));
    EXPECT_FALSE(SearchTerms::of(parse_search(R"(pie "red")")));
    EXPECT_FALSE(SearchTerms::of(parse_search(R"(pie -"red apple")")))
        << "several words that must not follow";
    EXPECT_TRUE(SearchTerms::of(parse_search(R"(pie -"red")"))) << "one word in quotes is a word";
}

TEST_F(SearchIndexTest, ListsAreNewestFirstAndThenByTheirId) {
    put(1, "a", "", 10);
    put(2, "b", "", 30);
    put(3, "c", "", 20);
    put(4, "d", "", 20);
    EXPECT_EQ(numbers(index_.newest({})), (Numbers{2, 4, 3, 1}));
    EXPECT_EQ(numbers(index_.newest({.page = 2, .limit = 3})), Numbers{1});
    EXPECT_EQ(index_.newest({.page = 9, .limit = 3}).total, 4);
    EXPECT_TRUE(index_.newest({.page = INT64_MAX, .limit = 100}).page.empty());
}

TEST_F(SearchIndexTest, WordsAreAlternativesAndWhatIsExcludedDoesNotOccur) {
    put(1, "Red apples", "", 1);
    put(2, "Green pear", "with apple", 2);
    put(3, "Plum", "", 3);
    EXPECT_EQ(newest("apple plum"), (Numbers{3, 2, 1}));
    EXPECT_EQ(newest("apple -green"), Numbers{1});
    EXPECT_EQ(newest("apple plum -unknown"), (Numbers{3, 2, 1}));
    EXPECT_EQ(newest("unknown"), Numbers{});
    EXPECT_EQ(best("apple -apples"), Numbers{});
}

TEST_F(SearchIndexTest, AWordInTheNameWeighsTwice) {
    put(1, "Basket of apple", "fruit fruit");
    put(2, "Basket of fruit", "apple apple");
    put(3, "Basket of pears", "apple fruit");
    const auto hits = index_.best_of(terms("apple"), {});
    ASSERT_EQ(numbers(hits), (Numbers{2, 1, 3}));
    EXPECT_EQ(hits.page[0].score, hits.page[1].score) << "once in the name is twice in the description";
    EXPECT_GT(hits.page[2].score, 0);
}

TEST_F(SearchIndexTest, ARareWordCountsMoreThanAFrequentOne) {
    for (unsigned i = 0; i < 20; ++i) put(i, "lamp", "", i);
    put(20, "lamp brass", "", 20);
    put(21, "brass table", "", 0);
    EXPECT_EQ(best("lamp brass", {.page = 1, .limit = 2}), (Numbers{20, 21}));
    EXPECT_GT(index_.best_of(terms("lamp"), {}).page[9].score, 0) << "also a word that nearly all have";
}

TEST_F(SearchIndexTest, AChangedTextIsFoundByItsNewWordsOnly) {
    put(1, "apple", "", 5);
    put(2, "pear", "", 6);
    put(1, "plum", "", 5);
    EXPECT_EQ(newest("apple"), Numbers{});
    EXPECT_EQ(newest("plum"), Numbers{1});
    EXPECT_EQ(numbers(index_.newest({})), (Numbers{2, 1})) << "where it was in the list";
    EXPECT_EQ(index_.dead(), 1U);
    put(1, "plum", "", 5);
    EXPECT_EQ(index_.dead(), 1U) << "what has not changed leaves nothing behind";
    index_.remove(id_of(1));
    index_.remove(id_of(1));
    index_.remove(id_of(77));
    EXPECT_EQ(newest("plum"), Numbers{});
    EXPECT_EQ(index_.size(), 1U);
}

TEST_F(SearchIndexTest, NameAndDescriptionAreTwoTexts) {
    put(1, "ab", "c");
    put(1, "a", "bc");
    EXPECT_EQ(newest("ab"), Numbers{});
    EXPECT_EQ(newest("bc"), Numbers{1});
}

TEST_F(SearchIndexTest, AnEmptyOneFindsNothing) {
    EXPECT_EQ(best("apple"), Numbers{});
    put(1, "☃");
    EXPECT_EQ(best("apple"), Numbers{});
    EXPECT_EQ(numbers(index_.newest({})), Numbers{1}) << "but what has no words is listed";
    index_.remove(id_of(1));
    EXPECT_EQ(index_.best_of(terms("apple"), {}).total, 0);
}

// The same by other means: every product is looked at, and scored as Robertson and Zaragoza write it.
class Model {
public:
    struct Product {
        std::int64_t created_ms = 0;
        std::map<std::string, double> weights{};
        double length = 0;
    };
    std::map<unsigned, Product> products;
    std::map<std::string, unsigned> ever;  // how often a word was put into the index

    void put(unsigned number, const Texts& name, const Texts& description, std::int64_t created_ms) {
        Product product{.created_ms = created_ms};
        for (const auto& word : name) product.weights[word] += 2;
        for (const auto& word : description) product.weights[word] += 1;
        product.length = static_cast<double>(name.size() + description.size());
        for (const auto& [word, weight] : product.weights) ++ever[word];
        products[number] = product;
    }

    [[nodiscard]] std::vector<std::pair<double, unsigned>> best(const std::set<std::string>& words) const {
        double all = 0;
        for (const auto& [number, product] : products) all += product.length;
        const double count = static_cast<double>(products.size());
        std::vector<std::pair<double, unsigned>> found;
        for (const auto& [number, product] : products) {
            double score = 0;
            for (const auto& word : words) {
                const auto weight = product.weights.find(word);
                if (weight == product.weights.end()) continue;
                const double n = std::min<double>(ever.at(word), count);
                const double norm = 1.2 * (0.25 + 0.75 * product.length / (all / count));
                const double capped = std::min(weight->second, 15.0);
                score += std::log(1 + (count - n + 0.5) / (n + 0.5)) * capped * 2.2 / (capped + norm);
            }
            if (score > 0) found.emplace_back(score, number);
        }
        return found;
    }
};

TEST_F(SearchIndexTest, FindsAndScoresWhatLookingAtEachProductWould) {
    std::mt19937 random{11};
    const auto word = [&] {
        const auto common = random() % 8;  // some words occur everywhere, others hardly ever
        return "w" + std::string(1, static_cast<char>('b' + (common < 6 ? common : random() % 20)));
    };
    const auto text = [&](std::size_t most) {
        Texts words(1 + random() % most);
        std::ranges::generate(words, word);
        return words;
    };
    const auto joined = [](const Texts& words) {
        std::string all;
        for (const auto& one : words) all += one + ' ';
        return all;
    };
    Model model;
    for (int step = 0; step < 9'000; ++step) {
        const auto number = static_cast<unsigned>(random() % 3'000);
        if (random() % 8 == 0) {
            index_.remove(id_of(number));
            model.products.erase(number);
        } else {
            const Texts name = text(4), description = text(20);
            const std::int64_t created_ms = number % 100;
            put(number, joined(name), joined(description), created_ms);
            model.put(number, name, description, created_ms);
        }
        if (step % 300 != 299) continue;
        const std::set<std::string> words{word(), word()};
        const auto expected = model.best(words);
        SearchTerms asked;
        asked.any.assign(words.begin(), words.end());
        const Page page{.page = 1 + static_cast<std::int64_t>(random() % 40),
                        .limit = 1 + static_cast<std::int64_t>(random() % 50)};
        const auto hits = index_.best_of(asked, page);
        ASSERT_EQ(hits.total, static_cast<std::int64_t>(expected.size())) << step;
        std::map<unsigned, double> scores;
        std::vector<double> sorted;
        for (const auto& [score, number_] : expected) {
            scores[number_] = score;
            sorted.push_back(score);
        }
        std::ranges::sort(sorted, std::greater{});
        const auto found = numbers(hits);
        for (std::size_t i = 0; i < found.size(); ++i) {
            ASSERT_NEAR(hits.page[i].score, scores.at(found[i]), 1e-9) << step;
            ASSERT_NEAR(hits.page[i].score, sorted.at(static_cast<std::size_t>(page.offset()) + i), 1e-9)
                << step;
        }
        const auto rest = static_cast<std::int64_t>(expected.size()) - page.offset();
        ASSERT_EQ(static_cast<std::int64_t>(found.size()), std::clamp<std::int64_t>(rest, 0, page.limit));
    }
}

TEST_F(SearchIndexTest, PagesOfEqualScoresFollowEachOtherNewestFirst) {
    constexpr unsigned kProducts = 5'000;
    for (unsigned i = 0; i < kProducts; ++i) put(i, "lamp", "", i);
    Numbers seen;
    for (std::int64_t page = 1; page <= 50; ++page) {
        const auto found = best("lamp", {.page = page, .limit = 100});
        seen.insert(seen.end(), found.begin(), found.end());
    }
    ASSERT_EQ(seen.size(), kProducts);
    for (unsigned i = 0; i < kProducts; ++i) ASSERT_EQ(seen[i], kProducts - 1 - i);
    EXPECT_EQ(newest("lamp", {.page = 3, .limit = 2}), (Numbers{4'995, 4'994}));
}

TEST_F(SearchIndexTest, MemoryIsCountedAndGivenBack) {
    const auto empty = index_.bytes();
    for (unsigned i = 0; i < 2'000; ++i)
        put(i, "lamp number" + std::to_string(i), "with a long description of itself", i);
    const auto full = index_.bytes();
    index_.shrink();
    EXPECT_LT(empty, 1'000U);
    EXPECT_GT(full, 2'000U * 36);
    EXPECT_LT(index_.bytes(), full);
    EXPECT_EQ(best("number7"), Numbers{7});
}

}  // namespace
}  // namespace haat::catalog
