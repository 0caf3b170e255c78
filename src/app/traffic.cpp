#include "app/traffic.hpp"

#include <array>

#include "platform/observe/access.hpp"

namespace haat::app {
namespace {

std::vector<observe::RouteLabel> labels(const http::RouteTable& routes) {
    std::vector<observe::RouteLabel> labels;
    for (const auto& route : routes) labels.push_back({route.endpoint.name, http::to_text(route.method)});
    return labels;
}

}  // namespace

Traffic::Traffic(observe::Registry& registry, const http::RouteTable& routes)
    : routes_{routes}, requests_{registry, labels(routes)}, responses_{registry, "responses"} {}

std::size_t Traffic::place_of(const http::Route* route) const {
    if (route == nullptr) return observe::RequestMetrics::kNoRoute;
    return static_cast<std::size_t>(route - routes_.data());
}

void Traffic::finished(const http::RequestRecord& record) {
    const http::Request& request = record.request;
    const std::chrono::microseconds took{record.duration_us};
    requests_.request_ended(place_of(record.route), record.status, took);
    observe::log_access({.time = Timestamp::now() - record.duration_us / 1'000,
                         .request_id = request.id,
                         .client = request.client_address,
                         .user = request.principal ? request.principal->user.text() : std::string_view{},
                         .method = request.method_text,
                         .route = record.route != nullptr ? record.route->endpoint.name : std::string_view{},
                         .path = request.path,
                         .query = request.query,
                         .http_minor = record.http_minor,
                         .status = record.status,
                         .bytes = record.bytes,
                         .took = took,
                         .referrer = request.header("referer").value_or(""),
                         .user_agent = request.header("user-agent").value_or("")});
}

void Traffic::cache_looked_up(bool hit) { hit ? responses_.hits.add() : responses_.misses.add(); }

void Traffic::tick() { observe::flush_access_log(); }

}  // namespace haat::app
