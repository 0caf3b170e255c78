#include "catalog/newest_first.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace haat::catalog {
namespace {

TEST(NewestFirst, APageIsTheNewestBehindThoseThatAreSkipped) {
    NewestFirst order{std::less<Slot>{}};
    EXPECT_TRUE(order.page(0, 10).empty());
    for (const Slot slot : {5U, 1U, 9U, 3U}) order.insert(slot);
    EXPECT_EQ(order.page(0, 3), (std::vector<Slot>{9, 5, 3}));
    EXPECT_EQ(order.page(3, 3), std::vector<Slot>{1});
    EXPECT_TRUE(order.page(4, 3).empty());
    EXPECT_TRUE(order.page(SIZE_MAX, 3).empty());
    order.erase(5);
    EXPECT_EQ(order.page(0, 3), (std::vector<Slot>{9, 3, 1}));
    EXPECT_EQ(order.size(), 3U);
}

// Keys that come in any order, so many that pieces are divided, emptied and begun.
TEST(NewestFirst, IsASortedListWhateverComesAndGoes) {
    constexpr Slot kSlots = 30'000;
    std::mt19937 random{3};
    std::vector<Slot> keys(kSlots);
    std::iota(keys.begin(), keys.end(), Slot{0});
    std::ranges::shuffle(keys.begin(), keys.begin() + kSlots / 2, random);  // and then each newer than all
    NewestFirst order{[&](Slot a, Slot b) { return keys[a] < keys[b]; }};
    std::vector<Slot> model;
    for (Slot slot = 0; slot < kSlots; ++slot) {
        order.insert(slot);
        model.push_back(slot);
    }
    std::ranges::sort(model, [&](Slot a, Slot b) { return keys[a] > keys[b]; });
    for (std::size_t left = 0; left < 3; ++left) {
        for (std::size_t skipped = 0; skipped < model.size(); skipped += 997) {
            const auto end = std::min(model.size(), skipped + 50);
            const std::vector<Slot> expected{model.begin() + static_cast<std::ptrdiff_t>(skipped),
                                             model.begin() + static_cast<std::ptrdiff_t>(end)};
            ASSERT_EQ(order.page(skipped, 50), expected) << skipped;
        }
        std::vector<Slot> kept;
        for (const Slot slot : model) {
            if (keys[slot] % (left + 2) == 0) {
                kept.push_back(slot);
            } else {
                order.erase(slot);
            }
        }
        model = kept;
    }
    for (const Slot slot : model) order.erase(slot);
    EXPECT_EQ(order.size(), 0U);
    EXPECT_EQ(order.bytes(), order.bytes() / 24 * 24) << "no piece is left";
    order.insert(7);
    EXPECT_EQ(order.page(0, 2), std::vector<Slot>{7});
}

}  // namespace
}  // namespace haat::catalog
