#include "platform/http/worker.hpp"

#include "kernel/clock.hpp"
#include "platform/http/connection.hpp"

namespace haat::http {
namespace {

constexpr std::chrono::milliseconds kTick{100};
constexpr int kTicksPerSweep = 5;  // over the connections

}  // namespace

Worker::Worker(ServerState& state_, std::size_t workers)
    : state{state_},
      writer{CorsOptions{state_.pipeline.options().origins}},
      cache{state_.limits.cache_bytes / workers},
      buckets{state_.pipeline.options().bucket, state_.pipeline.options().exchange != nullptr},
      now_ms{steady_ms()},
      ticked_ms{now_ms},
      timer_{context} {}

void Worker::run() {
    for (;;) {
        try {
            start_timer();  // anew each time: it may be what found no memory
            context.run();
            return;
        } catch (const std::exception&) {
            continue;  // out of memory for a line of the log or a new connection: that one is lost
        }
    }
}

void Worker::start_timer() {
    timer_.expires_after(kTick);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        start_timer();
        tick();
    });
}

void Worker::tick() {
    now_ms = steady_ms();
    ticked_ms = now_ms;
    writer.refresh_date();
    state.observer.tick();
    if (auto* exchange = state.pipeline.options().exchange) exchange->exchange(buckets, context, now_ms);
    if (++ticks_ % kTicksPerSweep != 0) return;
    for (Connection* connection : connections) connection->reap(now_ms);
}

void Worker::drain() {
    for (Connection* connection : connections) connection->drain(now_ms);
}

}  // namespace haat::http
