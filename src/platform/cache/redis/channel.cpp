#include "platform/cache/redis/channel.hpp"

#include <pthread.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <array>
#include <random>

#include "kernel/clock.hpp"
#include "platform/cache/redis/client.hpp"

namespace haat::cache::redis {
namespace {

using boost::system::error_code;

constexpr std::chrono::milliseconds kPauseWithoutMemory{1};
constexpr double kSilentPings = 2.5;  // so many without a sound, and the connection counts as lost

double chance() {
    thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_real_distribution<>{}(random);
}

}  // namespace

Channel::Channel(Redis& redis) : redis_{redis} {}

Channel::~Channel() { stop(); }

void Channel::subscribe(std::string_view topic, Hear hear) {
    subscriptions_.push_back({redis_.key(topic), std::move(hear)});
}

void Channel::on_state(HearState hear) { state_listeners_.push_back(std::move(hear)); }

void Channel::start() {
    thread_ = std::jthread{[this] {
        pthread_setname_np(pthread_self(), "haat-redis");
        redis_.on(context_);
        while (!is_stopping_) work();
    }};
}

// Until it stops, or there was no memory: that may have cost a message, or the coroutine that listens.
void Channel::work() try {
    if (running_.count() == 0) {
        auto ended = [](const std::exception_ptr& fault) { std::rethrow_exception(fault); };
        asio::co_spawn(context_, run(running_.one_more()), ended);
    }
    context_.run();
} catch (const std::exception&) {
    std::this_thread::sleep_for(kPauseWithoutMemory);
}

void Channel::stop() {
    is_stopping_ = true;
    context_.stop();
    if (thread_.joinable()) thread_.join();
}

void Channel::publish(std::string_view topic, std::string text) {
    if (text.size() > kMaxTextBytes || unsent_.load() >= kMaxUnsent) return;
    auto send = [this, name = redis_.key(topic), message = std::move(text)] {
        --unsent_;
        const Batch batch{"PUBLISH", name, message};
        redis_.on(context_).send(batch);
    };
    ++unsent_;
    try {
        asio::post(context_, std::move(send));
    } catch (...) {
        --unsent_;
        throw;
    }
}

awaitable<> Channel::run(Owners::One /*running*/) {
    Breaker breaker{redis_.options().breaker};
    for (;;) {
        co_await connect_and_listen(breaker);
        if (breaker.state() == Breaker::State::closed) breaker.lost(steady_ms(), chance());
        if (breaker.state() == Breaker::State::half_open) breaker.try_failed(steady_ms(), chance());
    }
}

awaitable<> Channel::connect_and_listen(Breaker& breaker) {
    set_connected(false);
    const auto stream = co_await redis_.connect(context_, breaker);
    if (!stream) co_return;
    breaker.try_succeeded();
    co_await listen(stream);
}

awaitable<> Channel::listen(std::shared_ptr<Stream> stream) {
    const ClosedAtEnd closed{stream};
    Batch batch;
    for (const auto& subscription : subscriptions_) batch.add({"SUBSCRIBE", subscription.name});
    batch.add({"PING"});
    const bool written = co_await stream->write(batch.bytes());
    if (!written) co_return;
    last_heard_ms_ = steady_ms();
    asio::co_spawn(context_, keep_alive(stream), asio::detached);
    ReplyReader reader;
    std::vector<Reply> replies;
    std::array<char, kReadBytes> bytes{};
    std::size_t confirmed = 0;
    for (;;) {
        const std::size_t count = co_await stream->read_some(bytes);
        if (count == 0) break;
        last_heard_ms_ = steady_ms();
        replies.clear();
        const std::string_view received{bytes.data(), count};
        const bool is_sound = reader.feed(received, replies);
        for (const Reply& reply : replies) heard(reply, confirmed);
        if (!is_sound) break;
    }
}

void Channel::heard(const Reply& reply, std::size_t& confirmed) {
    const Reply kind = reply.at(0);
    if (kind.text() == "subscribe" && ++confirmed == subscriptions_.size()) set_connected(true);
    const auto name = reply.at(1).text();
    const auto text = reply.at(2).text();
    if (kind.text() != "message" || !name || !text || text->size() > kMaxTextBytes) return;
    for (const auto& subscription : subscriptions_) {
        if (subscription.name == *name) subscription.hear(*text);
    }
}

void Channel::set_connected(bool connected) {
    if (is_connected_ == connected) return;
    for (const auto& hear : state_listeners_) hear(connected);
    is_connected_ = connected;
}

// A connection may be dead without a word: asks for a sign of life, and closes it when none comes.
awaitable<> Channel::keep_alive(std::shared_ptr<Stream> stream) {
    const std::int64_t ping_ms = redis_.options().ping_ms;
    const auto silent_ms = static_cast<std::int64_t>(kSilentPings * static_cast<double>(ping_ms));
    const ClosedAtEnd closed{stream};
    const Batch ping{"PING"};
    Timer timer{context_};
    error_code ignored;
    for (;;) {
        timer.expires_after(std::chrono::milliseconds{ping_ms});
        co_await timer.async_wait(asio::redirect_error(use_awaitable, ignored));
        if (steady_ms() - last_heard_ms_ > silent_ms) stream->close();
        const bool written = co_await stream->write(ping.bytes());
        if (!written) break;
    }
}

}  // namespace haat::cache::redis
