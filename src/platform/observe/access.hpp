// The access log: one line a request.
//
// Lines gather in a buffer of the thread, some 16 KiB, before they go to the log's queue: writing one
// costs less than a microsecond. Every thread that serves requests calls flush_access_log() now and
// then (100 ms), so that no line waits for long.
//
// Headers that carry credentials (Authorization, Cookie) and bodies never get here. Of a query, the values
// of keys that name a secret are left out; of a Referer, the whole query.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/clock.hpp"
#include "platform/observe/log_text.hpp"

namespace haat::observe {

// Texts are views: they are read before log_access() returns. An empty one is written as `-`.
struct AccessLine {
    Timestamp time{};  // when the request began
    std::string_view request_id{};
    std::string_view client{};  // address
    std::string_view user{};    // id
    std::string_view method{};
    std::string_view route{};  // Endpoint::name
    std::string_view path{};   // as it was sent, without the query
    std::string_view query{};  // without `?`; only in the combined format
    int http_minor = 1;        // HTTP/1.x
    std::uint16_t status = 0;
    std::uint64_t bytes = 0;  // of the answer, head and body
    std::chrono::microseconds took{};
    std::string_view referrer{};    // only in the combined format
    std::string_view user_agent{};  // only in the combined format
};

void log_access(const AccessLine& line);

// Hands this thread's lines to the log.
void flush_access_log();

// Appends one line with its end, at most some 8 KiB:
//   json      {"time":…,"event":"request","request_id":…,"client":…,"user":…,"method":…,"route":…,"path":…,
//              "status":200,"bytes":6123,"duration_us":412}
//   pretty    2026-11-22T12:47:00.123Z 200 GET /api/product/all 412us 6123B client=… user=… route=… id=…
//   combined  203.0.113.9 - - [22/Nov/2026:12:47:00 +0000] "GET /a?b=c HTTP/1.1" 200 6123 "-" "curl/8"
void append_access(std::string& out, LogFormat format, const AccessLine& line);

// The query with `***` for the values of keys that hold code, token, otp, password or secret, whatever the
// case, and of keys that are percent-encoded.
std::string redact_query(std::string_view query);

}  // namespace haat::observe
