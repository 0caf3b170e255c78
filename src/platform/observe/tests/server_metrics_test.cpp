#include "platform/observe/server_metrics.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <ctime>

#include "platform/observe/tests/exposition.hpp"

namespace haat::observe {
namespace {

using namespace std::chrono_literals;

TEST(RequestMetrics, CountsByRouteMethodAndStatus) {
    Registry registry;
    const RequestMetrics requests{registry,
                                  std::array<RouteLabel, 2>{{{"list_products", "GET"}, {"log_in", "POST"}}}};
    requests.request_ended(0, 200, 400us);
    requests.request_ended(1, 418, 2ms);
    requests.request_ended(RequestMetrics::kNoRoute, 404, 1ms);

    const auto seen = Exposition::parse(registry.render());
    EXPECT_EQ(seen.value(R"(haat_http_requests_total{route="list_products",method="GET",status="200"})"), 1);
    EXPECT_EQ(seen.value(R"(haat_http_requests_total{route="log_in",method="POST",status="4xx"})"), 1)
        << "a status that is not expected is counted by its class";
    EXPECT_EQ(seen.value(R"(haat_http_requests_total{route="none",method="none",status="404"})"), 1);
    EXPECT_EQ(seen.value(R"(haat_http_request_duration_seconds_bucket{route="list_products",le="0.0005"})"),
              1);
    EXPECT_EQ(seen.value(R"(haat_http_request_duration_seconds_count{route="log_in"})"), 1);
}

TEST(RequestMetrics, CountsEveryStatusThatThereIs) {
    Registry registry;
    const RequestMetrics requests{registry, {}};
    for (std::uint16_t status = 0; status < 1'000; ++status) requests.request_ended(0, status, 1ms);
    const auto seen = Exposition::parse(registry.render());
    double sum = 0;
    for (const auto& [sample, value] : seen.samples) {
        if (sample.starts_with("haat_http_requests_total{")) sum += value;
    }
    EXPECT_EQ(sum, 1'000);
}

TEST(StatementMetrics, GivesOneNameOneCounter) {
    Registry registry;
    StatementMetrics statements{registry};
    statements.of("cart.insert_item").ran(1500us);
    statements.of("cart.insert_item").ran(500us);
    const auto seen = Exposition::parse(registry.render());
    EXPECT_EQ(seen.value(R"(haat_db_statements_total{name="cart.insert_item"})"), 2);
    EXPECT_EQ(seen.value(R"(haat_db_statement_seconds_total{name="cart.insert_item"})"), 0.002);
}

// The first try found no memory after the first of a statement's two metrics.
TEST(StatementMetrics, WhatWasRegisteredByHalvesIsRegisteredAgain) {
    Registry registry;
    registry.counter({"haat_db_statements_total", "Statements run."}, {{"name", "cart.insert_item"}});
    StatementMetrics statements{registry};
    statements.of("cart.insert_item").ran(1500us);
    const auto seen = Exposition::parse(registry.render());
    EXPECT_EQ(seen.value(R"(haat_db_statements_total{name="cart.insert_item"})"), 1);
    EXPECT_EQ(seen.value(R"(haat_db_statement_seconds_total{name="cart.insert_item"})"), 0.0015);
}

TEST(ServerMetrics, WatchCachesQueuesOutboxLogAndBuild) {
    Registry registry;
    const CacheMetrics answers{registry, "answers"};
    const CacheMetrics sessions{registry, "sessions"};
    answers.hits.add(3);
    sessions.misses.add();
    watch_queue(registry, "passwords", [] { return 5.0; });
    watch_outbox(registry, [] { return 1.25; });
    watch_log(registry);
    add_build_info(registry, "1.2.3");
    const auto text = registry.render();
    const auto seen = Exposition::parse(text);
    EXPECT_EQ(seen.value(R"(haat_cache_hits_total{cache="answers"})"), 3);
    EXPECT_EQ(seen.value(R"(haat_cache_misses_total{cache="sessions"})"), 1);
    EXPECT_EQ(seen.value(R"(haat_queue_length{queue="passwords"})"), 5);
    EXPECT_EQ(seen.value("haat_outbox_oldest_seconds"), 1.25);
    EXPECT_TRUE(seen.value("haat_log_dropped_total"));
    EXPECT_NE(text.find(R"(haat_build_info{version="1.2.3",compiler=")"), std::string::npos);
}

TEST(ProcessMetrics, TellWhatTheKernelSaysOfThisProcess) {
    Registry registry;
    watch_process(registry);
    const auto before = Exposition::parse(registry.render());
    const int extra = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_GE(extra, 0);
    const auto after = Exposition::parse(registry.render());
    ::close(extra);
    EXPECT_EQ(*after.value("process_open_fds"), *before.value("process_open_fds") + 1);
    EXPECT_GT(*after.value("process_resident_memory_bytes"), 1e6);
    EXPECT_LT(*after.value("process_resident_memory_bytes"), 1e11);
    EXPECT_GE(*after.value("process_cpu_seconds_total"), 0);
    const auto now = static_cast<double>(std::time(nullptr));
    EXPECT_NEAR(*after.value("process_start_time_seconds"), now, 3'600)
        << "this test started within the hour";
    EXPECT_LE(*after.value("process_start_time_seconds"), now + 2);
}

}  // namespace
}  // namespace haat::observe
