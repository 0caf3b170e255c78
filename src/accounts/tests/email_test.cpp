// Which addresses are taken, and which are the same.
#include "accounts/email.hpp"

#include <gtest/gtest.h>

namespace haat::accounts {
namespace {

using namespace std::string_literals;

TEST(Email, TakesAddressesThatCanBeWrittenTo) {
    const std::string local_64(64, 'a');
    const std::string label_63(63, 'b');
    const std::string bytes_254 = local_64 + "@" + label_63 + "." + label_63 + "." + std::string(61, 'c');
    ASSERT_EQ(bytes_254.size(), 254U);
    for (const std::string& email :
         {"a@b.c"s, "asha@example.com"s, "Asha.Rao+shop@mail.example.co.in"s, "o'neil@example.com"s,
          "!#$%&'*+-/=?^_`{|}~@example.com"s, "1@2.3"s, "a@xn--bcher-kva.example"s, "आशा@उदाहरण.भारत"s,
          "ünal@bücher.example"s, "a@b-c.d--e"s, local_64 + "@example.com", "a@" + label_63 + ".com",
          bytes_254}) {
        EXPECT_TRUE(is_email(email)) << email;
    }
}

TEST(Email, RefusesWhatIsNoneOrCouldBreakAHeader) {
    for (const std::string& email : {""s,          "@"s,        "a"s,
                                     "a@"s,        "@b.c"s,     "a@b"s,
                                     "a@b."s,      "a@.b"s,     "a@b..c"s,
                                     "a@@b.c"s,    "a@b@c.d"s,  "a b@c.d"s,
                                     " a@b.c"s,    "a@b.c "s,   "a@b .c"s,
                                     "a\t@b.c"s,   "a@b.c\n"s,  "a@b.c\r\nBcc: x@y.z"s,
                                     "a\0@b.c"s,   "a@b.c\0"s,  "a\x7F@b.c"s,
                                     ".a@b.c"s,    "a.@b.c"s,   "a..b@c.d"s,
                                     "\"a\"@b.c"s, "a,b@c.d"s,  "a;b@c.d"s,
                                     "a:b@c.d"s,   "<a@b.c>"s,  "A <a@b.c>"s,
                                     "a(b)@c.d"s,  "a\\b@c.d"s, "a@[127.0.0.1]"s,
                                     "a@-b.c"s,    "a@b-.c"s,   "a@b.c-"s,
                                     "a@b_c.d"s,   "a@b!.c"s}) {
        EXPECT_FALSE(is_email(email)) << email;
    }
}

// What one would take for asha@example.com, or for ünal@example.com.
TEST(Email, RefusesWhatPassesForAnother) {
    for (const std::string& email :
         {"a\u200Bsha@example.com"s, "asha\u00AD@example.com"s, "asha@exam\u2060ple.com"s,
          "\u202Eahsa@example.com"s, "asha@example\uFF0Ecom"s, "\uFF41sha@example.com"s,
          "\u24D0sha@example.com"s, "asha@\u2102example.com"s, "asha\u00A0@example.com"s,
          "asha\u3000@example.com"s, "asha\u1680@example.com"s, "asha\u2028@example.com"s,
          "asha\u0085@example.com"s, "u\u0308nal@example.com"s, "asha\u2010rao@example.com"s,
          "o\u2019neil@example.com"s, "asha\u0378@example.com"s, "asha\uFE0F@example.com"s,
          "asha\xC3@example.com"s}) {
        EXPECT_FALSE(is_email(email)) << email;
    }
}

TEST(Email, RefusesWhatIsTooLong) {
    const std::string label_63(63, 'b');
    const std::string bytes_255 =
        std::string(64, 'a') + "@" + label_63 + "." + label_63 + "." + std::string(62, 'c');
    ASSERT_EQ(bytes_255.size(), 255U);
    EXPECT_FALSE(is_email(bytes_255));
    EXPECT_FALSE(is_email(std::string(65, 'a') + "@example.com"));
    EXPECT_FALSE(is_email("a@" + label_63 + "b.com"));
}

TEST(Email, AddressesThatDifferInCaseOnlyAreTheSame) {
    EXPECT_EQ(email_key("Asha.RAO@Example.COM"), "asha.rao@example.com");
    EXPECT_EQ(email_key("ÜNAL@Bücher.example"), email_key("ünal@BÜCHER.example"));
    EXPECT_EQ(email_key("ДАРЬЯ@пример.рф"), email_key("дарья@ПРИМЕР.РФ"));
    EXPECT_NE(email_key("asha@example.com"), email_key("asha+shop@example.com"));
    EXPECT_NE(email_key("asha.rao@example.com"), email_key("asharao@example.com"));
}

// Keys are counted by in memory, and stand in an index of the database.
TEST(Email, AKeyIsShort) {
    const std::string long_text(100'000, 'a');
    EXPECT_EQ(email_key(long_text).size(), 64U);
    EXPECT_NE(email_key(long_text), email_key(long_text + "a"));
    EXPECT_EQ(email_key(email_key(long_text)), email_key(long_text));
}

}  // namespace
}  // namespace haat::accounts
