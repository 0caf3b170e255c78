#include "platform/http/response_cache.hpp"

#include <gtest/gtest.h>

namespace haat::http {
namespace {

std::unique_ptr<CachedAnswer> answer(std::size_t bytes, char fill = 'a') {
    Response response;
    response.body = std::string(bytes, fill);
    return ResponseWriter::finish(response);
}

std::string body_of(CachedAnswer* found) { return found == nullptr ? "none" : found->forms[0]->body; }

TEST(ResponseCache, GivesBackWhatWasAddedUnderItsKeyAndVersion) {
    ResponseCache cache{1'000'000};
    cache.add("k", 7, answer(3));
    EXPECT_EQ(body_of(cache.find("k", 7)), "aaa");
    EXPECT_EQ(body_of(cache.find("k", 7)), "aaa") << "and keeps it";
    EXPECT_EQ(cache.find("K", 7), nullptr);
    EXPECT_EQ(cache.find("", 7), nullptr);
}

TEST(ResponseCache, OfNoSizeKeepsNothingAndSaysSo) {
    EXPECT_TRUE(ResponseCache{1'000}.keeps_any());
    EXPECT_FALSE(ResponseCache{0}.keeps_any());
}

TEST(ResponseCache, AnotherVersionIsNoneAndTheOldOneIsForgotten) {
    ResponseCache cache{1'000'000};
    cache.add("k", 7, answer(3));
    EXPECT_EQ(cache.find("k", 8), nullptr);
    EXPECT_EQ(cache.find("k", 7), nullptr);
    cache.add("k", 8, answer(3, 'b'));
    EXPECT_EQ(body_of(cache.find("k", 8)), "bbb");
}

TEST(ResponseCache, TheSameKeyIsReplaced) {
    ResponseCache cache{1'000'000};
    cache.add("k", 7, answer(3));
    cache.add("k", 7, answer(3, 'b'));
    EXPECT_EQ(body_of(cache.find("k", 7)), "bbb");
}

TEST(ResponseCache, WhatWasNotUsedForLongestGoesFirst) {
    ResponseCache cache{100'000};
    constexpr std::size_t kBytes = 5'000;  // takes a good tenth with its forms
    for (int i = 0; i < 8; ++i) cache.add(std::to_string(i), 1, answer(kBytes));
    ASSERT_NE(cache.find("0", 1), nullptr);
    cache.add("8", 1, answer(kBytes));
    cache.add("9", 1, answer(kBytes));
    EXPECT_NE(cache.find("0", 1), nullptr) << "was used";
    EXPECT_EQ(cache.find("1", 1), nullptr);
    EXPECT_NE(cache.find("9", 1), nullptr);
}

TEST(ResponseCache, StaysWithinItsBound) {
    constexpr std::size_t kMax = 200'000;
    ResponseCache cache{kMax};
    constexpr std::size_t kBytes = 2'000;
    for (int i = 0; i < 1'000; ++i) cache.add(std::to_string(i), 1, answer(kBytes));
    std::size_t kept = 0;
    for (int i = 0; i < 1'000; ++i) kept += cache.find(std::to_string(i), 1) != nullptr ? 1 : 0;
    EXPECT_GT(kept, 10U);
    EXPECT_LE(kept * 2 * kBytes, kMax) << "compressed forms are counted in advance";
}

TEST(ResponseCache, OneThatIsTooLargeIsNotKeptAndPushesNothingOut) {
    ResponseCache cache{100'000};
    cache.add("small", 1, answer(100));
    cache.add("large", 1, answer(20'000));
    EXPECT_EQ(cache.find("large", 1), nullptr);
    EXPECT_NE(cache.find("small", 1), nullptr);
}

TEST(ResponseCache, WithoutSpaceItKeepsNothing) {
    ResponseCache cache{0};
    cache.add("k", 1, answer(1));
    EXPECT_EQ(cache.find("k", 1), nullptr);
}

}  // namespace
}  // namespace haat::http
