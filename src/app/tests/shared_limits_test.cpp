#include "app/shared_limits.hpp"

#include <gtest/gtest.h>

#include "platform/cache/redis/tests/redis_fixture.hpp"

namespace haat::app {
namespace {

using http::Taken;
using http::TokenBuckets;

std::vector<Taken> parsed(std::string_view text, std::string* sender = nullptr) {
    std::vector<Taken> taken;
    const auto from = parse_taken(text, taken);
    if (sender != nullptr) *sender = from;
    return taken;
}

TEST(TakenText, IsReadAsItWasWritten) {
    std::string sender;
    const auto taken = parsed(render_taken("me", {{"10.0.0.1", 7}, {"2001:db8::/64", 20}}), &sender);
    EXPECT_EQ(sender, "me");
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].client, "10.0.0.1");
    EXPECT_EQ(taken[0].tokens, 7);
    EXPECT_EQ(taken[1].client, "2001:db8::/64");
}

TEST(TakenText, LeavesOutWhatIsNotWellFormed) {
    for (const std::string line :
         {"", "x", "7", "7 ", " a", "-1 a", "0 a", "1000001 a", "99999999999 a", "1.5 a", "1a"}) {
        EXPECT_TRUE(parsed("me\n" + line).empty()) << line;
        EXPECT_EQ(parsed("me\n" + line + "\n3 b").size(), 1U) << line;
    }
    EXPECT_TRUE(parsed("me\n1 " + std::string(65, 'a')).empty());
    EXPECT_TRUE(parsed("").empty());
    std::string many = "me";
    for (int i = 0; i < 1'000; ++i) many += "\n1 a";
    EXPECT_EQ(parsed(many).size(), TokenBuckets::kMaxTold);
}

class SharedLimitsTest : public cache::redis::RedisTest {
protected:
    static constexpr http::BucketLimits kLimits{.per_second = 0.001, .burst = 100};
};

// Two nodes; one has two threads.
TEST_F(SharedLimitsTest, WhatAClientTakesAnywhereCountsEverywhere) {
    const cache::redis::RedisServer server;
    cache::redis::Redis& redis = connected(url_of(server));
    cache::redis::Redis& other_redis = connected(url_of(server));
    cache::redis::Channel channel{redis};
    cache::redis::Channel other_channel{other_redis};
    SharedLimits node{redis, channel};
    SharedLimits other_node{other_redis, other_channel};
    channel.start();
    other_channel.start();
    ASSERT_TRUE(wait_until([&] { return channel.is_connected() && other_channel.is_connected(); }));
    TokenBuckets first{kLimits, true};
    TokenBuckets second{kLimits, true};
    TokenBuckets elsewhere{kLimits, true};
    const auto exchange = [&] {
        node.exchange(first, *context_, 0);
        node.exchange(second, *context_, 0);
        other_node.exchange(elsewhere, *context_, 0);
    };
    exchange();
    for (int i = 0; i < 60; ++i) EXPECT_EQ(first.take("a", 0), 0);
    for (int i = 0; i < 40; ++i) EXPECT_EQ(elsewhere.take("a", 0), 0);
    EXPECT_TRUE(wait_until([&] {
        exchange();
        return first.take("a", 0) > 0 && second.take("a", 0) > 0 && elsewhere.take("a", 0) > 0;
    }));
    for (int i = 0; i < 99; ++i) EXPECT_EQ(second.take("b", 0), 0) << "another client";
    channel.stop();
    other_channel.stop();
}

TEST_F(SharedLimitsTest, WithoutRedisEachThreadDecidesAlone) {
    cache::redis::RedisServer server;
    cache::redis::Redis& redis = connect(url_of(server));
    server.stop();
    cache::redis::Channel channel{redis};
    SharedLimits node{redis, channel};
    channel.start();
    TokenBuckets buckets{kLimits, true};
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(buckets.take("a", 0), 0);
        node.exchange(buckets, *context_, 0);
    }
    EXPECT_GT(buckets.take("a", 0), 0);
}

}  // namespace
}  // namespace haat::app
