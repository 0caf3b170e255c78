#include "platform/cache/redis/client.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/write.hpp>

#include "platform/cache/redis/tests/redis_fixture.hpp"

namespace haat::cache::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class RedisClient : public RedisTest {
protected:
    // How long one call takes, whatever becomes of it.
    milliseconds time_of_a_call(Redis& redis) {
        const auto begun = steady_clock::now();
        ask(redis, {"PING"});
        return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
    }
    // Of several, so that a pause of the machine is not taken for one of the client.
    milliseconds shortest_of_calls(Redis& redis) {
        return std::min({time_of_a_call(redis), time_of_a_call(redis), time_of_a_call(redis)});
    }
};

TEST_F(RedisClient, AsksAndIsAnswered) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    EXPECT_TRUE(ask(redis, {"SET", "a", "1"}).is_ok());
    EXPECT_EQ(ask(redis, {"GET", "a"}).text(), "1");
    EXPECT_EQ(ask(redis, {"INCR", "a"}).integer(), 2);
    EXPECT_FALSE(ask(redis, {"GET", "nothing"}).text());
    EXPECT_TRUE(redis.is_available());
    EXPECT_EQ(metric("haat_redis_available"), "1");
    EXPECT_EQ(metric("haat_redis_batches_total{outcome=\"answered\"}"), "4");
}

TEST_F(RedisClient, AnswersManyAtOnceInTheirOrder) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    constexpr int kMany = 500;
    int right = 0;
    int done = 0;
    auto echo = [](Client& client, int number, int& right_, int& done_) -> awaitable<> {
        Batch batch{"ECHO", std::to_string(number)};
        batch.add({"ECHO", "second"});
        const Replies replies = co_await client.call(std::move(batch));
        if (replies && replies->at(0).text() == std::to_string(number) && replies->at(1).text() == "second")
            ++right_;
        ++done_;
    };
    for (int i = 0; i < kMany; ++i)
        asio::co_spawn(*context_, echo(client(redis), i, right, done), asio::detached);
    EXPECT_TRUE(wait_until([&] { return done == kMany; }));
    EXPECT_EQ(right, kMany);
}

TEST_F(RedisClient, LogsInAsTheUrlSays) {
    const RedisServer server{{"--requirepass", "pass word"}};
    const auto port = std::to_string(server.port());
    Redis& by_password = connected("redis://:pass%20word@127.0.0.1:" + port);
    EXPECT_TRUE(ask(by_password, {"ACL", "SETUSER", "shop", "on", ">secret", "~*", "+@all"}).is_ok());
    Redis& by_user = connected("redis://shop:secret@127.0.0.1:" + port);
    EXPECT_EQ(ask(by_user, {"ACL", "WHOAMI"}).text(), "shop");
}

TEST_F(RedisClient, AWrongPasswordIsNoConnectionAndNobodyWaits) {
    const RedisServer server{{"--requirepass", "right"}};
    for (const std::string login : {":wrong@", "nobody:right@", ""}) {
        Redis& redis = connect("redis://" + login + "127.0.0.1:" + std::to_string(server.port()));
        run_for(milliseconds{150});
        EXPECT_FALSE(redis.is_available()) << login;
        EXPECT_LT(shortest_of_calls(redis), milliseconds{200});
    }
}

TEST_F(RedisClient, UsesTheDatabaseOfTheUrl) {
    const RedisServer server;
    Redis& second = connected(url_of(server, "/2"));
    EXPECT_TRUE(ask(second, {"SET", "a", "of 2"}).is_ok());
    EXPECT_FALSE(ask(connected(url_of(server)), {"GET", "a"}).text());
    EXPECT_EQ(ask(connected(url_of(server, "/2")), {"GET", "a"}).text(), "of 2");
}

TEST_F(RedisClient, ComesWhenTheServerDoes) {
    RedisServer server;
    server.stop();
    Redis& redis = connect(url_of(server));
    run_for(milliseconds{100});
    EXPECT_FALSE(client(redis).is_available());
    EXPECT_LT(shortest_of_calls(redis), milliseconds{200}) << "nobody waits for a server that is away";
    EXPECT_NE(metric("haat_redis_batches_total{outcome=\"skipped\"}"), "0");
    server.start();
    EXPECT_TRUE(wait_until([&] { return client(redis).is_available(); }));
    EXPECT_TRUE(answers(redis));
}

TEST_F(RedisClient, LeavesAndReturnsWithTheServer) {
    RedisServer server;
    Redis& redis = connected(url_of(server));
    for (int round = 0; round < 3; ++round) {
        server.stop();
        EXPECT_TRUE(wait_until([&] { return !client(redis).is_available(); }));
        EXPECT_FALSE(redis.is_available());
        EXPECT_EQ(metric("haat_redis_available"), "0");
        EXPECT_FALSE(answers(redis));
        server.start();
        EXPECT_TRUE(wait_until([&] { return answers(redis); }));
    }
}

TEST_F(RedisClient, WaitsForASlowServerOnceAndThenNotAtAll) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    server.freeze();
    EXPECT_LT(time_of_a_call(redis), milliseconds{3'000}) << "bounded by command_ms, on a busy machine too";
    EXPECT_TRUE(wait_until([&] {
        ask(redis, {"PING"});
        return !client(redis).is_available();
    }));
    EXPECT_NE(metric("haat_redis_batches_total{outcome=\"late\"}"), "0");
    const std::string late = metric("haat_redis_batches_total{outcome=\"late\"}");
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(answers(redis));
    EXPECT_EQ(metric("haat_redis_batches_total{outcome=\"late\"}"), late) << "a hundred calls, none waited";
    server.thaw();
    EXPECT_TRUE(wait_until([&] { return answers(redis); }));
}

TEST_F(RedisClient, NoticesASilentServerWithoutBeingAsked) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    server.freeze();
    EXPECT_TRUE(wait_until([&] { return !client(redis).is_available(); }));
    server.thaw();
}

TEST_F(RedisClient, TakesNoMoreThanItCanHold) {
    const RedisServer server;
    Options options = options_of(url_of(server));
    options.command_ms = 60'000;
    Redis& redis = connect(std::move(options));
    ASSERT_TRUE(wait_until([&] { return client(redis).is_available(); }));
    server.freeze();
    for (std::size_t i = 0; i < Client::kMaxInFlight + 10; ++i) client(redis).send(Batch{"PING"});
    EXPECT_GE(std::stoi(metric("haat_redis_batches_total{outcome=\"skipped\"}")), 10);
    EXPECT_FALSE(answers(redis)) << "at once, and not after a minute";
    server.thaw();
    EXPECT_TRUE(wait_until([&] { return answers(redis); }));
    const std::string large(Client::kMaxUnsentBytes, 'x');
    EXPECT_FALSE(run(client(redis).call(Batch{"ECHO", large})));
}

TEST_F(RedisClient, ErrorsOfRedisAreRepliesAndNoFailures) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    ask(redis, {"LPUSH", "list", "a"});
    for (int i = 0; i < 20; ++i) {
        const Reply reply = ask(redis, {"GET", "list"});
        EXPECT_TRUE(reply.error().value_or("").starts_with("WRONGTYPE"));
        EXPECT_FALSE(reply.text());
    }
    EXPECT_TRUE(client(redis).is_available());
    EXPECT_EQ(metric("haat_redis_batches_total{outcome=\"refused\"}"), "20");
}

TEST_F(RedisClient, AFullServerStillReads) {
    const RedisServer server{{"--maxmemory", "1", "--maxmemory-policy", "noeviction"}};
    Redis& redis = connected(url_of(server));
    EXPECT_TRUE(ask(redis, {"SET", "a", "x"}).error().value_or("").starts_with("OOM"));
    EXPECT_FALSE(ask(redis, {"GET", "a"}).text());
    EXPECT_TRUE(answers(redis));
}

TEST_F(RedisClient, LeavesAServerThatIsNoMasterAnyMore) {
    const RedisServer master;
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    server.tell("REPLICAOF 127.0.0.1 " + std::to_string(master.port()));
    EXPECT_TRUE(wait_until([&] { return !ask(redis, {"SET", "a", "1"}).is_ok(); }));
    EXPECT_TRUE(wait_until([&] { return metric("haat_redis_batches_total{outcome=\"lost\"}") != "0"; }));
}

// Somebody else on that port.
TEST_F(RedisClient, DoesNotStayWithAServerThatTalksRubbish) {
    asio::ip::tcp::acceptor acceptor{*context_, {asio::ip::address_v4::loopback(), 0}};
    int visits = 0;
    std::vector<std::string> talks{"HTTP/1.1 400 Bad Request\r\n\r\n", "*2147483647\r\n",
                                   "+PONG\r\n+PONG\r\n+X\r\n", ":1\r\n", ""};
    std::function<void()> serve = [&] {
        auto socket = std::make_shared<asio::ip::tcp::socket>(*context_);
        acceptor.async_accept(*socket, [&, socket](const boost::system::error_code& error) {
            if (error) return;
            const auto& talk = talks[static_cast<std::size_t>(visits++) % talks.size()];
            boost::system::error_code ignored;
            asio::write(*socket, asio::buffer(talk), ignored);
            serve();
        });
    };
    serve();
    Redis& redis = connect("redis://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()));
    EXPECT_TRUE(wait_until([&] { return visits > 20; }));
    EXPECT_FALSE(ask(redis, {"GET", "a"}).text());
    acceptor.close();
    run_for(milliseconds{10});
}

TEST_F(RedisClient, EndsWithItsLoopWhileSomebodyWaits) {
    const RedisServer server;
    Redis& redis = connected(url_of(server));
    server.freeze();
    Redis& never = connect("redis://192.0.2.1");
    auto wait = [](Client& client) -> awaitable<> {
        Batch batch{"PING"};
        const Replies replies = co_await client.call(std::move(batch));
        ADD_FAILURE() << "nobody answers, and the loop ends before the time-out";
    };
    asio::co_spawn(*context_, wait(client(redis)), asio::detached);
    asio::co_spawn(*context_, wait(client(redis)), asio::detached);
    EXPECT_FALSE(never.is_available());
    run_for(milliseconds{20});
    context_ = std::make_unique<asio::io_context>(1);
    server.thaw();
}

}  // namespace
}  // namespace haat::cache::redis
