#include "platform/http/pipeline/client_address.hpp"

#include <gtest/gtest.h>

namespace haat::http {
namespace {

boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

Networks trusting(const std::vector<std::string>& entries) { return Networks::parse(entries).value(); }

TEST(ClientAddress, NetworksAreReadOrRefusedAsAWhole) {
    EXPECT_TRUE(Networks::parse({})->empty());
    EXPECT_FALSE(Networks::parse({"10.0.0.0/8", "::1"})->empty());
    for (const auto* entry : {"", "localhost", "10.0.0.0/33", "::1/129", "10.0.0.0/", "10.0.0.0/x",
                              "10.0.0.0/8 ", "10.0.0", "10.0.0.0/-1", "/8", "10.0.0.0/8/8"}) {
        EXPECT_FALSE(Networks::parse({"::1", entry})) << entry;
    }
}

TEST(ClientAddress, ANetworkHoldsWhatSharesItsBits) {
    const auto proxies = trusting({"10.1.0.0/20", "2001:db8::/33", "192.0.2.7"});
    for (const auto* inside :
         {"10.1.0.0", "10.1.15.255", "::ffff:10.1.2.3", "2001:db8:7fff::1", "192.0.2.7"}) {
        EXPECT_TRUE(proxies.contains(address(inside))) << inside;
    }
    for (const auto* outside :
         {"10.1.16.0", "10.0.255.255", "2001:db8:8000::", "192.0.2.6", "::192.0.2.7", "::1"}) {
        EXPECT_FALSE(proxies.contains(address(outside))) << outside;
    }
    EXPECT_TRUE(proxies.contains(std::string{"10.1.0.1"}));
    EXPECT_FALSE(proxies.contains(std::string{"10.1.16.1"}));
    EXPECT_FALSE(proxies.contains(std::string{"somewhere"}));
    EXPECT_TRUE(trusting({"0.0.0.0/0"}).contains(address("8.8.8.8")));
    EXPECT_FALSE(trusting({"0.0.0.0/0"}).contains(address("::1"))) << "of one family";
}

TEST(ClientAddress, APeerThatIsNotTrustedIsTheClientWhateverItSays) {
    EXPECT_EQ(client_of(trusting({"10.0.0.0/8"}), address("192.0.2.1"), "1.2.3.4"), "192.0.2.1");
    EXPECT_EQ(client_of(trusting({}), address("10.0.0.1"), "1.2.3.4"), "10.0.0.1");
}

TEST(ClientAddress, TheRightmostAddressThatIsNoProxyIsTheClient) {
    const auto proxies = trusting({"10.0.0.0/8", "::1"});
    const auto client = [&](const char* forwarded) {
        return client_of(proxies, address("10.0.0.1"), forwarded);
    };
    EXPECT_EQ(client("1.2.3.4"), "1.2.3.4");
    EXPECT_EQ(client("6.6.6.6, 1.2.3.4"), "1.2.3.4") << "what a client sends stands further left";
    EXPECT_EQ(client("6.6.6.6,1.2.3.4 ,\t10.0.0.2 , ::1"), "1.2.3.4");
    EXPECT_EQ(client("10.0.0.9, 10.0.0.2"), "10.0.0.9") << "all of them proxies";
    EXPECT_EQ(client("2001:DB8::1"), "2001:db8::1");
    EXPECT_EQ(client("::ffff:1.2.3.4"), "1.2.3.4") << "one client has one name";
    EXPECT_EQ(client_of(proxies, address("::ffff:10.0.0.1"), "1.2.3.4"), "1.2.3.4");
}

TEST(ClientAddress, AHeaderThatCannotBeReadCountsUpToThere) {
    const auto proxies = trusting({"10.0.0.0/8"});
    for (const auto* forwarded : {"", "unknown", "1.2.3.4, unknown", "1.2.3.4:80", "1.2.3.4,", "[::1]"}) {
        EXPECT_EQ(client_of(proxies, address("10.0.0.1"), forwarded), "10.0.0.1") << forwarded;
    }
    EXPECT_EQ(client_of(proxies, address("10.0.0.1"), std::nullopt), "10.0.0.1");
    EXPECT_EQ(client_of(proxies, address("10.0.0.1"), "1.2.3.4, x, 10.0.0.2"), "10.0.0.2");
}

TEST(ClientAddress, LimitsCountAnIpv6ClientByItsNetwork) {
    EXPECT_EQ(limit_key("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(limit_key("2001:db8:1:2:aaaa:bbbb:cccc:dddd"), "2001:db8:1:2::/64");
    EXPECT_EQ(limit_key("2001:db8:1:2::1"), limit_key("2001:db8:1:2:ffff::"));
    EXPECT_NE(limit_key("2001:db8:1:2::1"), limit_key("2001:db8:1:3::1"));
    EXPECT_EQ(limit_key("::1"), "::/64");
    EXPECT_EQ(limit_key("fe80::1%lo"), "fe80::/64");
    EXPECT_EQ(limit_key("::ffff:192.0.2.7"), "192.0.2.7") << "one client has one name";
    EXPECT_EQ(limit_key("no:address"), "no:address");
}

}  // namespace
}  // namespace haat::http
