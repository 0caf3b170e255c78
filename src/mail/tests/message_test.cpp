#include "mail/message.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mail/encoding.hpp"
#include "mail/tests/example_mail.hpp"

namespace haat::mail {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    for (auto end = text.find("\r\n"); end != std::string_view::npos; end = text.find("\r\n")) {
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end + 2);
    }
    if (!text.empty()) lines.push_back(text);
    return lines;
}

std::string_view head_of(std::string_view message) { return message.substr(0, message.find("\r\n\r\n") + 2); }

TEST(MailEncoding, Base64OfRfc4648) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
    EXPECT_EQ(base64("\xFB\xFF\xFE"), "+//+");
}

TEST(MailEncoding, QuotedPrintableKeepsAsciiAndEncodesTheRest) {
    EXPECT_EQ(quoted_printable("a=b\n"), "a=3Db\r\n");
    EXPECT_EQ(quoted_printable("é\n"), "=C3=A9\r\n");
    EXPECT_EQ(quoted_printable("a\tb"), "a=09b\r\n");
    EXPECT_EQ(quoted_printable(""), "");
}

TEST(MailEncoding, QuotedPrintableProtectsSpacesAtTheEnd) {
    EXPECT_EQ(quoted_printable("a \nb"), "a=20\r\nb\r\n");
    EXPECT_EQ(quoted_printable(" \n"), "=20\r\n");
}

TEST(MailEncoding, QuotedPrintableTakesAnyLineBreakAndNoLoneReturn) {
    EXPECT_EQ(quoted_printable("a\r\nb\nc"), "a\r\nb\r\nc\r\n");
    EXPECT_EQ(quoted_printable("a\rb"), "a=0Db\r\n");
}

TEST(MailEncoding, QuotedPrintableLinesHaveAtMost76Characters) {
    EXPECT_EQ(quoted_printable(std::string(76, 'x')), std::string(76, 'x') + "\r\n");
    EXPECT_EQ(quoted_printable(std::string(77, 'x')), std::string(75, 'x') + "=\r\nxx\r\n");
    for (std::size_t prefix = 0; prefix < 80; ++prefix) {
        const auto text = std::string(prefix, 'x') + "éééé" + std::string(100, ' ');
        const auto encoded = quoted_printable(text);
        for (const auto line : lines_of(encoded)) EXPECT_LE(line.size(), 76U) << prefix;
        EXPECT_EQ(encoded.find("=_"), std::string::npos);
    }
}

TEST(MailEncoding, EncodedWordsSplitBetweenCharacters) {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "€";  // three bytes each
    const auto words = encoded_words(text);
    for (const auto line : lines_of(words)) EXPECT_LE(line.size(), 65U);
    const auto first = words.substr(0, words.find("?=") + 2);
    EXPECT_EQ(first, "=?UTF-8?B?" + base64(text.substr(0, 39)) + "?=");
    std::string shifted = "x" + text;  // now 39 bytes end inside a character
    const auto next = encoded_words(shifted);
    EXPECT_EQ(next.substr(0, next.find("?=") + 2), "=?UTF-8?B?" + base64(shifted.substr(0, 37)) + "?=");
}

TEST(MailEncoding, EncodedWordsEndForBytesThatAreNoText) {
    EXPECT_FALSE(encoded_words(std::string(500, '\x80')).empty());
    EXPECT_EQ(encoded_words(""), std::string{"=?UTF-8?B?"} + "?=");
}

TEST(MailAddress, TellsWhatMayStandInAHeader) {
    for (const auto* good : {"a@b", "a.b+c@example.com", "o'neil@example.co.uk", "जन@example.com",
                             "a@bücher.example", "!#$%&'*+-/=?^_`{|}~@x"}) {
        EXPECT_TRUE(is_mailable(good)) << good;
    }
    for (const auto* bad : {"",        "a",       "@",
                            "a@",      "@b",      "a@b@c",
                            ".a@b",    "a.@b",    "a..b@c",
                            "a@b.",    "a b@c",   "a@b c",
                            "a@b,c@d", "a@b;c",   "<a@b>",
                            "\"a\"@b", "a(x)@b",  "a@[127.0.0.1]",
                            "a\\@b",   "a@b\r\n", "a@b\nBcc: c@d",
                            "a\r@b",   "a\t@b",   "a@b\x7F"}) {
        EXPECT_FALSE(is_mailable(bad)) << bad;
    }
    EXPECT_FALSE(is_mailable(std::string_view{"a\0@b", 4}));
    EXPECT_TRUE(is_mailable(std::string(252, 'a') + "@b"));
    EXPECT_FALSE(is_mailable(std::string(253, 'a') + "@b"));
}

TEST(MailAddress, ReadsBothForms) {
    const auto bare = parse_address(" shop@example.com ");
    ASSERT_TRUE(bare);
    EXPECT_EQ(bare->email, "shop@example.com");
    EXPECT_EQ(bare->name, "");
    EXPECT_EQ(bare->domain(), "example.com");
    const auto named = parse_address("The Shop <shop@example.com>");
    ASSERT_TRUE(named);
    EXPECT_EQ(named->name, "The Shop");
    EXPECT_EQ(named->email, "shop@example.com");
    EXPECT_EQ(parse_address("\"Shop, Inc.\" <shop@example.com>")->name, "Shop, Inc.");
    for (const auto* bad : {"", "Shop", "Shop <>", "Shop <shop@example.com> x", "Shop <a@b,c@d>", "<a@b"}) {
        EXPECT_FALSE(parse_address(bad)) << bad;
    }
}

TEST(MailAddress, ForAnApiHasNoCharactersWithAMeaning) {
    EXPECT_EQ(format_address({"Größe", "a@b"}), "Größe <a@b>");
    EXPECT_EQ(format_address({"", "a@b"}), "a@b");
    EXPECT_EQ(format_address({"Evil <x@y>, \"Z\"\r\nBcc: q", "a@b"}), "Evil xy Z  Bcc q <a@b>");
}

TEST(MailMessage, HasTheHeadersOfAMail) {
    const auto message = format_message(example_mail());
    ASSERT_TRUE(message);
    EXPECT_EQ(head_of(*message),
              "From: Haat\r\n <shop@example.org>\r\n"
              "To: <buyer@example.com>\r\n"
              "Subject: Hello\r\n"
              "Date: Wed, 31 Jan 2024 09:30:00 +0000\r\n"
              "Message-ID: <65a1b2c3d4e5f60718293a4b@example.org>\r\n"
              "MIME-Version: 1.0\r\n"
              "Auto-Submitted: auto-generated\r\n"
              "Content-Type: multipart/alternative;\r\n boundary=\"=_65a1b2c3d4e5f60718293a4b\"\r\n");
}

TEST(MailMessage, IsTheSameEveryTime) {
    EXPECT_EQ(format_message(example_mail()), format_message(example_mail()));
}

TEST(MailMessage, EndsEveryLineWithBothCharactersAndKeepsItShort) {
    auto mail = example_mail();
    mail.from.name = std::string(200, 'n');
    mail.subject = std::string(300, 's');
    mail.text = "a\nb\r\n" + std::string(5'000, 't');
    mail.html = "<p>ü</p>";
    const auto message = format_message(mail);
    ASSERT_TRUE(message);
    for (const auto line : lines_of(*message)) {
        EXPECT_LE(line.size(), 78U) << line;
        EXPECT_EQ(line.find_first_of("\r\n"), std::string_view::npos) << line;
    }
    EXPECT_TRUE(std::ranges::all_of(*message, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST(MailMessage, LetsNoHeaderIn) {
    auto mail = example_mail();
    mail.subject = std::string{"Hi\r\nBcc: evil@example.com\r\n\r\n<b>body\0", 37};
    mail.from.name = "Shop\nReply-To: evil@example.com";
    const auto message = format_message(mail);
    ASSERT_TRUE(message);
    const auto head = head_of(*message);
    EXPECT_EQ(head.find("\r\nBcc:"), std::string_view::npos);
    EXPECT_EQ(head.find("\r\nReply-To:"), std::string_view::npos);
    EXPECT_EQ(lines_of(head).size(), 10U);  // as many as the example has
    EXPECT_NE(head.find("Subject: Hi  Bcc: evil@example.com    <b>body \r\n"), std::string_view::npos)
        << head;
}

TEST(MailMessage, RefusesAddressesThatAreNone) {
    for (const auto* bad : {"", "a@b\r\nBcc: c@d", "a@b>\r\nBcc: <c@d", "a@b, c@d"}) {
        auto mail = example_mail(bad);
        EXPECT_FALSE(format_message(mail)) << bad;
        mail = example_mail();
        mail.from.email = bad;
        EXPECT_FALSE(format_message(mail)) << bad;
    }
}

TEST(MailMessage, LetsNoSubjectPassForAnEncodedOne) {
    auto mail = example_mail();
    mail.subject = "=?UTF-8?B?SGk=?=";
    const auto message = format_message(mail);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->find("Subject: =?UTF-8?B?SGk=?="), std::string::npos);
    EXPECT_NE(message->find("Subject: " + encoded_words(mail.subject)), std::string::npos);
}

}  // namespace
}  // namespace haat::mail
