// Log lines and figures of requests.
#pragma once

#include <unordered_map>
#include <vector>

#include "platform/http/observer.hpp"
#include "platform/http/route.hpp"
#include "platform/observe/metrics.hpp"
#include "platform/observe/server_metrics.hpp"

namespace haat::app {

class Traffic final : public http::RequestObserver {
public:
    // The table outlives it: requests are told apart by where their route stands in it.
    Traffic(observe::Registry& registry, const http::RouteTable& routes);

    void finished(const http::RequestRecord& record) override;
    void cache_looked_up(bool hit) override;
    void tick() override;

private:
    [[nodiscard]] std::size_t place_of(const http::Route* route) const;

    const http::RouteTable& routes_;
    observe::RequestMetrics requests_;
    observe::CacheMetrics responses_;
};

}  // namespace haat::app
