#include "cart/pricing.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace haat::cart {
namespace {

TEST(CartPricing, AnEmptyCartCostsNothing) { EXPECT_EQ(summarize({}), Summary{}); }

TEST(CartPricing, SumsWhatTheRecordedCartHas) {
    const std::vector<Line> lines{{.price = {0}, .discount = kWhole, .quantity = 1},
                                  {.price = {20'00}, .discount = {0}, .quantity = 1},
                                  {.price = {899'99}, .discount = {15'00}, .quantity = 1}};
    const Summary expected{
        .totalPrice = {919'99}, .totalDiscount = {135'00}, .totalQty = 3, .totalPayableAmount = {784'99}};
    EXPECT_EQ(summarize(lines), expected);
}

TEST(CartPricing, LeavesOutWhatDoesNotCount) {
    const std::vector<Line> lines{{.price = {1'00}, .discount = {15'00}, .quantity = 2},
                                  {.price = {50'00}, .discount = {10'00}, .quantity = 7, .counts = false}};
    const Summary expected{
        .totalPrice = {2'00}, .totalDiscount = {30}, .totalQty = 2, .totalPayableAmount = {1'70}};
    EXPECT_EQ(summarize(lines), expected);
}

TEST(CartPricing, RoundsTheDiscountOfALineHalfUp) {
    const auto discount = [](std::int64_t price, std::int64_t quantity, std::int64_t hundredths) {
        return discount_of({.price = {price}, .discount = {hundredths}, .quantity = quantity}).minor;
    };
    EXPECT_EQ(discount(1, 1, 50'00), 1);     // 0.5
    EXPECT_EQ(discount(1, 1, 49'99), 0);     // 0.4999
    EXPECT_EQ(discount(5, 1, 10'00), 1);     // 0.5
    EXPECT_EQ(discount(115, 1, 50'00), 58);  // 57.5
    EXPECT_EQ(discount(1, 1, 0), 0);
    EXPECT_EQ(discount(123'456'789, 3, 100'00), 370'370'367);
    // By the line, not by the piece: three times 0.4 is 1.2.
    EXPECT_EQ(discount(4, 3, 10'00), 1);
}

TEST(CartPricing, TheLargestCartStillFits) {
    const std::vector<Line> lines(kMaxCartLines,
                                  {.price = kMaxPrice, .discount = {33'33}, .quantity = kMaxQuantity});
    const Summary sum = summarize(lines);
    EXPECT_EQ(sum.totalPrice.minor, 5'000'000'000'000'000'000);
    EXPECT_EQ(sum.totalDiscount.minor, 1'666'500'000'000'000'000);
    EXPECT_EQ(sum.totalPayableAmount.minor, 3'333'500'000'000'000'000);
    EXPECT_EQ(sum.totalQty, kMaxQuantity * kMaxCartLines);
}

// Sums on paper: decimal digits, least significant first, without a machine number that could overflow.
class Paper {
public:
    explicit Paper(std::int64_t number = 0) {
        for (; number > 0; number /= 10) digits_.push_back(static_cast<int>(number % 10));
    }

    friend Paper operator+(const Paper& a, const Paper& b) {
        Paper sum;
        int carry = 0;
        for (std::size_t i = 0; i < std::max(a.digits_.size(), b.digits_.size()) || carry > 0; ++i) {
            const int digit = a.at(i) + b.at(i) + carry;
            sum.digits_.push_back(digit % 10);
            carry = digit / 10;
        }
        return sum;
    }

    friend Paper operator*(const Paper& a, const Paper& b) {
        Paper product;
        for (std::size_t shift = 0; shift < b.digits_.size(); ++shift) {
            Paper row;
            row.digits_.assign(shift, 0);
            row.digits_.insert(row.digits_.end(), a.digits_.begin(), a.digits_.end());
            for (int i = 0; i < b.digits_[shift]; ++i) product = product + row;
        }
        return product;
    }

    // Divides by 10^places, half up.
    [[nodiscard]] Paper rounded(std::size_t places) const {
        Paper result;
        for (std::size_t i = places; i < digits_.size(); ++i) result.digits_.push_back(digits_[i]);
        return at(places - 1) >= 5 ? result + Paper{1} : result;
    }

    [[nodiscard]] std::string text() const {
        std::string text;
        for (const int digit : digits_) text.insert(text.begin(), static_cast<char>('0' + digit));
        text.erase(0, std::min(text.find_first_not_of('0'), text.size()));
        return text.empty() ? "0" : text;
    }

private:
    [[nodiscard]] int at(std::size_t i) const { return i < digits_.size() ? digits_[i] : 0; }

    std::vector<int> digits_;
};

std::vector<Line> random_cart(std::mt19937_64& chance) {
    const auto up_to = [&chance](std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>{0, most}(chance);
    };
    constexpr std::int64_t kOrdinary = 1'000'00;
    std::vector<Line> lines(static_cast<std::size_t>(up_to(8)));
    for (Line& line : lines) {
        line.price = {up_to(up_to(3) == 0 ? kMaxPrice.minor : kOrdinary)};
        line.discount = {up_to(kWhole.hundredths)};
        line.quantity = 1 + up_to(up_to(3) == 0 ? kMaxQuantity - 1 : 20);
        line.counts = up_to(4) != 0;
    }
    return lines;
}

TEST(CartPricing, AgreesWithSumsOnPaperForTenThousandCarts) {
    std::mt19937_64 chance{20'261'122};
    for (int i = 0; i < 10'000; ++i) {
        const auto lines = random_cart(chance);
        const Summary sum = summarize(lines);
        Paper price;
        Paper discount;
        Paper quantity;
        for (const Line& line : lines) {
            if (!line.counts) continue;
            const Paper gross = Paper{line.price.minor} * Paper{line.quantity};
            price = price + gross;
            discount = discount + (gross * Paper{line.discount.hundredths}).rounded(4);
            quantity = quantity + Paper{line.quantity};
        }
        ASSERT_EQ(std::to_string(sum.totalPrice.minor), price.text()) << "cart " << i;
        ASSERT_EQ(std::to_string(sum.totalDiscount.minor), discount.text()) << "cart " << i;
        ASSERT_EQ(std::to_string(sum.totalQty), quantity.text()) << "cart " << i;
        ASSERT_EQ((discount + Paper{sum.totalPayableAmount.minor}).text(), price.text()) << "cart " << i;
        ASSERT_GE(sum.totalPayableAmount.minor, 0) << "cart " << i;
    }
}

}  // namespace
}  // namespace haat::cart
