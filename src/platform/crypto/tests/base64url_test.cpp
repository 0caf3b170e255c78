#include "platform/crypto/base64url.hpp"

#include <gtest/gtest.h>

#include <array>

#include "platform/crypto/random.hpp"

namespace haat::crypto {
namespace {

std::optional<std::string> decode(std::string_view text) {
    std::array<char, 512> buffer{};
    const auto bytes = from_base64url(text, buffer);
    return bytes ? std::optional{std::string{*bytes}} : std::nullopt;
}

// RFC 4648, §10, without the padding.
TEST(Base64Url, gives_the_examples_of_the_rfc) {
    static constexpr std::pair<std::string_view, std::string_view> kExamples[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : kExamples) {
        EXPECT_EQ(to_base64url(bytes), text);
        EXPECT_EQ(decode(text), bytes);
    }
    EXPECT_EQ(to_base64url("\xfb\xff\xbf"), "-_-_");
    EXPECT_EQ(decode("-_-_"), "\xfb\xff\xbf");
}

TEST(Base64Url, brings_back_any_bytes) {
    for (std::size_t n = 0; n < 300; ++n) {
        const auto bytes = random_bytes(n);
        EXPECT_EQ(decode(to_base64url(bytes)), bytes);
    }
}

TEST(Base64Url, takes_the_canonical_text_only) {
    for (const std::string_view text :
         {"Zg==", "Zm8=", "Zh", "A", "Zm9vA", "Zm9", "Z", "Zm9vY", "+/+/", "Zm9v\n", " Zm9v", "Zm 9v",
          "Zm9v.", "Zm\xc3\xa9", "=", "Zm9=", "\xff\xff\xff\xff"}) {
        EXPECT_FALSE(decode(text)) << text;
    }
    EXPECT_FALSE(decode(std::string_view("Zm9\0", 4)));
}

TEST(Base64Url, has_one_text_for_one_value) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int ends_of_one_byte = 0;
    int ends_of_two_bytes = 0;
    for (const char c : kAlphabet) {
        ends_of_one_byte += decode(std::string{"A"} + c).has_value();
        ends_of_two_bytes += decode(std::string{"AA"} + c).has_value();
    }
    EXPECT_EQ(ends_of_one_byte, 4);    // 2 bits of the last character count
    EXPECT_EQ(ends_of_two_bytes, 16);  // 4 bits of it
}

TEST(Base64Url, refuses_what_does_not_fit) {
    std::array<char, 3> buffer{};
    EXPECT_TRUE(from_base64url("Zm9v", buffer));
    EXPECT_FALSE(from_base64url("Zm9vYg", buffer));
    EXPECT_FALSE(from_base64url("Zg", {}));
}

}  // namespace
}  // namespace haat::crypto
