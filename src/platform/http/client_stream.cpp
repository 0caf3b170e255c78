#include "platform/http/client_stream.hpp"

#include <boost/asio/redirect_error.hpp>

#include "kernel/clock.hpp"
#include "platform/http/release.hpp"
#include "platform/http/worker.hpp"

namespace haat::http {
namespace {

using boost::system::error_code;

constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr std::size_t kKeptBufferBytes = 64 * 1024;
constexpr std::size_t kUncountedBytes = 16 * 1024;  // most answers: they take no share of the others'
constexpr std::size_t kMaxLingerBytes = 1024 * 1024;
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::int64_t kDrainIdleMs = 500;  // how long a stopping server waits for requests under way

}  // namespace

ClientStream::ClientStream(Socket socket, Worker& worker)
    : socket_{std::move(socket)},
      worker_{worker},
      unsent_{worker.state.unsent_bytes, worker.state.limits.max_unsent_bytes},
      draining_{worker.state.stopping} {
    error_code error;
    socket_.non_blocking(true, error);
    socket_.set_option(asio::ip::tcp::no_delay{true}, error);
    enter(Phase::idle);
}

void ClientStream::enter(Phase phase) {
    phase_ = phase;
    phase_began_ms_ = worker_.now_ms;
    phase_bytes_ = 0;
}

bool ClientStream::is_slow(std::int64_t waited_ms, std::uint64_t bytes) const {
    return bytes < static_cast<std::uint64_t>(waited_ms) * worker_.state.limits.min_rate / 1'000;
}

bool ClientStream::is_late(std::int64_t now_ms) const {
    const ServerLimits& limits = worker_.state.limits;
    const std::int64_t waited = now_ms - phase_began_ms_;
    switch (phase_) {
        case Phase::idle:
            return waited > (draining_ ? kDrainIdleMs : limits.idle_ms);
        case Phase::head:
            return waited > limits.header_ms;
        case Phase::body:
            return waited > limits.body_ms ||
                   (waited > limits.rate_grace_ms && is_slow(waited, phase_bytes_));
        case Phase::handler:
            return waited > limits.request_ms;
        case Phase::linger:
            return waited > kLingerMs;
        case Phase::write:
            break;
    }
    const std::int64_t full_ms = write_full_at_ms_ == 0 ? 0 : now_ms - write_full_at_ms_;
    return waited > limits.write_stall_ms ||
           (full_ms > limits.write_grace_ms && is_slow(full_ms, taken_bytes_));
}

bool ClientStream::cut_off_if_late(std::int64_t now_ms) {
    if (!is_late(now_ms)) return false;
    error_code error;
    socket_.close(error);
    return true;
}

void ClientStream::drain(std::int64_t now_ms) {
    draining_ = true;
    if (phase_ == Phase::idle) phase_began_ms_ = now_ms;
}

// Waiting for bytes, not for readiness: Asio rearms a wait with epoll_ctl every time and then wants a read
// that finds nothing, two system calls a request. Most requests fit first_, so that who waits holds little.
awaitable<bool> ClientStream::receive(std::size_t bytes) {
    const bool written = co_await flush();
    if (!written) co_return false;
    if (in.empty()) release_if_large(in);
    error_code error;
    const std::size_t count =
        co_await socket_.async_read_some(asio::buffer(first_), asio::redirect_error(use_awaitable, error));
    if (error) co_return false;
    worker_.now_ms = steady_ms();
    in.append(first_.data(), count);
    phase_bytes_ += count;
    if (count == first_.size() && bytes > count) read_rest(bytes - count);
    co_return true;
}

// What has arrived beyond first_. An end or an error is met by the next read.
void ClientStream::read_rest(std::size_t bytes) {
    const std::size_t before = in.size();
    in.resize(before + bytes);
    error_code ignored;
    const std::size_t count = socket_.read_some(asio::buffer(in.data() + before, bytes), ignored);
    in.resize(before + count);
    phase_bytes_ += count;
}

std::string& ClientStream::to_send() {
    if (out_.empty()) out_.swap(worker_.send_buffer);
    return out_;
}

bool ClientStream::may_hold_unsent() {
    return out_.size() <= kUncountedBytes || unsent_.grow_to(out_.size());
}

void ClientStream::give_back_buffer() {
    out_.clear();
    if (out_.capacity() <= kKeptBufferBytes) out_.swap(worker_.send_buffer);
    release(out_);
    unsent_.give_back();
}

awaitable<bool> ClientStream::flush() {
    if (out_.empty()) co_return true;
    const Phase interrupted = phase_;
    enter(Phase::write);
    write_full_at_ms_ = 0;
    std::size_t sent = 0;
    while (sent < out_.size()) {
        error_code error;
        const std::size_t count =
            socket_.write_some(asio::buffer(out_.data() + sent, out_.size() - sent), error);
        sent += count;
        taken_bytes_ += count;
        if (count > 0) {
            phase_began_ms_ = worker_.now_ms;
            continue;
        }
        if (error != asio::error::would_block) co_return false;
        if (write_full_at_ms_ == 0) {
            write_full_at_ms_ = worker_.now_ms;
            taken_bytes_ = 0;
        }
        co_await socket_.async_wait(Socket::wait_write, asio::redirect_error(use_awaitable, error));
        if (error) co_return false;
    }
    give_back_buffer();
    enter(interrupted);
    co_return true;
}

awaitable<> ClientStream::linger() {
    error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
    enter(Phase::linger);
    std::size_t taken = 0;
    while (taken < kMaxLingerBytes && !error) {
        thread_local std::array<char, kScratchBytes> scratch;
        const std::size_t count = socket_.read_some(asio::buffer(scratch), error);
        taken += count;
        if (count > 0) continue;
        if (error != asio::error::would_block) break;
        co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(use_awaitable, error));
    }
}

bool ClientStream::has_unread() const {
    error_code ignored;
    return !in.empty() || socket_.available(ignored) > 0;
}

void ClientStream::shut_down() {
    error_code error;
    socket_.shutdown(Socket::shutdown_both, error);
}

}  // namespace haat::http
