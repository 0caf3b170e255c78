#include "platform/cache/lru.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace haat::cache {
namespace {

using Texts = Lru<std::string, int, std::string>;
using Numbers = Lru<int, int, int>;

template <class Cache, class Key>
bool has(Cache& cache, const Key& key, int version = 1) {
    return cache.find(key, version) != nullptr;
}

TEST(Lru, FindsWhatWasAddedUnderItsKeyAndVersion) {
    Texts cache{100};
    cache.add("a", 7, "text of a");
    cache.add("b", 8, "text of b");
    ASSERT_TRUE(has(cache, "a", 7));
    EXPECT_EQ(*cache.find("a", 7), "text of a");
    EXPECT_EQ(*cache.find("b", 8), "text of b");
    EXPECT_FALSE(has(cache, "A", 7));
    EXPECT_FALSE(has(cache, "", 7));
}

struct Forgetful {
    int number;
    static inline int hashes_left = -1;
    friend bool operator==(const Forgetful&, const Forgetful&) = default;
};

}  // namespace
}  // namespace haat::cache

template <>
struct std::hash<haat::cache::Forgetful> {
    std::size_t operator()(const haat::cache::Forgetful& key) const {
        if (haat::cache::Forgetful::hashes_left-- == 0) throw std::bad_alloc{};
        return static_cast<std::size_t>(key.number);
    }
};

namespace haat::cache {
namespace {

// An entry that weighs nothing would be taken for what others weigh.
TEST(Lru, WhatFindsNoMemoryIsNotThere) {
    Lru<Forgetful, int, int> cache{8};
    cache.add({1}, 1, 1);
    Forgetful::hashes_left = 1;  // it is looked for, then added
    EXPECT_THROW(cache.add({2}, 1, 2), std::bad_alloc);
    EXPECT_EQ(cache.size(), 1U);
    for (int i = 3; i < 20; ++i) cache.add({i}, 1, i);
    EXPECT_EQ(cache.size(), 8U);
}

TEST(Lru, WhatIsOutOfDateIsForgotten) {
    Texts cache{100};
    cache.add("a", 7, "old");
    EXPECT_FALSE(has(cache, "a", 8));
    EXPECT_FALSE(has(cache, "a", 7));
    cache.add("a", 8, "new");
    EXPECT_EQ(*cache.find("a", 8), "new");
}

TEST(Lru, TheSameKeyIsReplacedAndWeighsOnce) {
    Texts cache{100};
    cache.add("kept", 1, "x", 10);
    for (int i = 0; i < 100; ++i) cache.add("a", 1, std::to_string(i), 10);
    EXPECT_EQ(*cache.find("a", 1), "99");
    EXPECT_TRUE(has(cache, "kept"));
}

TEST(Lru, ForgetsWhatWasNotUsedForLongest) {
    Numbers cache{10};
    for (int i = 0; i < 10; ++i) cache.add(i, 1, i);
    ASSERT_TRUE(has(cache, 0)) << "used now";
    cache.add(10, 1, 10);
    EXPECT_TRUE(has(cache, 0));
    EXPECT_FALSE(has(cache, 1));
    for (int i = 2; i <= 10; ++i) EXPECT_TRUE(has(cache, i)) << i;
}

TEST(Lru, StaysWithinItsWeight) {
    Numbers cache{100};
    for (std::size_t i = 0; i < 1'000; ++i) {
        cache.add(static_cast<int>(i), 1, 0, 7);
        ASSERT_EQ(cache.size(), std::min<std::size_t>(i + 1, 100 / 7)) << i;
    }
}

TEST(Lru, OneThatIsTooHeavyIsNotKeptNorWhatItWouldHaveReplaced) {
    Texts cache{80};
    cache.add("small", 1, "x");
    cache.add("large", 1, "the form before", 10);
    cache.add("large", 1, "too heavy", 11);
    EXPECT_FALSE(has(cache, "large"));
    EXPECT_TRUE(has(cache, "small"));
}

TEST(Lru, ForgetsWhatItIsToldTo) {
    Lru<std::string, Timeless, int> cache{8};
    cache.add("a", {}, 1);
    cache.add("b", {}, 2);
    EXPECT_EQ(cache.size(), 2U);
    cache.forget("a");
    cache.forget("c");
    EXPECT_EQ(cache.size(), 1U);
    EXPECT_EQ(cache.find("a", {}), nullptr);
    EXPECT_EQ(*cache.find("b", {}), 2);
}

TEST(Lru, WithoutRoomItKeepsNothing) {
    Texts cache{0};
    cache.add("a", 1, "x");
    EXPECT_FALSE(has(cache, "a"));
}

TEST(Lru, GoesOnAfterAMove) {
    Texts from{16};
    from.add("short", 1, "x");
    from.add("a key that is too long to lie within its string", 1, "y");
    Texts cache = std::move(from);
    EXPECT_TRUE(has(cache, "short"));
    EXPECT_TRUE(has(cache, "a key that is too long to lie within its string"));
    for (int i = 0; i < 16; ++i) cache.add(std::to_string(i), 1, "z");
    EXPECT_FALSE(has(cache, "short"));
}

TEST(Lru, KeepsWhatCannotBeCopied) {
    Lru<int, int, std::unique_ptr<int>> cache{10};
    cache.add(1, 1, std::make_unique<int>(5));
    ASSERT_TRUE(has(cache, 1));
    EXPECT_EQ(**cache.find(1, 1), 5);
}

}  // namespace
}  // namespace haat::cache
