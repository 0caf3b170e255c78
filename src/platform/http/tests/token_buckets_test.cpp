#include "platform/http/pipeline/token_buckets.hpp"

#include <gtest/gtest.h>

#include <map>

namespace haat::http {
namespace {

TEST(TokenBuckets, AClientMayBurstAndThenWaits) {
    TokenBuckets buckets{{.per_second = 2, .burst = 3}};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(buckets.take("a", 1'000), 0);
    EXPECT_EQ(buckets.take("a", 1'000), 1) << "half a second, in whole ones";
    EXPECT_EQ(buckets.take("a", 1'499), 1);
    EXPECT_EQ(buckets.take("a", 1'500), 0);
    EXPECT_EQ(buckets.take("a", 1'500), 1);
}

TEST(TokenBuckets, RefusalsCostNothing) {
    TokenBuckets buckets{{.per_second = 1, .burst = 1}};
    EXPECT_EQ(buckets.take("a", 0), 0);
    for (int i = 0; i < 100; ++i) EXPECT_GT(buckets.take("a", std::int64_t{10} * i), 0);
    EXPECT_EQ(buckets.take("a", 1'000), 0);
}

TEST(TokenBuckets, SaysHowLongToWait) {
    TokenBuckets buckets{{.per_second = 0.1, .burst = 1}};
    EXPECT_EQ(buckets.take("a", 0), 0);
    EXPECT_EQ(buckets.take("a", 0), 10);
    EXPECT_EQ(buckets.take("a", 5'000), 5);
    EXPECT_EQ(buckets.take("a", 10'000), 0);
}

TEST(TokenBuckets, ClientsDoNotTakeFromEachOther) {
    TokenBuckets buckets{{.per_second = 1, .burst = 1}};
    EXPECT_EQ(buckets.take("a", 0), 0);
    EXPECT_EQ(buckets.take("b", 0), 0);
    EXPECT_GT(buckets.take("a", 0), 0);
}

TEST(TokenBuckets, WhoWaitsLongHasNoMoreThanABurst) {
    TokenBuckets buckets{{.per_second = 10, .burst = 2}};
    EXPECT_EQ(buckets.take("a", 0), 0);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(buckets.take("a", 3'600'000), 0);
    EXPECT_GT(buckets.take("a", 3'600'000), 0);
}

TEST(TokenBuckets, WhenItIsFullWhoAskedLongestAgoIsForgotten) {
    TokenBuckets buckets{{.per_second = 1, .burst = 1}};
    buckets.take("oldest", 0);
    for (std::size_t i = 0; i < TokenBuckets::kMaxClients - 2; ++i)
        buckets.take("old" + std::to_string(i), 0);
    EXPECT_EQ(buckets.take("a", 500), 0);
    EXPECT_GT(buckets.take("old0", 500), 0);
    EXPECT_EQ(buckets.take("new", 500), 0);
    EXPECT_GT(buckets.take("a", 500), 0) << "still owes";
    EXPECT_GT(buckets.take("old0", 500), 0) << "asked again meanwhile";
    EXPECT_EQ(buckets.take("oldest", 500), 0) << "is new again";
}

TEST(TokenBuckets, TellWhatWasTakenWhenTheyAreShared) {
    TokenBuckets alone{{.per_second = 1, .burst = 500}};
    TokenBuckets shared{{.per_second = 1, .burst = 500}, true};
    for (int i = 0; i < 12; ++i) {
        alone.take("a", 0);
        shared.take("a", 0);
        shared.take("b", 0);
        if (i < 4) shared.take("c", 0);
    }
    EXPECT_TRUE(alone.told().empty());
    std::map<std::string, int> told;
    for (const auto& [client, tokens] : shared.told()) told[client] += tokens;
    EXPECT_EQ(told, (std::map<std::string, int>{{"a", 10}, {"b", 10}}))
        << "a hundredth of the burst at a time";
    EXPECT_TRUE(shared.told().empty());
    shared.take("c", 0);
    EXPECT_EQ(shared.told().size(), 1U) << "what was not told is not forgotten";
}

TEST(TokenBuckets, WhatIsRefusedIsNotTold) {
    TokenBuckets buckets{{.per_second = 1, .burst = 1}, true};
    for (int i = 0; i < 10; ++i) buckets.take("a", 0);
    const auto told = buckets.told();
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told.front().tokens, 1);
}

TEST(TokenBuckets, TellOfABoundedNumberOfClients) {
    TokenBuckets buckets{{.per_second = 1, .burst = 10}, true};
    for (std::size_t i = 0; i < TokenBuckets::kMaxTold + 50; ++i) buckets.take(std::to_string(i), 0);
    EXPECT_EQ(buckets.told().size(), TokenBuckets::kMaxTold);
}

TEST(TokenBuckets, ChargeWhatWasTakenElsewhere) {
    TokenBuckets buckets{{.per_second = 10, .burst = 100}};
    buckets.charge({"a", 99}, 0);
    EXPECT_EQ(buckets.take("a", 0), 0);
    EXPECT_EQ(buckets.take("a", 0), 1);
    buckets.charge({"a", 50}, 0);
    EXPECT_EQ(buckets.take("a", 4'000), 2) << "a debt is paid before anything is given";
    EXPECT_EQ(buckets.take("a", 5'200), 0);
    EXPECT_EQ(buckets.take("b", 0), 0);
}

TEST(TokenBuckets, DebtsAreBounded) {
    TokenBuckets buckets{{.per_second = 10, .burst = 100}};
    for (int i = 0; i < 1'000; ++i) buckets.charge({"a", 1'000'000}, 0);
    EXPECT_LE(buckets.take("a", 0), 41);
}

}  // namespace
}  // namespace haat::http
