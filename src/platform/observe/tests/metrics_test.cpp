#include "platform/observe/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <thread>

#include "platform/observe/tests/exposition.hpp"

namespace haat::observe {
namespace {

using namespace std::chrono_literals;

TEST(Metrics, AddsUpWhatManyThreadsCountAtTheSameTime) {
    Registry registry;
    const auto counter = registry.counter({"hits_total", "Hits."});
    const auto gauge = registry.gauge({"open", "Open."});
    constexpr int kThreads = 8;
    constexpr int kRounds = 20'000;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&] {
                for (int round = 0; round < kRounds; ++round) {
                    counter.add(2);
                    gauge.add(round % 4 == 0 ? 1 : -1);
                }
            });
        }
        for (int i = 0; i < 20; ++i) Exposition::parse(registry.render());  // a scrape disturbs nobody
    }
    const auto seen = Exposition::parse(registry.render());
    EXPECT_EQ(seen.value("hits_total"), 2.0 * kThreads * kRounds);
    EXPECT_EQ(seen.value("open"), -0.5 * kThreads * kRounds) << "a gauge may fall below zero";
}

TEST(Metrics, KeepsWhatThreadsCountedThatHaveEnded) {
    Registry registry;
    const auto counter = registry.counter({"runs_total", "Runs."});
    const std::size_t threads =
        Shards::kMaxThreads + 100;  // one after the other: their arrays are used again
    for (std::size_t i = 0; i < threads; ++i) std::jthread{[&] { counter.add(); }}.join();
    EXPECT_EQ(Exposition::parse(registry.render()).value("runs_total"), static_cast<double>(threads));
}

TEST(Metrics, CountsExactlyWithMoreThreadsThanThereAreArrays) {
    Registry registry;
    const auto counter = registry.counter({"crowd_total", "Crowd."});
    constexpr std::size_t kThreads = Shards::kMaxThreads + 20;
    constexpr int kRounds = 200;
    std::atomic<std::size_t> there{0};
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < kThreads; ++i) {
            threads.emplace_back([&] {
                counter.add();
                ++there;
                while (there < kThreads) std::this_thread::yield();  // so that all hold an array at once
                for (int round = 0; round < kRounds; ++round) counter.add();
            });
        }
    }
    EXPECT_EQ(Exposition::parse(registry.render()).value("crowd_total"),
              static_cast<double>(kThreads * (kRounds + 1)));
}

TEST(Metrics, TellsRegistriesApartOnOneThread) {
    Registry first;
    const auto here = first.counter({"here_total", "Here."});
    here.add();
    {
        Registry second;
        const auto there = second.counter({"there_total", "There."});
        there.add(5);
        here.add();
        there.add(5);
        EXPECT_EQ(Exposition::parse(second.render()).value("there_total"), 10);
    }
    Registry third;
    const auto anew = third.counter({"anew_total", "Anew."});
    anew.add(1);
    EXPECT_EQ(Exposition::parse(first.render()).value("here_total"), 2);
    EXPECT_EQ(Exposition::parse(third.render()).value("anew_total"), 1);
}

TEST(Metrics, CumulatesBucketsWithTheirUpperBoundInside) {
    Registry registry;
    const auto times = registry.histogram({"took_seconds", "Took."}, {{"route", "a"}});
    times.observe(0ns);
    times.observe(500us);  // exactly the first bound
    times.observe(501us);
    times.observe(10s);  // exactly the last
    times.observe(11s);
    times.observe(-1s);  // a clock that went back counts as no time at all
    const auto seen = Exposition::parse(registry.render());
    EXPECT_EQ(seen.types.at("took_seconds"), "histogram");
    EXPECT_EQ(seen.value(R"(took_seconds_bucket{route="a",le="0.0005"})"), 3);
    EXPECT_EQ(seen.value(R"(took_seconds_bucket{route="a",le="0.001"})"), 4);
    EXPECT_EQ(seen.value(R"(took_seconds_bucket{route="a",le="5"})"), 4);
    EXPECT_EQ(seen.value(R"(took_seconds_bucket{route="a",le="10"})"), 5);
    EXPECT_EQ(seen.value(R"(took_seconds_bucket{route="a",le="+Inf"})"), 6);
    EXPECT_EQ(seen.value(R"(took_seconds_count{route="a"})"), 6);
    EXPECT_NEAR(*seen.value(R"(took_seconds_sum{route="a"})"), 21.001001, 1e-9);
}

TEST(Metrics, EscapesLabelValuesAndHelp) {
    Registry registry;
    registry.counter({"odd_total", "A \\ and\na line."}, {{"a", "q\"b\\s\nn"}, {"b", "ü {},="}}).add(3);
    const auto text = registry.render();
    EXPECT_EQ(text,
              "# HELP odd_total A \\\\ and\\na line.\n"
              "# TYPE odd_total counter\n"
              "odd_total{a=\"q\\\"b\\\\s\\nn\",b=\"ü {},=\"} 3\n");
    EXPECT_EQ(Exposition::parse(text).samples.size(), 1U);
}

TEST(Metrics, AsksCallbacksAtTheScrape) {
    Registry registry;
    double length = 3;
    registry.gauge_at_scrape({"length", "Length."}, {{"queue", "a"}}, [&] { return length; });
    registry.gauge_at_scrape({"length", "Length."}, {{"queue", "b"}},
                             []() -> double { throw std::runtime_error{"gone"}; });
    registry.gauge_at_scrape({"odd", "Odd."}, {{"which", "inf"}}, [] { return -INFINITY; });
    registry.gauge_at_scrape({"odd", "Odd."}, {{"which", "nan"}}, [] { return std::nan(""); });
    EXPECT_EQ(Exposition::parse(registry.render()).value(R"(length{queue="a"})"), 3);
    length = 4.5;
    const auto seen = Exposition::parse(registry.render());
    EXPECT_EQ(seen.value(R"(length{queue="a"})"), 4.5);
    EXPECT_EQ(seen.value(R"(length{queue="b"})"), std::nullopt)
        << "one that throws is left out, the rest stays";
    EXPECT_EQ(seen.written.at(R"(odd{which="inf"})"), "-Inf");
    EXPECT_EQ(seen.written.at(R"(odd{which="nan"})"), "NaN");
}

TEST(Metrics, ACallbackMayRegister) {
    Registry registry;
    int times = 0;
    registry.gauge_at_scrape({"outer", "Outer."}, {}, [&] {
        if (++times == 1) registry.gauge_at_scrape({"inner", "Inner."}, {}, [] { return 7.0; });
        return 1.0;
    });
    EXPECT_EQ(Exposition::parse(registry.render()).value("inner"), std::nullopt);
    EXPECT_EQ(Exposition::parse(registry.render()).value("inner"), 7);
}

TEST(Metrics, WritesWholeNumbersInFull) {
    Registry registry;
    registry.counter({"many_total", "Many."}).add(12'345'678'901'234'567ULL);
    EXPECT_EQ(Exposition::parse(registry.render()).written.at("many_total"), "12345678901234567");
}

TEST(Metrics, HidesUnusedSamplesOnlyWhereAsked) {
    Registry registry;
    registry.counter({"shown_total", "Shown."});
    const Family hiding{"hidden_total", "Hidden.", true};
    registry.counter(hiding, {{"is", "unused"}});
    registry.counter(hiding, {{"is", "used"}}).add();
    const auto seen = Exposition::parse(registry.render());
    EXPECT_EQ(seen.value("shown_total"), 0);
    EXPECT_EQ(seen.value(R"(hidden_total{is="unused"})"), std::nullopt);
    EXPECT_EQ(seen.value(R"(hidden_total{is="used"})"), 1);
}

// Whoever found no memory for the second of two metrics registers both again.
TEST(Metrics, TheSameLabelsAreTheSameNumbers) {
    Registry registry;
    registry.counter({"tries_total", "Tries."}, {{"of", "a"}}).add();
    registry.counter({"tries_total", "Tries."}, {{"of", "b"}}).add(10);
    registry.counter({"tries_total", "Tries."}, {{"of", "a"}}).add(2);
    registry.histogram({"took_seconds", "Took."}).observe(1s);
    registry.histogram({"took_seconds", "Took."}).observe(2s);
    const auto seen = Exposition::parse(registry.render());
    EXPECT_EQ(seen.value(R"(tries_total{of="a"})"), 3);
    EXPECT_EQ(seen.value(R"(tries_total{of="b"})"), 10);
    EXPECT_EQ(seen.value("took_seconds_count"), 2);
}

TEST(Metrics, ADefaultHandleCountsNothing) {
    Counter{}.add();
    Gauge{}.add(-1);
    Histogram{}.observe(1s);
    SecondsCounter{}.add(1s);
}

TEST(MetricsDeathTest, RefusesWhatWouldBreakTheFormat) {
    Registry registry;
    registry.counter({"a_total", "A."}, {{"l", "1"}});
    registry.gauge_at_scrape({"c", "C."}, {{"l", "1"}}, [] { return 1.0; });
    EXPECT_DEATH(registry.gauge_at_scrape({"c", "C."}, {{"l", "1"}}, [] { return 2.0; }), "invariant")
        << "two callbacks for one value";
    EXPECT_DEATH(registry.gauge({"a_total", "A."}, {{"l", "2"}}), "invariant") << "a family of two types";
    EXPECT_DEATH(registry.counter({"1a", "A."}), "invariant");
    EXPECT_DEATH(registry.counter({"b", "B."}, {{"l:", "1"}}), "invariant");
}

}  // namespace
}  // namespace haat::observe
