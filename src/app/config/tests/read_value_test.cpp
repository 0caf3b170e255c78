#include "app/config/read_value.hpp"

#include <gtest/gtest.h>

#include "app/config/nearest.hpp"
#include "app/config/url_parts.hpp"

namespace haat::config {
namespace {

Setting setting_of(Kind kind, Constraint constraint = {}) {
    return {"Group", "NAME", "", kind, constraint, {}, "", nullptr};
}

template <class T>
std::optional<T> read(Kind kind, std::string_view text, Constraint constraint = {}) {
    T value{};
    if (!read_value(setting_of(kind, constraint), text, value)) return std::nullopt;
    return value;
}

TEST(ReadValue, IntegersAreWholeAndInRange) {
    const Constraint range{1, 256};
    EXPECT_EQ(read<int>(Kind::integer, "1", range), 1);
    EXPECT_EQ(read<int>(Kind::integer, "256", range), 256);
    for (const auto text : {"0", "257", "", "1.5", "1x", " 1", "+1", "0x10", "99999999999999999999"}) {
        EXPECT_FALSE(read<int>(Kind::integer, text, range)) << text;
    }
}

TEST(ReadValue, DurationsTakeAUnit) {
    const Constraint range{1, 86'400};
    const auto seconds = [&](std::string_view text) {
        return read<std::chrono::seconds>(Kind::duration, text, range);
    };
    EXPECT_EQ(seconds("900")->count(), 900);
    EXPECT_EQ(seconds("900s")->count(), 900);
    EXPECT_EQ(seconds("15m")->count(), 900);
    EXPECT_EQ(seconds("1h")->count(), 3'600);
    EXPECT_EQ(seconds("1d")->count(), 86'400);
    for (const auto text : {"0", "2d", "", "m", "1.5h", "15 m", "1w", "-1m", "2147483647d", "99999999999d"}) {
        EXPECT_FALSE(seconds(text)) << text;
    }
}

TEST(ReadValue, BooleansAreWords) {
    for (const auto text : {"true", "ON", "Yes", "1"})
        EXPECT_EQ(read<bool>(Kind::boolean, text), true) << text;
    for (const auto text : {"false", "off", "NO", "0"})
        EXPECT_EQ(read<bool>(Kind::boolean, text), false) << text;
    for (const auto text : {"", "2", "maybe", "truee", "true|yes"})
        EXPECT_FALSE(read<bool>(Kind::boolean, text)) << text;
}

TEST(ReadValue, AChoiceIsOneOfItsWords) {
    enum class Size { small, large };
    const Constraint words{.words = "small|large"};
    EXPECT_EQ(read<Size>(Kind::choice, "small", words), Size::small);
    EXPECT_EQ(read<Size>(Kind::choice, "Large", words), Size::large);
    for (const auto text : {"", "smal", "small|large", "|"})
        EXPECT_FALSE(read<Size>(Kind::choice, text, words)) << text;
}

TEST(ReadValue, UrlsHaveAKnownSchemeAndNoSlashAtTheEnd) {
    const Constraint schemes{.words = "http|https"};
    EXPECT_EQ(read<std::string>(Kind::url, "https://shop.example/api//", schemes),
              "https://shop.example/api");
    EXPECT_EQ(read<std::string>(Kind::url, "http://[::1]:3001", schemes), "http://[::1]:3001");
    for (const auto text :
         {"shop.example", "ftp://shop.example", "https://", "https:///x", "https://a b", "https://a:0",
          "https://a:65536", "https://a:1x", "https://[zz]", "https://a\r\nX: y", "://a"}) {
        EXPECT_FALSE(read<std::string>(Kind::url, text, schemes)) << text;
    }
}

TEST(ReadValue, SchemeAndHostOfUrlsAreInLowerCaseAndNothingElseIs) {
    const Constraint schemes{.words = "https|smtps"};
    EXPECT_EQ(read<std::string>(Kind::url, "HTTPS://Shop.Example:443/Api?A=B", schemes),
              "https://shop.example:443/Api?A=B");
    const auto secret = read<crypto::Secret>(Kind::url, "SMTPS://Me:PassWord@Mail.Example", schemes);
    ASSERT_TRUE(secret);
    EXPECT_EQ(secret->reveal(), "smtps://Me:PassWord@mail.example");
}

TEST(ReadValue, OriginsAreWrittenAsBrowsersWriteThem) {
    using List = std::vector<std::string>;
    EXPECT_EQ(read<List>(Kind::origins, "https://Shop.Example:443/ ,, http://localhost:5173, http://a:80"),
              (List{"https://shop.example", "http://localhost:5173", "http://a"}));
    EXPECT_EQ(read<List>(Kind::origins, "https://a:80"), List{"https://a:80"});
    for (const auto text : {"*", "null", "shop.example", "https://a/path", "https://a?x", "ftp://a",
                            "https://u@a", "https://a, b"}) {
        EXPECT_FALSE(read<List>(Kind::origins, text)) << text;
    }
}

TEST(ReadValue, AListIsBounded) {
    std::string many = "10.0.0.1";
    for (int i = 1; i < 64; ++i) many += ",10.0.0.1";
    EXPECT_TRUE(read<std::vector<std::string>>(Kind::networks, many));
    EXPECT_FALSE(read<std::vector<std::string>>(Kind::networks, many + ",10.0.0.1"));
}

TEST(ReadValue, NetworksAreAddressesWithAPrefixLengthOrNone) {
    using List = std::vector<std::string>;
    EXPECT_EQ(read<List>(Kind::networks, "127.0.0.1, 10.0.0.0/8, ::1, fd00::/128, 0.0.0.0/0"),
              (List{"127.0.0.1", "10.0.0.0/8", "::1", "fd00::/128", "0.0.0.0/0"}));
    for (const auto text :
         {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0", "proxy", "10.0.0.0/8/8"}) {
        EXPECT_FALSE(read<List>(Kind::networks, text)) << text;
    }
}

TEST(ReadValue, AnAddressToListenOnIsNumericOrLocalhost) {
    EXPECT_EQ(read<std::string>(Kind::address, "::"), "::");
    EXPECT_EQ(read<std::string>(Kind::address, "localhost"), "127.0.0.1");
    EXPECT_FALSE(read<std::string>(Kind::address, "shop.example"));
    EXPECT_FALSE(read<std::string>(Kind::address, "256.0.0.1"));
}

TEST(ReadValue, MailboxesHoldOneAddress) {
    EXPECT_TRUE(read<std::string>(Kind::mailbox, "Haat <no-reply@localhost>"));
    EXPECT_TRUE(read<std::string>(Kind::mailbox, "no-reply@localhost"));
    for (const auto text :
         {"Haat", "Haat <>", "Haat <a@b", "Haat a@b", "a@", "@b", "<a@b> x", "<a@b, c@d>"}) {
        EXPECT_FALSE(read<std::string>(Kind::mailbox, text)) << text;
    }
    EXPECT_FALSE(read<std::string>(Kind::email, "Haat <a@b>"));
}

TEST(ReadValue, TheDatabaseIsAFileOfSqlite) {
    EXPECT_EQ(read<std::filesystem::path>(Kind::database, "sqlite:/srv/haat.db"), "/srv/haat.db");
    for (const auto text : {"sqlite:", "postgres://localhost/haat", "/srv/haat.db"}) {
        EXPECT_FALSE(read<std::filesystem::path>(Kind::database, text)) << text;
    }
}

TEST(ReadValue, RedisIsAServerOrWatchedBySentinels) {
    for (const auto text : {"redis://h", "rediss://u:p@h:1/2?ca=/x", "redis+sentinel://:p@a,b:2/m/1"})
        EXPECT_TRUE(read<crypto::Secret>(Kind::redis, text)) << text;
    for (const auto text :
         {"redis:", "h:6379", "http://h", "redis://a,b", "redis://h/x", "redis+sentinel://a"})
        EXPECT_FALSE(read<crypto::Secret>(Kind::redis, text)) << text;
}

TEST(UrlParts, AreTold) {
    const auto parts = split_url("smtp://me:p%40ss@mail.example.com:587/x?y");
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->scheme, "smtp");
    EXPECT_EQ(parts->userinfo, "me:p%40ss");
    EXPECT_EQ(parts->host, "mail.example.com");
    EXPECT_EQ(parts->port, 587);
    EXPECT_EQ(parts->rest, "/x?y");
}

TEST(UrlParts, ThePasswordIsNotShown) {
    EXPECT_EQ(without_password("smtp://me:pass@h:25/x"), "smtp://me:***@h:25/x");
    EXPECT_EQ(without_password("redis://:pa:s@s@h"), "redis://:***@h");
    EXPECT_EQ(without_password("https://h/x"), "https://h/x");
    EXPECT_EQ(without_password("https://h:80/x@y"), "https://h:80/x@y");
    EXPECT_EQ(without_password("redis+sentinel://u:pw@a:1,b:2/m"), "redis+sentinel://u:***@a:1,b:2/m");
    EXPECT_EQ(without_password("redis://u:pw@a b"), "redis://u:***@a b");
    EXPECT_EQ(without_password("no url: pass"), "***");
}

TEST(Nearest, CountsLettersToChange) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("", "PORT"), 4U);
    EXPECT_EQ(edit_distance("port", "PORT"), 0U);
    EXPECT_EQ(edit_distance("PROT", "PORT"), 2U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, NamesNobodyWhenNothingIsNear) {
    const std::vector<std::string_view> names{"PORT", "HOST", "SMTP_URL"};
    EXPECT_EQ(nearest("PROT", names), "PORT");
    EXPECT_EQ(nearest("SMTP_ULR", names), "SMTP_URL");
    EXPECT_FALSE(nearest("MONGODB_URI", names));
    EXPECT_FALSE(nearest(std::string(10'000, 'P'), names));
}

}  // namespace
}  // namespace haat::config
