// The metrics that every part of the server feeds, by name.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/observe/metrics.hpp"

namespace haat::observe {

struct RouteLabel {
    std::string_view route;   // Endpoint::name: a path would make as many time series as there are ids
    std::string_view method;  // `GET`
};

// haat_http_requests_total{route,method,status}, haat_http_request_duration_seconds{route}. Safe from any
// thread.
class RequestMetrics {
public:
    // routes: in the order of the route table; a request is counted by its place there. A HEAD counts as
    // the GET it was routed to.
    RequestMetrics(Registry& registry, std::span<const RouteLabel> routes);

    // For what no route answered: unknown paths, wrong methods, garbage. Labelled `none`.
    static constexpr std::size_t kNoRoute = static_cast<std::size_t>(-1);

    void request_ended(std::size_t route, std::uint16_t status, std::chrono::nanoseconds took) const;

    // Statuses beyond these are counted by class: `4xx`.
    static constexpr std::array<std::uint16_t, 26> kStatuses{200, 201, 202, 204, 206, 304, 400, 401, 403,
                                                             404, 405, 408, 409, 412, 413, 414, 415, 416,
                                                             422, 429, 431, 500, 501, 503, 504, 507};
    static constexpr std::array<std::string_view, 5> kClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};

private:
    static constexpr std::size_t kColumns = kStatuses.size() + kClasses.size();

    std::vector<std::array<Counter, kColumns>> requests_;  // by route; the last row is `none`
    std::vector<Histogram> durations_;
};

// haat_cache_hits_total{cache}, haat_cache_misses_total{cache}.
struct CacheMetrics {
    CacheMetrics() = default;
    CacheMetrics(Registry& registry, std::string_view cache);
    Counter hits;
    Counter misses;
};

// haat_db_statements_total{name}, haat_db_statement_seconds_total{name}. Safe from any thread.
class StatementMetrics {
public:
    explicit StatementMetrics(Registry& registry) : registry_{&registry} {}

    struct Statement {
        Counter runs;
        SecondsCounter time;
        void ran(std::chrono::nanoseconds took) const {
            runs.add();
            time.add(took);
        }
    };

    // Of the query with this name (db::Query::name). Takes a lock: keep what it gives beside the
    // prepared statement.
    Statement of(std::string_view query);

private:
    Registry* registry_;
    std::mutex mutex_;
    std::map<std::string, Statement, std::less<>> known_;
};

// haat_queue_length{queue}.
void watch_queue(Registry& registry, std::string_view queue, std::function<double()> length);

// haat_outbox_oldest_seconds: age of the oldest event that is due, 0 when none is.
void watch_outbox(Registry& registry, std::function<double()> oldest_seconds);

// haat_log_dropped_total: log records given up because the log could not be written fast enough.
void watch_log(Registry& registry);

// process_*: memory, CPU time, open files and start, read from /proc at a scrape (Linux).
void watch_process(Registry& registry);

// haat_build_info{version,compiler} 1
void add_build_info(Registry& registry, std::string_view version);

}  // namespace haat::observe
