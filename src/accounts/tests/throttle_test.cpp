// Counting in a sliding window.
#include "accounts/throttle.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace haat::accounts {
namespace {

// The clock of the tests that let time pass.
std::int64_t passed_ms = 0;
std::int64_t test_clock() { return passed_ms; }
void pass_ms(std::int64_t ms) { passed_ms += ms; }

TEST(Throttle, WaitsOnceTheLimitIsReachedForThatKeyOnly) {
    Throttle throttle{{.count = 3, .window_ms = kMinuteMs}};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(throttle.wait_s("a"), 0);
        throttle.count("a");
    }
    EXPECT_GE(throttle.wait_s("a"), 59);
    EXPECT_LE(throttle.wait_s("a"), 60);
    EXPECT_EQ(throttle.wait_s("b"), 0);
}

TEST(Throttle, LooksWithoutCounting) {
    Throttle throttle{{.count = 1, .window_ms = kMinuteMs}};
    for (int i = 0; i < 10; ++i) EXPECT_EQ(throttle.wait_s("a"), 0);
}

TEST(Throttle, TheWindowSlides) {
    Throttle throttle{{.count = 2, .window_ms = 400}, test_clock};
    throttle.count("a");
    pass_ms(250);
    throttle.count("a");
    EXPECT_EQ(throttle.wait_s("a"), 1) << "less than a second is told as one";
    pass_ms(200);
    EXPECT_EQ(throttle.wait_s("a"), 0) << "the first has left the window";
    throttle.count("a");
    EXPECT_EQ(throttle.wait_s("a"), 1) << "the second has not";
    pass_ms(450);
    EXPECT_EQ(throttle.wait_s("a"), 0);
}

TEST(Throttle, CountingOnPastTheLimitMovesTheEnd) {
    Throttle throttle{{.count = 1, .window_ms = 300}, test_clock};
    throttle.count("a");
    pass_ms(200);
    throttle.count("a");
    pass_ms(200);
    EXPECT_EQ(throttle.wait_s("a"), 1);
}

TEST(Throttle, TryCountCountsOnlyWhatItAllows) {
    Throttle throttle{{.count = 2, .window_ms = 300}, test_clock};
    EXPECT_EQ(throttle.try_count("a"), 0);
    EXPECT_EQ(throttle.try_count("a"), 0);
    pass_ms(200);
    EXPECT_EQ(throttle.try_count("a"), 1);
    pass_ms(150);
    EXPECT_EQ(throttle.try_count("a"), 0) << "the refused one had not been counted";
}

TEST(Throttle, ForgetsAKey) {
    Throttle throttle{{.count = 1, .window_ms = kMinuteMs}};
    throttle.count("a");
    throttle.count("b");
    throttle.forget("a");
    throttle.forget("unknown");
    EXPECT_EQ(throttle.wait_s("a"), 0);
    EXPECT_GT(throttle.wait_s("b"), 0);
}

TEST(Throttle, OfManyAtOnceAsManyPassAsMay) {
    Throttle throttle{{.count = 10, .window_ms = kMinuteMs}};
    std::atomic<int> passed = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 100; ++j) passed += throttle.try_count("a") == 0 ? 1 : 0;
            });
        }
    }
    EXPECT_EQ(passed, 10);
}

// Nobody may fill the memory with names, nor free all of them by one more.
TEST(Throttle, HoldsABoundedNumberOfKeys) {
    Throttle throttle{{.count = 1, .window_ms = kMinuteMs}};
    for (std::size_t i = 0; i < Throttle::kMaxKeys; ++i) throttle.count(std::to_string(i));
    EXPECT_GT(throttle.wait_s("0"), 0);
    throttle.count("0");
    EXPECT_EQ(throttle.keys(), Throttle::kMaxKeys) << "a known key needs no room";
    throttle.count("one more");
    EXPECT_EQ(throttle.keys(), Throttle::kMaxKeys);
    EXPECT_GT(throttle.wait_s("one more"), 0);
    EXPECT_GT(throttle.wait_s("0"), 0);
    EXPECT_EQ(throttle.wait_s("1"), 0) << "not used for longest";
}

TEST(Attempt, CountsWhileItLastsAndIsTakenBackUnlessItStands) {
    Throttle throttle{{.count = 1, .window_ms = kMinuteMs}};
    {
        const Attempt first{throttle, "a"};
        EXPECT_EQ(first.wait_s(), 0);
        EXPECT_GT((Attempt{throttle, "a"}.wait_s()), 0) << "nobody gets by meanwhile";
        EXPECT_GT(throttle.wait_s("a"), 0) << "and whoever was refused takes nothing back";
    }
    EXPECT_EQ(throttle.keys(), 0U);
    {
        Attempt second{throttle, "a"};
        second.stands();
    }
    EXPECT_GT(throttle.wait_s("a"), 0);
}

// Whoever is told must not matter to who counts.
TEST(Attempt, IsTakenBackAlsoWhenNobodyCanBeTold) {
    Throttle throttle{{.count = 1, .window_ms = kMinuteMs}};
    throttle.share([](Counted, std::string_view) { throw std::bad_alloc{}; });
    {
        const Attempt attempt{throttle, "a"};
    }
    EXPECT_EQ(throttle.keys(), 0U);
}

TEST(Throttle, HoldsNoKeyWhoseWindowHasPassed) {
    Throttle throttle{{.count = 1, .window_ms = 100}, test_clock};
    throttle.count("a");
    pass_ms(150);
    EXPECT_EQ(throttle.wait_s("a"), 0);
    EXPECT_EQ(throttle.keys(), 0U);
}

TEST(Throttle, AddsWhatOthersCounted) {
    Throttle throttle{{.count = 3, .window_ms = kMinuteMs}};
    throttle.count("a");
    throttle.hear(Counted::one_more, "a");
    EXPECT_EQ(throttle.wait_s("a"), 0);
    throttle.hear(Counted::one_more, "a");
    EXPECT_GE(throttle.wait_s("a"), 59);
    EXPECT_EQ(throttle.wait_s("b"), 0);
    throttle.hear(Counted::one_less, "a");
    EXPECT_EQ(throttle.wait_s("a"), 0);
    throttle.hear(Counted::nothing, "a");
    EXPECT_EQ(throttle.try_count("a"), 0);
    EXPECT_EQ(throttle.try_count("a"), 0);
    EXPECT_GE(throttle.try_count("a"), 59);
}

TEST(Throttle, NothingThatIsHeardAllowsMore) {
    Throttle throttle{{.count = 3, .window_ms = kMinuteMs}};
    for (int i = 0; i < 3; ++i) throttle.count("a");
    for (int i = 0; i < 10; ++i) {
        throttle.hear(Counted::one_less, "a");
        throttle.hear(Counted::nothing, "a");
        throttle.hear(Counted::one_more, "a");
        throttle.hear(Counted::one_less, "a");
    }
    EXPECT_GE(throttle.wait_s("a"), 59);
}

TEST(Throttle, ASuccessHereForgetsBoth) {
    Throttle throttle{{.count = 2, .window_ms = kMinuteMs}};
    throttle.count("a");
    throttle.hear(Counted::one_more, "a");
    EXPECT_GT(throttle.wait_s("a"), 0);
    throttle.forget("a");
    EXPECT_EQ(throttle.wait_s("a"), 0);
}

TEST(Throttle, WaitsForSoManyThatTheLimitIsNoLongerReached) {
    Throttle throttle{{.count = 2, .window_ms = 1'000}, test_clock};
    throttle.hear(Counted::one_more, "a");
    throttle.hear(Counted::one_more, "a");
    pass_ms(500);
    throttle.count("a");
    throttle.count("a");
    pass_ms(600);
    EXPECT_EQ(throttle.wait_s("a"), 1) << "those that were heard are gone, two are left";
    pass_ms(500);
    EXPECT_EQ(throttle.wait_s("a"), 0);
}

TEST(Throttle, TellsWhatItCountsAndNotWhatItHears) {
    Throttle throttle{{.count = 2, .window_ms = kMinuteMs}};
    std::string told;
    throttle.share([&](Counted counted, std::string_view key) {
        told += static_cast<char>(counted);
        told += key;
    });
    throttle.try_count("a");
    throttle.take_back("a");
    throttle.count("a");
    throttle.hear(Counted::one_more, "a");
    throttle.try_count("a");
    throttle.forget("a");
    EXPECT_EQ(told, "+a-a+a.a");
}

}  // namespace
}  // namespace haat::accounts
