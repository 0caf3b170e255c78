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

TEST(CountedText, IsReadAsItWasWritten) {
    for (const auto counted :
         {accounts::Counted::one_more, accounts::Counted::one_less, accounts::Counted::nothing}) {
        CountedText read;
        EXPECT_TRUE(parse_counted(render_counted({"me", 4, counted, "0 a@example.com"}), read));
        EXPECT_EQ(read.sender, "me");
        EXPECT_EQ(read.limit, 4U);
        EXPECT_EQ(read.counted, counted);
        EXPECT_EQ(read.key, "0 a@example.com");
    }
}

TEST(CountedText, IsRefusedWhenItIsNotWellFormed) {
    CountedText read;
    for (const std::string text : {"", "me", "me\n", "me\n0", "me\n0+", "me\n-1+a", "me\n0*a", "me\n+a",
                                   "me\n99999999999999999999+a"}) {
        EXPECT_FALSE(parse_counted(text, read)) << text;
    }
    const std::size_t limits = accounts::Limits{}.all().size();
    EXPECT_TRUE(parse_counted("me\n" + std::to_string(limits - 1) + "+a", read));
    EXPECT_FALSE(parse_counted("me\n" + std::to_string(limits) + "+a", read));
    EXPECT_FALSE(parse_counted("me\n0+" + std::string(600, 'a'), read));
}

class SharedLimitsTest : public cache::redis::RedisTest {
protected:
    using Channel = cache::redis::Channel;

    // Starts both, and waits until each hears the other.
    void start(Channel& one, Channel& other) {
        const auto from_one = std::make_shared<std::atomic<bool>>(false);
        const auto from_other = std::make_shared<std::atomic<bool>>(false);
        other.subscribe("probe", [=](std::string_view text) { *from_one = *from_one || text == "one"; });
        one.subscribe("probe", [=](std::string_view text) { *from_other = *from_other || text == "other"; });
        one.start();
        other.start();
        EXPECT_TRUE(wait_until([&] {
            one.publish("probe", "one");
            other.publish("probe", "other");
            return *from_one && *from_other;
        }));
    }

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
    start(channel, other_channel);
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

TEST_F(SharedLimitsTest, FailuresOnOneNodeCountOnTheOther) {
    const cache::redis::RedisServer server;
    cache::redis::Redis& redis = connected(url_of(server));
    cache::redis::Channel channel{redis};
    cache::redis::Channel other_channel{redis};
    SharedLimits node{redis, channel};
    SharedLimits other_node{redis, other_channel};
    accounts::Limits limits;
    accounts::Limits other_limits;
    node.share(limits);
    other_node.share(other_limits);
    start(channel, other_channel);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(limits.account_failures.try_count("a"), 0);
    EXPECT_TRUE(wait_until([&] { return other_limits.account_failures.wait_s("a") > 0; }));
    EXPECT_EQ(other_limits.address_failures.wait_s("a"), 0);
    limits.account_failures.forget("a");
    EXPECT_TRUE(wait_until([&] { return other_limits.account_failures.wait_s("a") == 0; }));
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
