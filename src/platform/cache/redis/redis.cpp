#include "platform/cache/redis/redis.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "kernel/clock.hpp"
#include "platform/cache/redis/client.hpp"
#include "platform/cache/redis/link.hpp"
#include "platform/cache/redis/stream.hpp"
#include "platform/observe/log.hpp"

namespace haat::cache::redis {
namespace {

constexpr std::array<std::string_view, 5> kOutcomes{"answered", "refused", "late", "lost", "skipped"};

// The clients of one event loop: they end with it, before what they use of it does.
class Clients final : public asio::execution_context::service {
public:
    using key_type = Clients;
    static inline asio::execution_context::id id;

    explicit Clients(asio::execution_context& context) : asio::execution_context::service{context} {}

    Client& of(Redis& redis, asio::io_context& context) {
        for (const auto& client : clients_) {
            if (client->belongs_to(redis)) return *client;
        }
        clients_.push_back(std::make_unique<Client>(context, redis));
        clients_.back()->start();
        return *clients_.back();
    }

private:
    void shutdown() override { clients_.clear(); }

    std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace

Redis::Redis(Options options, observe::Registry& metrics)
    : options_{std::move(options)},
      tls_{options_.address.tls ? std::make_unique<Tls>(options_.address) : nullptr},
      durations_{metrics.histogram(
          {"haat_redis_batch_duration_seconds", "From a batch of commands to its last answer."})} {
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
        outcomes_[i] = metrics.counter({"haat_redis_batches_total", "Batches of commands."},
                                       {{"outcome", kOutcomes[i]}});
    }
    metrics.gauge_at_scrape({"haat_redis_available", "Whether there is a connection to Redis."}, {},
                            [this] { return is_available() ? 1.0 : 0.0; });
}

Redis::~Redis() = default;

Client& Redis::on(asio::io_context& context) {
    return asio::use_service<Clients>(context).of(*this, context);
}

bool Redis::is_available() const {
    const std::lock_guard lock{mutex_};
    return connections_ > 0;
}

awaitable<std::shared_ptr<Stream>> Redis::connect(asio::io_context& context, Breaker& breaker) {
    const std::int64_t pause_ms = std::max<std::int64_t>(0, breaker.try_at_ms() - steady_ms());
    co_await pause_for(std::chrono::milliseconds{pause_ms});
    breaker.begin_try();
    const Link link = co_await open_link(context, options_.address, tls_.get(), options_.connect_ms);
    if (!link.stream) not_reached(link.problem);
    co_return link.stream;
}

void Redis::connected() {
    const std::lock_guard lock{mutex_};
    ++connections_;
    if (std::exchange(told_, Told::available) == Told::available) return;
    observe::log_info("redis_available", {{"server", to_text(options_.address)}});
}

void Redis::disconnected(std::string_view why) {
    const std::lock_guard lock{mutex_};
    --connections_;
    if (connections_ > 0 || std::exchange(told_, Told::unavailable) == Told::unavailable) return;
    observe::log_warn("redis_unavailable", {{"server", to_text(options_.address)}, {"reason", why}});
}

void Redis::not_reached(std::string_view why) {
    const std::lock_guard lock{mutex_};
    if (told_ != Told::nothing) return;
    told_ = Told::unavailable;
    observe::log_warn("redis_unavailable", {{"server", to_text(options_.address)}, {"reason", why}});
}

}  // namespace haat::cache::redis
