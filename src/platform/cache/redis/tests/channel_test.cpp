#include "platform/cache/redis/channel.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>

#include "platform/cache/redis/tests/redis_fixture.hpp"

namespace haat::cache::redis {
namespace {

using namespace std::chrono_literals;

// A node that listens and remembers.
class Node {
public:
    explicit Node(Redis& redis) : channel{redis} {
        channel.subscribe("topic", [this](std::string_view text) {
            const std::lock_guard lock{mutex_};
            heard_.insert(std::string{text});
        });
        channel.on_state([this](bool connected) { ++(connected ? connections : interruptions); });
        channel.start();
    }
    bool has_heard(const std::string& text) {
        const std::lock_guard lock{mutex_};
        return heard_.contains(text);
    }

    std::atomic<int> connections{0};
    std::atomic<int> interruptions{0};

private:
    std::mutex mutex_;
    std::set<std::string> heard_;

public:
    Channel channel;  // its thread ends first
};

class RedisChannel : public RedisTest {
protected:
    // Publishes until it arrives: the first messages of a connection may find nobody.
    bool arrives(Node& from, Node& to, const std::string& text) {
        return wait_until([&] {
            from.channel.publish("topic", text);
            std::this_thread::sleep_for(5ms);
            return to.has_heard(text);
        });
    }
};

TEST_F(RedisChannel, CarriesToOthersAndToItself) {
    const RedisServer server;
    Node a{connect(url_of(server))};
    Node b{connect(url_of(server))};
    ASSERT_TRUE(wait_until([&] { return a.channel.is_connected() && b.channel.is_connected(); }));
    EXPECT_TRUE(arrives(a, b, std::string{"bytes \0 \r\n", 10}));
    EXPECT_TRUE(a.has_heard(std::string{"bytes \0 \r\n", 10}));
    EXPECT_EQ(a.connections, 1);
    EXPECT_EQ(a.interruptions, 0);
}

TEST_F(RedisChannel, KeepsShopsApart) {
    const RedisServer server;
    Options other = options_of(url_of(server));
    other.space = "haat:{other}:";
    Node a{connect(url_of(server))};
    Node stranger{connect(std::move(other))};
    ASSERT_TRUE(wait_until([&] { return a.channel.is_connected() && stranger.channel.is_connected(); }));
    EXPECT_TRUE(arrives(a, a, "x"));
    EXPECT_FALSE(stranger.has_heard("x"));
}

TEST_F(RedisChannel, TellsWhenItWasInterrupted) {
    RedisServer server;
    Node a{connect(url_of(server))};
    ASSERT_TRUE(wait_until([&] { return a.connections == 1; }));
    server.stop();
    EXPECT_TRUE(wait_until([&] { return a.interruptions == 1; }));
    EXPECT_FALSE(a.channel.is_connected());
    a.channel.publish("topic", "into the void");
    server.start();
    EXPECT_TRUE(wait_until([&] { return a.connections == 2; }));
    EXPECT_TRUE(arrives(a, a, "again"));
    EXPECT_FALSE(a.has_heard("into the void"));
}

TEST_F(RedisChannel, NoticesASilentServer) {
    const RedisServer server;
    Node a{connect(url_of(server))};
    ASSERT_TRUE(wait_until([&] { return a.connections == 1; }));
    server.freeze();
    EXPECT_TRUE(wait_until([&] { return a.interruptions >= 1; }));
    server.thaw();
    EXPECT_TRUE(wait_until([&] { return a.connections >= 2; }));
    EXPECT_TRUE(arrives(a, a, "again"));
}

TEST_F(RedisChannel, WorksWhereNothingCanBeStored) {
    const RedisServer server{{"--maxmemory", "1", "--maxmemory-policy", "noeviction"}};
    Node a{connect(url_of(server))};
    ASSERT_TRUE(wait_until([&] { return a.channel.is_connected(); }));
    EXPECT_TRUE(arrives(a, a, "x"));
}

TEST_F(RedisChannel, PublishingNeverWaitsNorGrows) {
    RedisServer server;
    server.stop();
    Node a{connect(url_of(server))};
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 100'000; ++i) a.channel.publish("topic", "x");
    a.channel.publish("topic", std::string(Channel::kMaxTextBytes + 1, 'x'));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
}

TEST_F(RedisChannel, PassesOverMessagesThatAreTooLong) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    Node a{redis};
    ASSERT_TRUE(wait_until([&] { return a.channel.is_connected(); }));
    const std::string large(Channel::kMaxTextBytes + 1, 'x');
    const Reply reached = ask(redis, {"PUBLISH", redis.key("topic"), large});
    EXPECT_EQ(reached.integer(), 1);
    EXPECT_TRUE(arrives(a, a, "next"));
    EXPECT_FALSE(a.has_heard(large));
}

}  // namespace
}  // namespace haat::cache::redis
