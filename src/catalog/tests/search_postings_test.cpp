#include "catalog/search_postings.hpp"

#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace haat::catalog {
namespace {

using Entries = std::vector<std::pair<Slot, unsigned>>;

Entries read(const Postings& postings) {
    Entries entries;
    for (Postings::Cursor cursor{postings}; cursor.slot() != Postings::Cursor::kEnd; cursor.advance())
        entries.emplace_back(cursor.slot(), cursor.weight());
    return entries;
}

TEST(Postings, AreReadAsTheyWereWritten) {
    const Entries entries{{0, 1}, {1, 15}, {8, 2}, {9, 1}, {2'000, 3}, {70'000, 1}, {4'294'967'294, 7}};
    Postings postings;
    for (const auto& [slot, weight] : entries) postings.add(slot, weight);
    EXPECT_EQ(read(postings), entries);
    EXPECT_EQ(postings.size(), entries.size());
    EXPECT_TRUE(read(Postings{}).empty());
}

TEST(Postings, AWeightIsBounded) {
    Postings postings;
    postings.add(3, 1'000);
    EXPECT_EQ(read(postings), (Entries{{3, Postings::kMaxWeight}}));
}

TEST(Postings, AFrequentWordTakesAByteAProduct) {
    Postings postings;
    for (Slot slot = 1; slot <= 1'000; ++slot) postings.add(slot * 2, 1);
    postings.shrink();
    EXPECT_LT(postings.bytes(), 1'100U);
}

TEST(Postings, RandomOnesAreReadAsTheyWereWritten) {
    std::mt19937 random{17};
    for (int round = 0; round < 50; ++round) {
        Entries entries;
        Postings postings;
        Slot slot = 0;
        for (int i = 0; i < 200; ++i) {
            slot += 1 + static_cast<Slot>(random() >> (random() % 32));
            if (!entries.empty() && slot <= entries.back().first) break;  // beyond the last slot there is
            if (slot == Postings::Cursor::kEnd) break;
            entries.emplace_back(slot, 1 + static_cast<unsigned>(random() % Postings::kMaxWeight));
            postings.add(slot, entries.back().second);
        }
        EXPECT_EQ(read(postings), entries) << round;
    }
}

}  // namespace
}  // namespace haat::catalog
