#include "platform/cache/view_cache.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace haat::cache {
namespace {

constexpr Versions kVersions{.first = 7, .second = 3};

std::string found(ViewCache& cache, std::string_view key, const Versions& versions = kVersions) {
    const std::string* text = cache.find(key, versions);
    return text != nullptr ? *text : "nothing";
}

TEST(ViewCache, GivesBackWhatWasKept) {
    ViewCache cache{100'000};
    EXPECT_EQ(found(cache, "a"), "nothing");
    cache.keep("a", kVersions, "text of a");
    cache.keep("b", kVersions, "text of b");
    EXPECT_EQ(found(cache, "a"), "text of a");
    EXPECT_EQ(found(cache, "b"), "text of b");
    cache.keep("a", kVersions, "newer");
    EXPECT_EQ(found(cache, "a"), "newer");
}

TEST(ViewCache, ForgetsWhenEitherVersionMoves) {
    for (const Versions moved : {Versions{8, 3}, Versions{7, 4}, Versions{6, 3}}) {
        ViewCache cache{100'000};
        cache.keep("a", kVersions, "old");
        EXPECT_EQ(found(cache, "a", moved), "nothing");
        EXPECT_EQ(found(cache, "a"), "nothing") << "what is out of date stays out";
    }
}

TEST(ViewCache, StaysWithinItsBytesAndDropsWhatWasNotUsedForLongest) {
    constexpr std::size_t kBytes = 100'000;
    ViewCache cache{kBytes};
    const std::string text(1'000, 'x');
    for (int i = 0; i < 1'000; ++i) {
        cache.keep("key" + std::to_string(i), kVersions, text);
        EXPECT_EQ(found(cache, "key0"), text) << "it is used all the time";
    }
    std::size_t kept = 0;
    for (int i = 0; i < 1'000; ++i) {
        if (cache.find("key" + std::to_string(i), kVersions) != nullptr) ++kept;
    }
    EXPECT_LE(kept * text.size(), kBytes);
    EXPECT_GE(kept, std::size_t{60});
    EXPECT_EQ(found(cache, "key999"), text);
    EXPECT_EQ(found(cache, "key1"), "nothing");
}

TEST(ViewCache, DoesNotKeepWhatWouldPushEverythingOut) {
    ViewCache cache{100'000};
    cache.keep("small", kVersions, "x");
    cache.keep("large", kVersions, "the form before");
    cache.keep("large", kVersions, std::string(20'000, 'x'));
    EXPECT_EQ(found(cache, "large"), "nothing");
    EXPECT_EQ(found(cache, "small"), "x");
}

TEST(ViewCache, IsEachThreadsOwn) {
    ViewCache cache{100'000};
    cache.keep("a", kVersions, "mine");
    std::thread{[&cache] {
        EXPECT_EQ(found(cache, "a"), "nothing");
        cache.keep("a", kVersions, "theirs");
        EXPECT_EQ(found(cache, "a"), "theirs");
    }}.join();
    EXPECT_EQ(found(cache, "a"), "mine");
}

TEST(ViewCache, DoesNotMixWithAnotherCache) {
    ViewCache one{100'000};
    ViewCache other{100'000};
    for (int i = 0; i < 3; ++i) {
        one.keep("a", kVersions, "one");
        other.keep("a", kVersions, "other");
        EXPECT_EQ(found(one, "a"), "one");
        EXPECT_EQ(found(other, "a"), "other");
    }
}

TEST(ViewCache, KeepsNothingForThreadsBeyondItsBound) {
    ViewCache cache{100'000};
    std::size_t kept = 0;
    for (std::size_t i = 0; i < ViewCache::kMaxThreads + 10; ++i) {
        std::thread{[&] {
            cache.keep("a", kVersions, "x");
            if (cache.find("a", kVersions) != nullptr) ++kept;
        }}.join();
    }
    EXPECT_EQ(kept, ViewCache::kMaxThreads);
}

}  // namespace
}  // namespace haat::cache
