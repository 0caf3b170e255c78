#include "platform/cache/redis/shared_views.hpp"

#include <gtest/gtest.h>

#include "platform/cache/redis/channel.hpp"
#include "platform/cache/redis/tests/redis_fixture.hpp"

namespace haat::cache::redis {
namespace {

using namespace std::chrono_literals;

class RedisViews : public RedisTest {
protected:
    SharedViews& views(Redis& redis, const std::string& key = "mac key") {
        registries_.push_back(std::make_unique<observe::Registry>());
        made_.push_back(
            std::make_unique<SharedViews>(redis, "cart", crypto::Secret{key}, *registries_.back()));
        return *made_.back();
    }
    std::string get(SharedViews& from, const std::string& name, const std::string& stamp) {
        return run(from.get(name, stamp)).value_or("nothing");
    }
    void put(SharedViews& to, const std::string& name, const std::string& stamp, const std::string& text,
             std::chrono::milliseconds ttl = 60s) {
        run(to.put(name, stamp, text, ttl));
    }

private:
    std::vector<std::unique_ptr<observe::Registry>> registries_;
    std::vector<std::unique_ptr<SharedViews>> made_;
};

TEST_F(RedisViews, GivesAnotherNodeWhatOneKept) {
    const RedisServer server;
    SharedViews& a = views(connected(url_of(server)));
    SharedViews& b = views(connected(url_of(server)));
    EXPECT_EQ(get(b, "u1", "7.3"), "nothing");
    put(a, "u1", "7.3", "text");
    EXPECT_TRUE(wait_until([&] { return get(b, "u1", "7.3") == "text"; }));
    EXPECT_NE(server.tell("EXISTS haat:{test}:cart:u1").find(":1"), std::string::npos);
}

// The one that the README names.
TEST_F(RedisViews, AUserWithFewRightsIsEnough) {
    const RedisServer server;
    server.tell(
        "ACL SETUSER shop on >pw ~haat:* &haat:* +getrange +set +publish +subscribe +ping +select +role");
    const std::string url = "redis://shop:pw@127.0.0.1:" + std::to_string(server.port()) + "/1";
    Redis& redis = connected(url);
    EXPECT_TRUE(ask(redis, {"FLUSHALL"}).error().value_or("").starts_with("NOPERM"));
    SharedViews& a = views(redis);
    put(a, "u1", "1", "text");
    EXPECT_TRUE(wait_until([&] { return get(a, "u1", "1") == "text"; }));
    Channel channel{redis};
    std::atomic<bool> heard{false};
    channel.subscribe("topic", [&](std::string_view) { heard = true; });
    channel.start();
    EXPECT_TRUE(wait_until([&] {
        channel.publish("topic", "x");
        return heard.load();
    }));
    channel.stop();
}

TEST_F(RedisViews, UsesAnEntryForItsVeryStampOnly) {
    const RedisServer server;
    SharedViews& a = views(connected(url_of(server)));
    put(a, "u1", "7.3", "text");
    ASSERT_TRUE(wait_until([&] { return get(a, "u1", "7.3") == "text"; }));
    for (const std::string stamp : {"7.4", "7.", "7.3t", "", "8.3"})
        EXPECT_EQ(get(a, "u1", stamp), "nothing");
    EXPECT_EQ(get(a, "u2", "7.3"), "nothing");
    put(a, "u1", "7.4", "newer");
    ASSERT_TRUE(wait_until([&] { return get(a, "u1", "7.4") == "newer"; }));
    EXPECT_EQ(get(a, "u1", "7.3"), "nothing");
}

TEST_F(RedisViews, EndWithTheirTime) {
    const RedisServer server;
    SharedViews& a = views(connected(url_of(server)));
    put(a, "u1", "1", "text", 3'600s);
    put(a, "u2", "1", "text", 1ms);
    ASSERT_TRUE(wait_until([&] { return get(a, "u1", "1") == "text"; }));
    EXPECT_NE(server.tell("TTL haat:{test}:cart:u1").find(":3"), std::string::npos);
    EXPECT_TRUE(wait_until([&] { return get(a, "u2", "1") == "nothing"; }));
}

TEST_F(RedisViews, AreBounded) {
    const RedisServer server;
    SharedViews& a = views(connected(url_of(server)));
    const std::string largest(SharedViews::kMaxTextBytes, 'x');
    put(a, "u1", "1", largest);
    EXPECT_TRUE(wait_until([&] { return get(a, "u1", "1") == largest; }));
    put(a, "u2", "1", largest + "x");
    put(a, "u3", std::string(SharedViews::kMaxStampBytes, 's'), "text");
    EXPECT_TRUE(wait_until([&] { return get(a, "u3", std::string(255, 's')) == "text"; }));
    put(a, "u4", std::string(SharedViews::kMaxStampBytes + 1, 's'), "text");
    EXPECT_EQ(get(a, "u4", std::string(256, 's')), "nothing");
    EXPECT_EQ(get(a, "u2", "1"), "nothing");
}

TEST_F(RedisViews, TakeNothingThatSomebodyElseWrote) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    SharedViews& a = views(redis);
    put(a, "u1", "1", "text");
    ASSERT_TRUE(wait_until([&] { return get(a, "u1", "1") == "text"; }));
    EXPECT_EQ(get(views(redis, "another key"), "u1", "1"), "nothing");
    const std::string key = "haat:{test}:cart:u1";
    const std::string entry{ask(redis, {"GET", key}).text().value_or("")};
    for (std::size_t i = 0; i < entry.size(); ++i) {
        std::string damaged = entry;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        ask(redis, {"SET", key, damaged});
        EXPECT_EQ(get(a, "u1", "1"), "nothing") << i;
        ask(redis, {"SET", key, entry.substr(0, i)});
        EXPECT_EQ(get(a, "u1", "1"), "nothing") << i;
    }
    ask(redis, {"SET", "haat:{test}:cart:u2", entry});
    EXPECT_EQ(get(a, "u2", "1"), "nothing") << "another user's cart";
    ask(redis, {"SET", key, entry});
    EXPECT_EQ(get(a, "u1", "1"), "text");
}

TEST_F(RedisViews, ReadNoMoreThanTheLargestEntry) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    SharedViews& a = views(redis);
    server.tell("SETRANGE haat:{test}:cart:u1 50000000 x");
    EXPECT_EQ(get(a, "u1", "1"), "nothing");
    EXPECT_TRUE(client(redis).is_available());
}

TEST_F(RedisViews, WrongTypesAndAFullServerAreMisses) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    SharedViews& a = views(redis);
    for (const std::string make :
         {"LPUSH {} x", "HSET {} a b", "SADD {} a", "ZADD {} 1 a", "XADD {} * a b"}) {
        const std::string key = "haat:{test}:cart:u1";
        ask(redis, {"DEL", key});
        server.tell(std::string{make}.replace(make.find("{}"), 2, key));
        EXPECT_EQ(get(a, "u1", "1"), "nothing") << make;
    }
    ask(redis, {"CONFIG", "SET", "maxmemory", "1"});
    put(a, "u2", "1", "text");
    EXPECT_EQ(get(a, "u2", "1"), "nothing");
    EXPECT_TRUE(client(redis).is_available());
}

TEST_F(RedisViews, FlushedAllTheTimeTheyAreRightOrAbsent) {
    const RedisServer server;
    SharedViews& a = views(connected(url_of(server)));
    for (int i = 0; i < 200; ++i) {
        const std::string stamp = std::to_string(i / 2);
        const std::string text = get(a, "u1", stamp);
        EXPECT_TRUE(text == "nothing" || text == "text of " + stamp) << text;
        put(a, "u1", stamp, "text of " + stamp);
        if (i % 5 == 0) server.tell("FLUSHALL");
    }
}

TEST_F(RedisViews, NobodyWaitsWhileRedisIsAway) {
    RedisServer server;
    Redis& redis = connected(url_of(server));
    SharedViews& a = views(redis);
    server.stop();
    ASSERT_TRUE(wait_until([&] { return !client(redis).is_available(); }));
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 1'000; ++i) {
        EXPECT_EQ(get(a, "u1", "1"), "nothing");
        put(a, "u1", "1", "text");
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

}  // namespace
}  // namespace haat::cache::redis
