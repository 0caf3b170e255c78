#include "platform/observe/server_metrics.hpp"

#include <algorithm>

#include "platform/observe/log.hpp"

namespace haat::observe {
namespace {

// The place of a status among kStatuses and then kClasses.
std::size_t column_of(std::uint16_t status) {
    constexpr auto& known = RequestMetrics::kStatuses;
    const auto found = std::ranges::lower_bound(known, status);
    if (found != known.end() && *found == status) return static_cast<std::size_t>(found - known.begin());
    const auto by_class = static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1);
    return known.size() + by_class;
}
static_assert(std::ranges::is_sorted(RequestMetrics::kStatuses));

}  // namespace

RequestMetrics::RequestMetrics(Registry& registry, std::span<const RouteLabel> routes) {
    const auto add_route = [&](const RouteLabel& label) {
        auto& row = requests_.emplace_back();
        for (std::size_t column = 0; column < kColumns; ++column) {
            const bool by_code = column < kStatuses.size();
            const std::string status = by_code ? std::to_string(kStatuses[column])
                                               : std::string{kClasses[column - kStatuses.size()]};
            row[column] =
                registry.counter({"haat_http_requests_total", "Requests answered.", true},
                                 {{"route", label.route}, {"method", label.method}, {"status", status}});
        }
        durations_.push_back(
            registry.histogram({"haat_http_request_duration_seconds",
                                "From a request's whole head until its answer stands in the buffer.", true},
                               {{"route", label.route}}));
    };
    std::ranges::for_each(routes, add_route);
    add_route({"none", "none"});
}

void RequestMetrics::request_ended(std::size_t route, std::uint16_t status,
                                   std::chrono::nanoseconds took) const {
    const auto row = std::min(route, requests_.size() - 1);
    requests_[row][column_of(status)].add();
    durations_[row].observe(took);
}

CacheMetrics::CacheMetrics(Registry& registry, std::string_view cache)
    : hits{registry.counter({"haat_cache_hits_total", "Reads that the cache answered."}, {{"cache", cache}})},
      misses{registry.counter({"haat_cache_misses_total", "Reads that it did not."}, {{"cache", cache}})} {}

StatementMetrics::Statement StatementMetrics::of(std::string_view query) {
    const std::lock_guard lock{mutex_};
    const auto found = known_.find(query);
    if (found != known_.end()) return found->second;
    const Statement made{
        registry_->counter({"haat_db_statements_total", "Statements run."}, {{"name", query}}),
        registry_->seconds_counter({"haat_db_statement_seconds_total", "Time spent in them."},
                                   {{"name", query}})};
    known_.emplace(query, made);
    return made;
}

void watch_queue(Registry& registry, std::string_view queue, std::function<double()> length) {
    registry.gauge_at_scrape({"haat_queue_length", "Waiting for their turn."}, {{"queue", queue}},
                             std::move(length));
}

void watch_outbox(Registry& registry, std::function<double()> oldest_seconds) {
    registry.gauge_at_scrape({"haat_outbox_oldest_seconds", "Age of the oldest event that is due."}, {},
                             std::move(oldest_seconds));
}

void watch_log(Registry& registry) {
    registry.counter_at_scrape({"haat_log_dropped_total", "Log records given up because the log was full."},
                               {}, [] { return static_cast<double>(log_dropped()); });
}

void add_build_info(Registry& registry, std::string_view version) {
    registry.gauge_at_scrape({"haat_build_info", "What is running."},
                             {{"version", version}, {"compiler", __VERSION__}}, [] { return 1.0; });
}

}  // namespace haat::observe
