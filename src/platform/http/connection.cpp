#include "platform/http/connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <array>
#include <chrono>

#include "kernel/clock.hpp"
#include "platform/http/body_receivers.hpp"
#include "platform/observe/request_id.hpp"

namespace haat::http {
namespace {

using boost::system::error_code;

constexpr std::size_t kReadBytes = 4 * 1024;
constexpr std::size_t kBodyReadBytes = 32 * 1024;
constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr std::size_t kFlushBytes = 64 * 1024;
constexpr std::size_t kKeptBufferBytes = 16 * 1024;
constexpr int kMaxInARow = 16;  // requests of one connection before others get their turn
constexpr std::size_t kMaxLingerBytes = 1024 * 1024;
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::int64_t kDrainIdleMs = 500;  // how long a stopping server waits for requests under way
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::int64_t now_us() {
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Connection::Connection(Socket socket, Worker& worker, Share counted)
    : socket_{std::move(socket)},
      worker_{worker},
      counted_{std::move(counted)},
      body_share_{worker.state.body_bytes, worker.state.limits.max_body_bytes} {
    error_code error;
    socket_.non_blocking(true, error);
    socket_.set_option(asio::ip::tcp::no_delay{true}, error);
    place_ = worker_.connections.insert(worker_.connections.end(), this);
    draining_ = worker_.state.stopping;
    enter(Phase::idle);
}

Connection::~Connection() { worker_.connections.erase(place_); }

void Connection::enter(Phase phase) {
    phase_ = phase;
    phase_began_ms_ = worker_.now_ms;
    phase_bytes_ = 0;
}

bool Connection::is_slow(std::int64_t waited_ms, std::uint64_t bytes) const {
    return bytes < static_cast<std::uint64_t>(waited_ms) * worker_.state.limits.min_rate / 1'000;
}

void Connection::reap(std::int64_t now_ms) {
    const ServerLimits& limits = worker_.state.limits;
    const std::int64_t waited = now_ms - phase_began_ms_;
    bool late = false;
    switch (phase_) {
        case Phase::idle:
            late = waited > (draining_ ? kDrainIdleMs : limits.idle_ms);
            break;
        case Phase::head:
            late = waited > limits.header_ms;
            break;
        case Phase::body:
            late =
                waited > limits.body_ms || (waited > limits.rate_grace_ms && is_slow(waited, phase_bytes_));
            break;
        case Phase::handler:
            late = waited > limits.request_ms;
            break;
        case Phase::write: {
            const std::int64_t full_ms = write_full_at_ms_ == 0 ? 0 : now_ms - write_full_at_ms_;
            late = waited > limits.write_stall_ms ||
                   (full_ms > limits.write_grace_ms && is_slow(full_ms, taken_bytes_));
            break;
        }
    }
    if (!late) return;
    closing_ = true;
    error_code error;
    socket_.close(error);
}

void Connection::drain(std::int64_t now_ms) {
    draining_ = true;
    if (phase_ == Phase::idle) phase_began_ms_ = now_ms;
}

awaitable<> Connection::run(std::unique_ptr<Connection> connection) { co_await connection->serve(); }

awaitable<> Connection::serve() {
    error_code error;
    const auto peer = socket_.remote_endpoint(error);
    if (error) co_return;
    peer_address_ = peer.address();
    peer_ = client_of(worker_.state.pipeline.options().proxies, peer_address_, std::nullopt);
    while (!closing_) {
        const std::size_t head_bytes = co_await read_head();
        if (head_bytes == 0) break;
        co_await answer_next(head_bytes);
        end_request();
        const bool next_is_here = in_.find("\r\n\r\n") != std::string::npos;
        const bool has_turn = ++answered_in_a_row_ < kMaxInARow;
        if (next_is_here && !closing_ && out_.size() < kFlushBytes && has_turn) continue;
        const bool written = co_await flush();
        if (!written) co_return;
        if (has_turn) continue;
        co_await asio::post(worker_.context, use_awaitable);
        answered_in_a_row_ = 0;
    }
    const bool written = co_await flush();
    if (written && unread_) co_await linger();
    socket_.shutdown(Socket::shutdown_both, error);
}

// The length of the next head in in_; 0 when the client is gone, or what it sent was refused.
awaitable<std::size_t> Connection::read_head() {
    for (;;) {
        in_.erase(0, HeadScanner::empty_lines(in_));
        if (in_.empty() && phase_bytes_ > kMaxHeadBytes) co_return 0;
        if (!in_.empty()) {
            const auto scanned = scanner_.scan(in_);
            if (!scanned) {
                request_began_us_ = now_us();
                request_.id = observe::view(observe::make_request_id());
                refuse(scanned.error(), nullptr);
                co_return 0;
            }
            if (const auto& length = *scanned) co_return *length;
        }
        const bool more = co_await read_more(kReadBytes);
        if (!more) co_return 0;
        if (phase_ != Phase::head) enter(Phase::head);
    }
}

// Waits for bytes, and puts them behind in_. false: the client is gone.
// Waiting for bytes, not for readiness: Asio rearms a wait with epoll_ctl every time and then wants a read
// that finds nothing, two system calls a request. Most requests fit first_, so that who waits holds little.
awaitable<bool> Connection::read_more(std::size_t bytes) {
    const bool written = co_await flush();
    if (!written) co_return false;
    if (in_.empty()) in_ = std::string{};
    error_code error;
    const std::size_t count =
        co_await socket_.async_read_some(asio::buffer(first_), asio::redirect_error(use_awaitable, error));
    if (error) co_return false;
    worker_.now_ms = steady_ms();
    answered_in_a_row_ = 0;  // the completion came through the queue: others had their turn
    in_.append(first_.data(), count);
    phase_bytes_ += count;
    if (count == first_.size() && bytes > count) read_rest(bytes - count);
    co_return true;
}

// What has arrived beyond first_. An end or an error is met by the next read.
void Connection::read_rest(std::size_t bytes) {
    const std::size_t before = in_.size();
    in_.resize(before + bytes);
    error_code ignored;
    const std::size_t count = socket_.read_some(asio::buffer(in_.data() + before, bytes), ignored);
    in_.resize(before + count);
    phase_bytes_ += count;
}

// Takes the head off in_ and parses it. false: refused, and the connection ends.
bool Connection::begin_request(std::size_t head_bytes) {
    request_began_us_ = now_us();
    if (in_.size() == head_bytes) {
        head_.swap(in_);
        in_.clear();
    } else {
        head_.assign(in_, 0, head_bytes);
        in_.erase(0, head_bytes);
    }
    request_.id = observe::view(observe::make_request_id());
    request_.client_address = peer_;
    parser_ = std::make_unique<RequestParser>();
    const auto parsed = parser_->parse_head(head_, request_);
    if (!parsed) {
        closing_ = unread_ = true;
        refuse(parsed.error(), nullptr);
        return false;
    }
    const auto id = request_.header("x-request-id");
    if (id && observe::is_acceptable_request_id(*id)) request_.id = *id;
    const auto& proxies = worker_.state.pipeline.options().proxies;
    if (!proxies.empty()) {
        request_.client_address =
            client_of(proxies, peer_address_, request_.joined_header("x-forwarded-for"));
    }
    if (parser_->wants_close() || worker_.state.stopping) closing_ = true;
    body_pending_ = parser_->has_body();
    return true;
}

awaitable<> Connection::answer_next(std::size_t head_bytes) {
    if (!begin_request(head_bytes)) co_return;
    const Pipeline& pipeline = worker_.state.pipeline;
    if (pipeline.options().rate_limits) {
        const int wait_s = worker_.buckets.take(limit_key(request_.client_address), worker_.now_ms);
        if (wait_s > 0) {
            refuse(retry_after(wait_s, ErrorCode::too_many_requests), nullptr);
            co_return;
        }
    }
    if (request_.method == Method::options) {
        const std::size_t before = out_.size();
        if (body_pending_) closing_ = unread_ = true;
        finished(worker_.writer.write_preflight(out_, request_, ending()), before, nullptr);
        co_return;
    }
    const auto route = pipeline.router().find(request_);
    if (!route) {
        refuse(route.error(), nullptr);
        co_return;
    }
    if ((*route)->cache == Cache::public_ && !body_pending_ && answer_from_cache(**route)) co_return;
    co_await answer(**route);
}

bool Connection::answer_from_cache(const Route& route) {
    const std::string key = Pipeline::cache_key(route, request_);
    CachedAnswer* answer = worker_.cache.find(key, worker_.state.pipeline.public_version());
    worker_.state.observer.cache_looked_up(answer != nullptr);
    if (answer == nullptr) return false;
    const std::size_t before = out_.size();
    finished(worker_.writer.write_cached(out_, request_, *answer, ending()), before, &route);
    return true;
}

awaitable<> Connection::answer(const Route& route) {
    enter(Phase::handler);
    const auto refusal = co_await worker_.state.pipeline.admit(route, request_);
    if (refusal) {
        refuse(*refusal, &route);
        co_return;
    }
    if (body_pending_) {
        if (const auto error = Pipeline::check_body(route, request_, parser_->announced_length())) {
            refuse(*error, &route);
            co_return;
        }
    }
    if (route.endpoint.body == BodyKind::upload) {
        co_await answer_upload(route);
        co_return;
    }
    if (body_pending_ && route.endpoint.body == BodyKind::json) {
        Collect receiver{body_, body_share_};
        const bool complete = co_await read_body(route, receiver);
        if (!complete) co_return;
        request_.body = body_;
    } else if (body_pending_) {
        Discard receiver;
        const bool complete = co_await read_body(route, receiver);
        if (!complete) co_return;
    }
    co_await run_handler(route);
}

awaitable<> Connection::answer_upload(const Route& route) {
    request_.sink = route.endpoint.make_sink(request_);
    PassOn receiver{*request_.sink};
    const bool complete = co_await read_body(route, receiver);
    if (!complete) co_return;
    if (const auto ended = request_.sink->finish(); !ended) {
        refuse(ended.error(), &route);
        co_return;
    }
    co_await run_handler(route);
}

// false: refused or gone, and the connection ends.
awaitable<bool> Connection::read_body(const Route& route, BodyReceiver& receiver) {
    enter(Phase::body);
    if (parser_->expects_continue() && in_.empty()) out_ += kContinue;
    while (!parser_->body_complete()) {
        const auto used = parser_->parse_body(in_, receiver);
        if (!used) {
            refuse(used.error(), &route);
            co_return false;
        }
        in_.erase(0, *used);
        if (parser_->body_complete()) break;
        const bool more = co_await read_more(kBodyReadBytes);
        if (!more) {
            closing_ = true;
            co_return false;
        }
    }
    body_pending_ = false;
    co_return true;
}

// Only the handler counts as in flight: clients that send their bodies slowly keep nobody else out.
awaitable<> Connection::run_handler(const Route& route) {
    enter(Phase::handler);
    Share place{worker_.state.in_flight, worker_.state.limits.max_in_flight};
    if (!place.grow()) {
        refuse(retry_after(1, ErrorCode::overloaded), &route);
        co_return;
    }
    const Pipeline& pipeline = worker_.state.pipeline;
    const std::uint64_t version = pipeline.public_version();  // before the data is read
    Response response = co_await pipeline.handle(route, request_);
    const bool is_public =
        route.cache == Cache::public_ && response.status == 200 && response.cache_control.empty();
    if (is_public)
        worker_.cache.add(Pipeline::cache_key(route, request_), version, ResponseWriter::finish(response));
    respond(response, &route);
}

void Connection::respond(Response& response, const Route* route) {
    if (worker_.state.stopping) closing_ = true;  // since the head came, perhaps
    const std::size_t before = out_.size();
    finished(worker_.writer.write(out_, request_, response, ending()), before, route);
}

// An error whose body was not read ends the connection: what follows cannot be told from the body.
void Connection::refuse(const Error& error, const Route* route) {
    if (body_pending_ || parser_ == nullptr) closing_ = unread_ = true;
    Response response = worker_.state.pipeline.render(error, route, request_);
    respond(response, route);
}

void Connection::finished(std::uint16_t status, std::size_t out_before, const Route* route) {
    worker_.state.observer.finished({.request = request_,
                                     .route = route,
                                     .status = status,
                                     .bytes = out_.size() - out_before,
                                     .duration_us = now_us() - request_began_us_,
                                     .http_minor = parser_ && parser_->is_http_1_0() ? 0 : 1});
}

ResponseWriter::Ending Connection::ending() const {
    if (closing_) return ResponseWriter::Ending::close;
    return parser_->is_http_1_0() ? ResponseWriter::Ending::keep_open_1_0 : ResponseWriter::Ending::keep_open;
}

void Connection::end_request() {
    scanner_.reset();
    parser_.reset();
    request_ = Request{};
    body_.clear();
    body_share_.give_back();
    if (body_.capacity() > kKeptBufferBytes) body_ = std::string{};
    enter(in_.empty() ? Phase::idle : Phase::head);
}

// false: the client is gone.
awaitable<bool> Connection::flush() {
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
    out_.clear();
    if (out_.capacity() > kKeptBufferBytes) out_ = std::string{};
    enter(interrupted);
    co_return true;
}

// Takes what the client still sends for a moment: closing with unread bytes would reset the connection,
// and the client might never see the answer (RFC 9112, 9.6).
awaitable<> Connection::linger() {
    error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
    const std::int64_t until_ms = worker_.now_ms + kLingerMs;
    enter(Phase::body);
    std::size_t taken = 0;
    while (taken < kMaxLingerBytes && worker_.now_ms < until_ms && !error) {
        thread_local std::array<char, kScratchBytes> scratch;
        const std::size_t count = socket_.read_some(asio::buffer(scratch), error);
        taken += count;
        phase_bytes_ += count;
        if (count > 0) continue;
        if (error != asio::error::would_block) break;
        co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(use_awaitable, error));
    }
}

}  // namespace haat::http
