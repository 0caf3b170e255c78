#include <gtest/gtest.h>

#include "platform/cache/redis/channel.hpp"
#include "platform/cache/redis/tests/redis_fixture.hpp"
#include "platform/tests/free_port.hpp"

namespace haat::cache::redis {
namespace {

class RedisSentinel : public RedisTest {
protected:
    RedisSentinel() {
        const std::string master_port = std::to_string(master_.port());
        replica_.tell("REPLICAOF 127.0.0.1 " + master_port);
        sentinel_.tell("SENTINEL MONITOR shop 127.0.0.1 " + master_port + " 1");
        sentinel_.tell("SENTINEL SET shop down-after-milliseconds 300");
        sentinel_.tell("SENTINEL SET shop failover-timeout 3000");
    }
    [[nodiscard]] std::string url() const {
        return "redis+sentinel://127.0.0.1:" + std::to_string(free_port()) +
               ",127.0.0.1:" + std::to_string(sentinel_.port()) + "/shop";
    }

    RedisServer master_;
    RedisServer replica_;
    RedisServer sentinel_{RedisServer::sentinel_arguments()};
};

TEST_F(RedisSentinel, FindsTheMasterAndFollowsIt) {
    Redis& redis = connected(url());
    EXPECT_EQ(ask(redis, {"CONFIG", "GET", "port"}).at(1).text(), std::to_string(master_.port()));
    Channel channel{redis};
    std::atomic<int> heard{0};
    channel.subscribe("topic", [&](std::string_view) { ++heard; });
    channel.start();
    ASSERT_TRUE(wait_until([&] { return channel.is_connected(); }));
    // The sentinel has to know the replica, and that one the master.
    ASSERT_TRUE(wait_until([&] {
        return sentinel_.tell("SENTINEL REPLICAS shop").find(std::to_string(replica_.port())) !=
                   std::string::npos &&
               replica_.tell("INFO replication").find("master_link_status:up") != std::string::npos;
    }));
    master_.stop();
    EXPECT_TRUE(wait_until([&] { return ask(redis, {"SET", "a", "after"}).is_ok(); }));
    EXPECT_EQ(ask(redis, {"CONFIG", "GET", "port"}).at(1).text(), std::to_string(replica_.port()));
    EXPECT_TRUE(wait_until([&] {
        channel.publish("topic", "x");
        return heard > 0;
    }));
}

TEST_F(RedisSentinel, ANameThatNobodyWatchesIsNoConnection) {
    Redis& redis = connect("redis+sentinel://127.0.0.1:" + std::to_string(sentinel_.port()) + "/other");
    run_for(std::chrono::milliseconds{200});
    EXPECT_FALSE(redis.is_available());
}

}  // namespace
}  // namespace haat::cache::redis
