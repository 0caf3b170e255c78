#include "kernel/object_id.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <set>
#include <thread>
#include <vector>

namespace haat {
namespace {

constexpr std::string_view kText = "507f1f77bcf86cd799439011";

TEST(ObjectId, ATextOf24HexCharactersIsOneAndComesBackInLowerCase) {
    ASSERT_TRUE(ObjectId::parse(kText));
    EXPECT_EQ(ObjectId::parse(kText)->text(), kText);
    EXPECT_EQ(ObjectId::parse("507F1F77BCF86CD799439011")->str(), kText);
}

TEST(ObjectId, AnythingElseIsNone) {
    for (const std::string_view text :
         {"", "507f1f77bcf86cd79943901", "507f1f77bcf86cd7994390111", "507f1f77bcf86cd79943901g",
          " 07f1f77bcf86cd799439011", "507f1f77bcf86cd79943901\n", "507f1f77-cf86cd799439011",
          "éééééééééééé"}) {
        EXPECT_FALSE(ObjectId::parse(text)) << text;
    }
    EXPECT_FALSE(ObjectId::parse(std::string_view{"507f1f77bcf86cd79943901\0", 24}));
}

TEST(ObjectId, TheNilIdIsAllZero) {
    EXPECT_EQ(ObjectId{}.text(), "000000000000000000000000");
    EXPECT_EQ(ObjectId{}, ObjectId::parse("000000000000000000000000"));
}

TEST(ObjectId, BeginsWithTheSecondItWasMade) {
    const auto before = std::time(nullptr);
    const auto made = std::stoll(ObjectId::make().str().substr(0, 8), nullptr, 16);
    EXPECT_GE(made, before);
    EXPECT_LE(made, std::time(nullptr));
}

TEST(ObjectId, OneProcessHasOneRandomPartAndCountsUp) {
    const auto first = ObjectId::make().str();
    const auto second = ObjectId::make().str();
    EXPECT_EQ(first.substr(8, 10), second.substr(8, 10));
    const auto count = [](const std::string& id) { return std::stol(id.substr(18), nullptr, 16); };
    EXPECT_EQ((count(first) + 1) % 0x1'000'000, count(second));
}

TEST(ObjectId, ThreadsNeverMakeTheSameOne) {
    constexpr std::size_t kThreads = 4;
    constexpr std::size_t kEach = 5'000;
    std::vector<std::vector<ObjectId>> made(kThreads);
    {
        std::vector<std::jthread> threads;
        for (auto& ids : made) {
            threads.emplace_back([&ids] {
                for (std::size_t i = 0; i < kEach; ++i) ids.push_back(ObjectId::make());
            });
        }
    }
    std::set<ObjectId> all;
    for (const auto& ids : made) all.insert(ids.begin(), ids.end());
    EXPECT_EQ(all.size(), kThreads * kEach);
}

TEST(ObjectId, BytesAreTheSameIdInHalfTheSpaceAndInTheSameOrder) {
    const auto low = *ObjectId::parse("00ff10a9b0c1d2e3f4050600"),
               high = *ObjectId::parse("00ff10a9b0c1d2e3f4050601");
    EXPECT_EQ(ObjectId::of(low.bytes()), low);
    EXPECT_EQ(ObjectId::of(high.bytes()), high);
    EXPECT_LT(low.bytes(), high.bytes());
    EXPECT_EQ(low.bytes()[1], 0xFF);
}

TEST(ObjectId, AnIdOfOneKindIsNotOneOfAnother) {
    static_assert(!std::is_convertible_v<ProductId, UserId> && !std::is_convertible_v<ObjectId, UserId>);
    EXPECT_EQ(UserId::parse(kText)->text(), kText);
    EXPECT_FALSE(UserId::parse("x"));
}

}  // namespace
}  // namespace haat
