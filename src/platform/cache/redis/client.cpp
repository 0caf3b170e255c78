#include "platform/cache/redis/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <array>

#include "kernel/clock.hpp"
#include "platform/handoff.hpp"

namespace haat::cache::redis {
namespace {

using boost::system::error_code;

// Answers after which this connection is of no use: the server is starting, is no master any more, or wants
// another log-in.
bool asks_to_leave(std::optional<std::string_view> error) {
    if (!error) return false;
    static constexpr std::array<std::string_view, 4> kPrefixes{"READONLY", "LOADING", "MASTERDOWN", "NOAUTH"};
    return std::ranges::any_of(kPrefixes, [&](auto prefix) { return error->starts_with(prefix); });
}

}  // namespace

Client::Client(asio::io_context& context, Redis& redis)
    : context_{context},
      redis_{redis},
      breaker_{redis.options().breaker},
      deadlines_{context},
      pings_{context},
      random_{std::random_device{}()} {}

Client::~Client() = default;

void Client::start() {
    begin_to_run();
    ping_when_idle();
}

void Client::begin_to_run() { asio::co_spawn(context_, run(running_.one_more()), asio::detached); }

awaitable<> Client::run(Owners::One /*running*/) {
    for (;;) co_await connect_and_read();
}

awaitable<> Client::connect_and_read() {
    if (stream_) end();
    if (breaker_.state() == Breaker::State::half_open) breaker_.try_failed(steady_ms(), chance());
    const auto stream = co_await redis_.connect(context_, breaker_);
    if (!stream) co_return;
    begin(stream);
    co_await read(stream);
}

void Client::begin(std::shared_ptr<Stream> stream) {
    why_lost_ = "it ended the connection";
    stream_ = std::move(stream);
    breaker_.try_succeeded();
    redis_.connected();
}

awaitable<> Client::read(std::shared_ptr<Stream> stream) {
    const ClosedAtEnd closed{stream};
    ReplyReader reader;
    std::vector<Reply> replies;
    std::array<char, kReadBytes> bytes{};
    for (;;) {
        const std::size_t count = co_await stream->read_some(bytes);
        const std::string_view received{bytes.data(), count};
        if (count == 0) break;
        replies.clear();
        const bool is_sound = reader.feed(received, replies);
        if (!deliver(replies)) break;
        if (is_sound) continue;
        why_lost_ = "it sent what is no answer";
        break;
    }
}

void Client::end() {
    std::deque<Pending> abandoned;  // wants memory, so it comes first
    abandoned.swap(pending_);
    stream_.reset();
    unsent_.clear();
    breaker_.lost(steady_ms(), chance());
    for (Pending& pending : abandoned) settle(pending, Outcome::lost);
    redis_.disconnected(why_lost_);
}

bool Client::has_room_for(const Batch& batch) const {
    return breaker_.allows() && pending_.size() < kMaxInFlight &&
           unsent_.size() + batch.bytes().size() <= kMaxUnsentBytes;
}

awaitable<Replies> Client::call(Batch batch) {
    Replies answer;
    if (!has_room_for(batch)) {
        redis_.count(Outcome::skipped);
        co_return answer;
    }
    auto submit = [&](Resume resume) { enqueue(batch, {.answer = &answer, .resume = std::move(resume)}); };
    co_await handoff(submit);
    co_return answer;
}

void Client::send(const Batch& batch) {
    if (has_room_for(batch)) {
        enqueue(batch, {});
    } else {
        redis_.count(Outcome::skipped);
    }
}

void Client::enqueue(const Batch& batch, Pending pending) noexcept {
    pending.missing = batch.commands();
    pending.deadline_ms = steady_ms() + redis_.options().command_ms;
    pending.sent_at = std::chrono::steady_clock::now();
    const std::size_t unsent = unsent_.size();
    try {
        unsent_ += batch.bytes();
        pending_.push_back(std::move(pending));
    } catch (const std::exception&) {  // no memory
        unsent_.resize(unsent);
        return settle(pending, Outcome::skipped);
    }
    if_possible([this] { get_going(); });  // else the next one does it for both
}

void Client::get_going() {
    if (!is_expiry_set_) expire_at(pending_.back().deadline_ms);
    if (writing_.count() == 0) asio::co_spawn(context_, flush(writing_.one_more()), asio::detached);
}

awaitable<> Client::flush(Owners::One /*writing*/) {
    try {
        while (stream_ && !unsent_.empty()) co_await write_unsent();
    } catch (const std::exception&) {  // no memory: nobody knows how much of it was sent
        if (stream_) stream_->close();
    }
}

awaitable<> Client::write_unsent() {
    const auto stream = stream_;
    std::string bytes;
    bytes.swap(unsent_);
    const bool written = co_await stream->write(bytes);
    if (!written) stream->close();
}

// false: the connection is of no more use.
bool Client::deliver(std::vector<Reply>& replies) {
    for (Reply& reply : replies) {
        if (pending_.empty()) {
            why_lost_ = "it answered what was not asked";
            return false;
        }
        const auto error = reply.error();
        if (asks_to_leave(error)) {
            why_lost_ = error.value_or("");
            return false;
        }
        breaker_.call_succeeded();
        Pending& front = pending_.front();
        front.replies.push_back(std::move(reply));
        if (--front.missing > 0) continue;
        const bool refused =
            std::ranges::any_of(front.replies, [](const Reply& each) { return each.error().has_value(); });
        settle(front, refused ? Outcome::refused : Outcome::answered);
        pending_.pop_front();
    }
    return true;
}

void Client::settle(Pending& pending, Outcome outcome) {
    if (std::exchange(pending.is_settled, true)) return;
    const bool is_answered = outcome == Outcome::answered || outcome == Outcome::refused;
    if (pending.is_counted) {
        redis_.count(outcome);
        if (is_answered) redis_.took(std::chrono::steady_clock::now() - pending.sent_at);
    }
    if (!pending.resume) return;
    if (is_answered) *pending.answer = std::move(pending.replies);
    const auto resume = std::exchange(pending.resume, Resume{});
    resume();
}

void Client::expire_at(std::int64_t at_ms) {
    deadlines_.expires_after(std::chrono::milliseconds{std::max<std::int64_t>(1, at_ms - steady_ms())});
    const auto expired = [this](const error_code& error) {
        if (error) return;
        is_expiry_set_ = false;
        expire();
    };
    surely([&] { deadlines_.async_wait(expired); });
    is_expiry_set_ = true;
}

// Those whose time is over go on without an answer. Their places in the queue stay, for answers that still
// come.
void Client::expire() {
    const std::int64_t now_ms = steady_ms();
    bool give_up = false;
    for (Pending& pending : pending_) {
        if (pending.deadline_ms > now_ms) {
            expire_at(pending.deadline_ms);
            break;
        }
        if (pending.is_settled) continue;
        settle(pending, Outcome::late);
        give_up = breaker_.call_failed() || give_up;
    }
    if (!give_up || !stream_) return;
    why_lost_ = "it does not answer in time";
    stream_->close();
}

void Client::ping_when_idle() {
    pings_.expires_after(std::chrono::milliseconds{redis_.options().ping_ms});
    const auto ping = [this](const error_code& error) {
        if (error) return;
        ping_when_idle();
        if (running_.count() == 0) begin_to_run();
        const Batch batch{"PING"};
        const bool is_idle = pending_.empty() || pending_.back().is_settled;
        if (is_idle && has_room_for(batch)) enqueue(batch, {.is_counted = false});
    };
    surely([&] { pings_.async_wait(ping); });
}

}  // namespace haat::cache::redis
