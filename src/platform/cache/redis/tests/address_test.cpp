#include "platform/cache/redis/address.hpp"

#include <gtest/gtest.h>

namespace haat::cache::redis {
namespace {

Address parsed(std::string_view url) {
    const auto address = parse_address(url);
    EXPECT_TRUE(address) << url << ": " << address.error();
    return address.value_or(Address{});
}

TEST(RedisAddress, NamesAServer) {
    EXPECT_EQ(parsed("redis://cache.example").hosts, (std::vector<Host>{{"cache.example", 6379}}));
    EXPECT_EQ(parsed("redis://10.0.0.7:7000/").hosts, (std::vector<Host>{{"10.0.0.7", 7000}}));
    EXPECT_EQ(parsed("redis://[::1]:7000").hosts, (std::vector<Host>{{"::1", 7000}}));
    EXPECT_EQ(parsed("redis://h").database, 0);
    EXPECT_EQ(parsed("redis://h/3").database, 3);
    EXPECT_FALSE(parsed("redis://h").tls);
    EXPECT_TRUE(parsed("rediss://h").tls);
}

TEST(RedisAddress, CarriesUserAndPassword) {
    const Address both = parsed("redis://shop:p%40ss%3A%2f@h");
    EXPECT_EQ(both.user, "shop");
    EXPECT_EQ(both.password.reveal(), "p@ss:/");
    const Address one = parsed("redis://:hunter2@h");
    EXPECT_EQ(one.user, "");
    EXPECT_EQ(one.password.reveal(), "hunter2");
    EXPECT_EQ(parsed("redis://:a:b@c@h").password.reveal(), "a:b@c");
    EXPECT_TRUE(parsed("redis://h").password.empty());
}

TEST(RedisAddress, NamesSentinelsAndWhatTheyWatch) {
    const Address address = parsed("rediss+sentinel://:pw@s1,s2:1234,[::1]/mymaster/2");
    EXPECT_EQ(address.hosts, (std::vector<Host>{{"s1", 26379}, {"s2", 1234}, {"::1", 26379}}));
    EXPECT_EQ(address.master, "mymaster");
    EXPECT_EQ(address.database, 2);
    EXPECT_TRUE(address.tls);
    EXPECT_EQ(to_text(address), "mymaster at s1:26379, s2:1234, [::1]:26379");
}

TEST(RedisAddress, NamesCertificates) {
    const Address address = parsed("rediss://h?ca=/etc/a%20b.pem&cert=c.pem&key=k.pem");
    EXPECT_EQ(address.ca_file, "/etc/a b.pem");
    EXPECT_EQ(address.cert_file, "c.pem");
    EXPECT_EQ(address.key_file, "k.pem");
}

TEST(RedisAddress, RefusesTheRestWithoutThePassword) {
    for (const auto url : {"",
                           "h:6379",
                           "http://h",
                           "redis:h",
                           "redis://",
                           "redis://:pw@",
                           "redis://h:0",
                           "redis://h:65536",
                           "redis://h:x",
                           "redis://h/x",
                           "redis://h/-1",
                           "redis://h/1/2",
                           "redis://a,b",
                           "redis://a b",
                           "redis://[::1",
                           "redis://[a]",
                           "redis://u@h",
                           "redis://:%4@h",
                           "redis://:%zz@h",
                           "redis+sentinel://s1",
                           "redis+sentinel://s1/",
                           "redis+sentinel://s1/m/x",
                           "redis+sentinel:///m",
                           "redis://h?ca=/x",
                           "rediss://h?cert=c",
                           "rediss://h?x=y",
                           "rediss://h?ca=",
                           "redis+sentinel://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17/m"}) {
        const auto address = parse_address(url);
        EXPECT_FALSE(address) << url;
        const std::string problem = address ? "" : address.error();
        EXPECT_EQ(problem.find("pw"), std::string::npos) << url;
    }
}

TEST(RedisAddress, KnowsThisMachine) {
    for (const auto name : {"localhost", "127.0.0.1", "127.1.2.3", "::1", "redis.localhost"})
        EXPECT_TRUE(is_loopback({name, 1})) << name;
    for (const auto name : {"redis", "10.0.0.1", "::", "localhost.example"})
        EXPECT_FALSE(is_loopback({name, 1})) << name;
}

}  // namespace
}  // namespace haat::cache::redis
