// Decimal numbers, and the amounts and percentages that are made of them.
#include "kernel/decimal.hpp"

#include <gtest/gtest.h>

#include "kernel/money.hpp"
#include "kernel/percent.hpp"

namespace haat {
namespace {

std::optional<std::int64_t> hundredths(std::string_view text) { return parse_decimal(text, 2, INT64_MAX); }

std::string written(std::int64_t value, int decimals) {
    std::string out;
    append_decimal(out, value, decimals);
    return out;
}

TEST(Decimal, ReadsEveryWayToWriteANumber) {
    const std::pair<std::string_view, std::int64_t> cases[] = {
        {"0", 0},           {"-0", 0},    {"1", 100},     {"+1", 100},       {"-1.5", -150},
        {"999.99", 99'999}, {".5", 50},   {"5.", 500},    {"1e3", 100'000},  {"1E+2", 10'000},
        {"15e-1", 150},     {"0.10", 10}, {"007", 700},   {"1.230000", 123}, {"1000e-3", 100},
        {"0.00001e5", 100}, {"0e400", 0}, {"0.000000", 0}};
    for (const auto& [text, value] : cases) EXPECT_EQ(hundredths(text), value) << text;
}

TEST(Decimal, RefusesWhatIsNoNumber) {
    for (const std::string_view text :
         {"",    "-",     "+",   ".",  "-.", "e5",   "1e",    "1e+", "1e-",      "1e+-2", "1e-+2", "--1",
          "+-1", "1.2.3", "1,5", " 1", "1 ", "0x10", "1_000", "NaN", "Infinity", "1e5.0", "١"}) {
        EXPECT_FALSE(hundredths(text)) << text;
    }
    EXPECT_FALSE(hundredths(std::string_view{"1\0", 2}));
}

TEST(Decimal, NeverRounds) {
    EXPECT_FALSE(hundredths("0.001"));
    EXPECT_FALSE(hundredths("1e-3"));
    EXPECT_FALSE(hundredths("19.999"));
    EXPECT_FALSE(parse_decimal("1.5", 0, INT64_MAX));
    EXPECT_EQ(parse_decimal("1.0", 0, INT64_MAX), 1);
}

TEST(Decimal, RefusesWhatIsLargerThanTheBoundInEitherDirection) {
    EXPECT_EQ(parse_decimal("10", 0, 10), 10);
    EXPECT_EQ(parse_decimal("-10", 0, 10), -10);
    EXPECT_FALSE(parse_decimal("11", 0, 10));
    EXPECT_FALSE(parse_decimal("-11", 0, 10));
    EXPECT_FALSE(hundredths("1e400"));
    EXPECT_FALSE(hundredths("1e99999999999999999999"));
    EXPECT_FALSE(hundredths(std::string(100'000, '9')));
    EXPECT_EQ(hundredths(std::string(100'000, '0') + "7"), 700) << "zeros in front do not count";
    EXPECT_EQ(parse_decimal("999999999999999999", 0, INT64_MAX), 999'999'999'999'999'999);
}

TEST(Decimal, IsWrittenWithoutTrailingZeros) {
    EXPECT_EQ(written(99'999, 2), "999.99");
    EXPECT_EQ(written(2'000, 2), "20");
    EXPECT_EQ(written(50, 2), "0.5");
    EXPECT_EQ(written(5, 2), "0.05");
    EXPECT_EQ(written(-150, 2), "-1.5");
    EXPECT_EQ(written(0, 2), "0");
    EXPECT_EQ(written(7, 0), "7");
    EXPECT_EQ(written(INT64_MIN, 2), "-92233720368547758.08");
}

TEST(Money, ReadsBackWhatItWrote) {
    for (std::int64_t minor = -12'345; minor < 12'345; minor += 7) {
        std::string text;
        append_decimal(text, Money{minor});
        EXPECT_EQ(parse_money(text), Money{minor}) << text;
    }
}

TEST(Money, ReachesToTheLargestPrice) {
    EXPECT_EQ(parse_money("10000000000"), kMaxPrice);
    EXPECT_FALSE(parse_money("10000000000.01"));
    EXPECT_EQ(parse_money("-10000000000"), Money{-kMaxPrice.minor});
    EXPECT_EQ((Money{1'50} + Money{50} - Money{25}), Money{1'75});
}

TEST(Percent, KnowsHundredthsAndMayBeOutOfRange) {
    EXPECT_EQ(parse_percent("12.5"), Percent{12'50});
    EXPECT_EQ(parse_percent("100"), kWhole);
    EXPECT_EQ(parse_percent("-1"), Percent{-1'00}) << "the range is the product's rule";
    EXPECT_FALSE(parse_percent("12.345"));
    EXPECT_FALSE(parse_percent("1000001"));
    EXPECT_FALSE(parse_percent("%"));
}

}  // namespace
}  // namespace haat
