#include "platform/crypto/password_rules.hpp"

#include <gtest/gtest.h>

#include "platform/crypto/common_passwords.hpp"

namespace haat::crypto {
namespace {

const std::string kTooShort = "Password must have at least 8 characters";
const std::string kTooCommon = "Password is too common";
const std::string kTooLong = "Password must have at most 1024 bytes";

TEST(PasswordRules, good_passwords_pass) {
    for (const std::string_view text :
         {"SecurePass123!", "pässwörd🦊", "correct horse battery", "xK9#mQ2$", "tr0ub4dor&3", "мойпароль",
          "        a", "81726354", "qwmxnrtz", "Reset1Reset2", "thomas anderson", "admin of the shop",
          "пароль123", "密码密码很长的密码"}) {
        EXPECT_EQ(check_new_password(text), std::nullopt) << text;
    }
}

TEST(PasswordRules, eight_characters_are_code_points) {
    EXPECT_EQ(check_new_password(""), kTooShort);
    EXPECT_EQ(check_new_password("xK9#mQ2"), kTooShort);
    EXPECT_EQ(check_new_password("xK9#mQ2$"), std::nullopt);
    EXPECT_EQ(check_new_password("äöüßéèà"), kTooShort);  // 14 bytes
    EXPECT_EQ(check_new_password("äöüßéèàñ"), std::nullopt);
    EXPECT_EQ(check_new_password("🦊🐻🐼🐨"), kTooShort);  // 16 bytes
    EXPECT_EQ(check_new_password("🦊🐻🐼🐨🐯🦁🐮🐷"), std::nullopt);
}

TEST(PasswordRules, at_most_1024_bytes) {
    std::string text;
    while (text.size() < 1024) text += "correct horse ";
    EXPECT_EQ(check_new_password(text.substr(0, 1024)), std::nullopt);
    EXPECT_EQ(check_new_password(text.substr(0, 1024) + "x"), kTooLong);
    EXPECT_EQ(check_new_password(std::string(100'000, 'x')), kTooLong);
}

TEST(PasswordRules, spaces_count_and_nothing_is_trimmed) {
    EXPECT_EQ(check_new_password("a      b"), std::nullopt);
    EXPECT_EQ(check_new_password("xK9#   "), kTooShort);
}

TEST(PasswordRules, common_passwords_are_refused_in_any_case) {
    for (const std::string_view text :
         {"password", "PASSWORD", "PassWord", "iloveyou", "sunshine", "Princess", "football", "trustno1",
          "starwars", "whatever", "liverpool", "superman"}) {
        EXPECT_EQ(check_new_password(text), kTooCommon) << text;
    }
}

TEST(PasswordRules, a_common_word_with_digits_or_signs_around_it_is_refused) {
    for (const std::string_view text :
         {"password1", "Password123!", "Welcome2024", "admin123", "Admin@1234", "2024admin", "!!monkey!!",
          "princess1", "dragon20240101", "qwerty123", "india@123"}) {
        EXPECT_EQ(check_new_password(text), kTooCommon) << text;
    }
    EXPECT_EQ(check_new_password("dragon202401019"), std::nullopt);  // nine digits
}

TEST(PasswordRules, a_disguised_word_is_refused) {
    for (const std::string_view text : {"p@ssw0rd", "P@55w0rd", "pa$$word1", "l3tmein!", "sup3rman"}) {
        EXPECT_EQ(check_new_password(text), kTooCommon) << text;
    }
}

TEST(PasswordRules, repetitions_are_refused) {
    for (const std::string_view text : {"aaaaaaaa", "AAAAAAAAAAAA", "11111111", "        ", "abababab",
                                        "12341234", "xyzxyzxyzx", "ääääääää", "🦊🦊🦊🦊🦊🦊🦊🦊"}) {
        EXPECT_EQ(check_new_password(text), kTooCommon) << text;
    }
}

TEST(PasswordRules, sequences_are_refused_forwards_and_backwards) {
    for (const std::string_view text :
         {"12345678", "123456789", "1234567890", "87654321",  "01234567", "abcdefgh", "hgfedcba",
          "ABCDEFGH", "qwertyui",  "qwertyuiop", "asdfghjkl", "1qaz2wsx", "1q2w3e4r", "abcd1234",
          "1234qwer", "qwer4321",  "123123123",  "qweasdzxc", "11223344", "a1b2c3d4"}) {
        EXPECT_EQ(check_new_password(text), kTooCommon) << text;
    }
}

TEST(CommonPasswords, are_looked_up_in_lower_case) {
    EXPECT_TRUE(is_common_password("password"));
    EXPECT_FALSE(is_common_password("Password"));
    EXPECT_FALSE(is_common_password("securepass"));
    EXPECT_FALSE(is_common_password(""));
    EXPECT_TRUE(is_common_word("admin"));
    EXPECT_TRUE(is_common_word("abc"));
    EXPECT_TRUE(is_common_word("zxcvbnm"));
    EXPECT_FALSE(is_common_word("xkqjv"));
}

}  // namespace
}  // namespace haat::crypto
