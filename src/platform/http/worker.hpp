// What belongs to one I/O thread: its event loop, its caches, its connections. Nothing in it is locked.
#pragma once

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <list>
#include <string>

#include "platform/async.hpp"
#include "platform/http/answers_under_way.hpp"
#include "platform/http/observer.hpp"
#include "platform/http/pipeline/pipeline.hpp"
#include "platform/http/response_cache.hpp"
#include "platform/http/response_writer.hpp"
#include "platform/timer.hpp"

namespace haat::http {

class Connection;

// Time-outs in ms, sizes in bytes.
struct ServerLimits {
    std::int64_t header_ms = 10'000;       // from the first byte of a head to its last
    std::int64_t body_ms = 30'000;         // the same for a body
    std::int64_t idle_ms = 60'000;         // between requests
    std::int64_t write_stall_ms = 10'000;  // without a byte taken by the client
    std::int64_t request_ms = 60'000;      // a handler, all in all
    std::int64_t rate_grace_ms = 5'000;    // after which a body must have come at least at min_rate
    // After which an answer must be taken at that rate: buffers on the way hide for long what the client
    // takes.
    std::int64_t write_grace_ms = 30'000;
    std::uint64_t min_rate = 1'024;  // bytes a second
    std::size_t max_connections = 10'240;
    std::size_t max_in_flight = 1'024;                // handlers at once; beyond them 503
    std::size_t max_body_bytes = 64 * 1024 * 1024;    // of all JSON bodies held; beyond them 503
    std::size_t max_unsent_bytes = 64 * 1024 * 1024;  // of all large answers not taken yet; beyond them 503
    std::size_t cache_bytes = 32 * 1024 * 1024;
};

// Shared by the workers.
struct ServerState {
    const Pipeline& pipeline;
    RequestObserver& observer;
    ServerLimits limits;
    std::atomic<std::size_t> connections{0};
    std::atomic<std::size_t> refused_connections{0};  // since the start
    std::atomic<std::size_t> in_flight{0};
    std::atomic<std::size_t> body_bytes{0};
    std::atomic<std::size_t> unsent_bytes{0};
    std::atomic<bool> stopping{false};
};

class Worker {
public:
    Worker(ServerState& state, std::size_t workers);

    void run();    // until stop()
    void drain();  // on its thread
    void start_timer();

    ServerState& state;
    ResponseWriter writer;
    ResponseCache cache;
    AnswersUnderWay under_way{};
    TokenBuckets buckets;
    std::list<Connection*> connections{};
    std::string send_buffer{};            // of the last answer, for the next one: empty, but for its memory
    std::int64_t now_ms;                  // as of the last tick or read
    std::atomic<std::int64_t> ticked_ms;  // when the loop turned last; read by any thread
    asio::io_context context{1};          // behind what connections use: those it still holds end with it

private:
    void tick();

    Timer timer_;
    int ticks_ = 0;
};

}  // namespace haat::http
