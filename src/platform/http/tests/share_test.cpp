#include "platform/http/share.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "platform/http/body_receivers.hpp"

namespace haat::http {
namespace {

TEST(Share, TakesUpToTheLimitAndGivesBack) {
    std::atomic<std::size_t> taken{0};
    {
        Share one{taken, 10};
        Share other{taken, 10};
        EXPECT_TRUE(one.grow(6));
        EXPECT_TRUE(other.grow(4));
        EXPECT_FALSE(other.grow());
        EXPECT_EQ(taken, 10U) << "a refusal takes nothing";
        one.give_back();
        EXPECT_EQ(taken, 4U);
        EXPECT_TRUE(other.grow(6));
    }
    EXPECT_EQ(taken, 0U);
}

TEST(Share, GrowsToAnAmountByWhatItLacks) {
    std::atomic<std::size_t> taken{0};
    Share share{taken, 10};
    EXPECT_TRUE(share.grow_to(6));
    EXPECT_TRUE(share.grow_to(4));
    EXPECT_EQ(taken, 6U) << "it has as much";
    EXPECT_FALSE(share.grow_to(11));
    EXPECT_TRUE(share.grow_to(10));
    EXPECT_EQ(taken, 10U);
}

TEST(Share, MovesWithWhatItHolds) {
    std::atomic<std::size_t> taken{0};
    {
        Share from{taken, 10};
        EXPECT_TRUE(from.grow(3));
        const Share to{std::move(from)};
        EXPECT_EQ(taken, 3U);
    }
    EXPECT_EQ(taken, 0U);
}

TEST(Share, OfManyAtOnceNoMoreAreGrantedThanThereIs) {
    std::atomic<std::size_t> taken{0};
    std::atomic<int> granted{0};
    std::vector<Share> shares;
    for (int i = 0; i < 800; ++i) shares.emplace_back(taken, 100);
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < 8; ++t) {
            threads.emplace_back([&, t] {
                for (std::size_t i = 0; i < 100; ++i) {
                    if (shares[t * 100 + i].grow()) ++granted;
                }
            });
        }
    }
    EXPECT_LE(granted, 100);
    EXPECT_GE(granted, 1);
    EXPECT_EQ(taken, static_cast<std::size_t>(granted));
}

TEST(Share, BodiesOfAllConnectionsTogetherAreBounded) {
    std::atomic<std::size_t> taken{0};
    Share first{taken, 100};
    Share second{taken, 100};
    std::string one;
    std::string other;
    Collect unfinished{one, first};
    Collect refused{other, second};
    EXPECT_TRUE(unfinished.receive(std::string(90, 'x')));
    EXPECT_TRUE(refused.receive("0123456789"));
    const auto more = refused.receive("0");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, ErrorCode::overloaded);
    EXPECT_GT(more.error().retry_after_s, 0);
    EXPECT_EQ(other.size(), 10U);
}

}  // namespace
}  // namespace haat::http
