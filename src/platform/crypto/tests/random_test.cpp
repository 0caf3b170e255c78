#include "platform/crypto/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

namespace haat::crypto {
namespace {

bool is_hex(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// How far counts lie from being equal. With 9 degrees of freedom a fair source exceeds 60 once in 10^9 times.
double chi_square(const std::array<int, 10>& counts) {
    int total = 0;
    for (const int count : counts) total += count;
    const double expected = total / 10.0;
    double sum = 0;
    for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
    return sum;
}

TEST(Random, bytes_have_the_length_asked_for_and_never_repeat) {
    for (const std::size_t n : {0U, 1U, 31U, 4096U}) EXPECT_EQ(random_bytes(n).size(), n);
    EXPECT_NE(random_bytes(16), random_bytes(16));
}

TEST(Random, hex_has_two_characters_a_byte) {
    const auto text = random_hex(20);
    EXPECT_EQ(text.size(), 40U);
    EXPECT_TRUE(is_hex(text)) << text;
}

TEST(Random, tokens_are_64_hex_characters_and_differ) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto token = random_token();
        ASSERT_EQ(token.size(), 64U);
        ASSERT_TRUE(is_hex(token)) << token;
        ASSERT_TRUE(seen.insert(token).second);
    }
}

TEST(Random, below_stays_below_and_reaches_every_value_equally) {
    EXPECT_EQ(random_below(1), 0U);
    std::array<int, 10> counts{};
    for (int i = 0; i < 100'000; ++i) ++counts.at(random_below(10));
    EXPECT_LT(chi_square(counts), 60);
}

TEST(Random, otp_has_six_digits_each_of_them_uniform) {
    std::array<std::array<int, 10>, 6> counts{};
    for (int i = 0; i < 100'000; ++i) {
        const auto otp = six_digit_otp();
        ASSERT_EQ(otp.size(), 6U);
        for (std::size_t at = 0; at < 6; ++at) ++counts.at(at).at(static_cast<std::size_t>(otp[at] - '0'));
    }
    for (const auto& digit : counts) EXPECT_LT(chi_square(digit), 60);
}

}  // namespace
}  // namespace haat::crypto
