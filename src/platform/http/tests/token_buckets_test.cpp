#include "platform/http/pipeline/token_buckets.hpp"

#include <gtest/gtest.h>

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
    for (int i = 0; i < 100; ++i) EXPECT_GT(buckets.take("a", 10 * i), 0);
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

}  // namespace
}  // namespace haat::http
