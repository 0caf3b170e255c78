// What the server tells of each request, for logs and metrics.
#pragma once

#include <cstdint>

#include "platform/http/request.hpp"
#include "platform/http/route.hpp"

namespace haat::http {

struct RequestRecord {
    const Request& request;
    const Route* route;  // nullptr when none was found
    std::uint16_t status;
    std::size_t bytes;  // of the answer, head included
    std::int64_t duration_us;
    int http_minor;  // 0 or 1
};

// Called on I/O threads: must be quick and must not block.
class RequestObserver {
public:
    virtual ~RequestObserver() = default;
    virtual void finished(const RequestRecord& record) = 0;
    virtual void cache_looked_up(bool hit) = 0;
    // A few times a second on every I/O thread.
    virtual void tick() = 0;
};

}  // namespace haat::http
