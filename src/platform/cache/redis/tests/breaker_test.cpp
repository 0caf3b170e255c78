#include "platform/cache/redis/breaker.hpp"

#include <gtest/gtest.h>

namespace haat::cache::redis {
namespace {

using State = Breaker::State;

constexpr BreakerLimits kLimits{.failures = 3, .first_pause_ms = 100, .longest_pause_ms = 1'000};
constexpr double kWhole = 1;  // of the pause

Breaker closed_breaker() {
    Breaker breaker{kLimits};
    breaker.begin_try();
    breaker.try_succeeded();
    return breaker;
}

TEST(Breaker, BeginsOpenWithATryThatIsDue) {
    Breaker breaker{kLimits};
    EXPECT_EQ(breaker.state(), State::open);
    EXPECT_FALSE(breaker.allows());
    EXPECT_EQ(breaker.try_at_ms(), 0);
}

TEST(Breaker, RefusesCallersDuringTheTry) {
    Breaker breaker{kLimits};
    breaker.begin_try();
    EXPECT_EQ(breaker.state(), State::half_open);
    EXPECT_FALSE(breaker.allows());
    breaker.try_succeeded();
    EXPECT_TRUE(breaker.allows());
}

TEST(Breaker, GivesUpAfterFailuresInARow) {
    Breaker breaker = closed_breaker();
    EXPECT_FALSE(breaker.call_failed());
    EXPECT_FALSE(breaker.call_failed());
    breaker.call_succeeded();
    EXPECT_FALSE(breaker.call_failed());
    EXPECT_FALSE(breaker.call_failed());
    EXPECT_TRUE(breaker.call_failed());
}

TEST(Breaker, ForgetsFailuresOfAnEarlierConnection) {
    Breaker breaker = closed_breaker();
    breaker.call_failed();
    breaker.call_failed();
    breaker.lost(0, kWhole);
    EXPECT_FALSE(breaker.call_failed()) << "nobody calls while it is open";
    breaker.begin_try();
    breaker.try_succeeded();
    EXPECT_FALSE(breaker.call_failed());
}

TEST(Breaker, PausesTwiceAsLongAfterEachTryInVain) {
    Breaker breaker = closed_breaker();
    breaker.lost(5'000, kWhole);
    EXPECT_EQ(breaker.state(), State::open);
    EXPECT_EQ(breaker.try_at_ms(), 5'100);
    for (const std::int64_t pause_ms : {200, 400, 800, 1'000, 1'000}) {
        breaker.begin_try();
        breaker.try_failed(9'000, kWhole);
        EXPECT_EQ(breaker.state(), State::open);
        EXPECT_EQ(breaker.try_at_ms(), 9'000 + pause_ms);
    }
    breaker.begin_try();
    breaker.try_succeeded();
    breaker.lost(20'000, kWhole);
    EXPECT_EQ(breaker.try_at_ms(), 20'100) << "a connection that stood begins anew";
}

TEST(Breaker, PausesEvenWhenThereNeverWasAConnection) {
    Breaker breaker{kLimits};
    breaker.begin_try();
    breaker.try_failed(0, kWhole);
    EXPECT_EQ(breaker.try_at_ms(), 100);
}

TEST(Breaker, SpreadsTheTriesOverHalfOfThePause) {
    for (const auto& [chance, at_ms] : {std::pair{0.0, 50}, {0.5, 75}, {1.0, 100}}) {
        Breaker breaker = closed_breaker();
        breaker.lost(0, chance);
        EXPECT_EQ(breaker.try_at_ms(), at_ms);
    }
}

}  // namespace
}  // namespace haat::cache::redis
