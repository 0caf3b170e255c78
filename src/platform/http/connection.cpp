#include "platform/http/connection.hpp"

#include <boost/asio/post.hpp>

#include <chrono>

#include "platform/http/body_receivers.hpp"
#include "platform/http/release.hpp"
#include "platform/memory.hpp"
#include "platform/observe/request_id.hpp"

namespace haat::http {
namespace {

using boost::system::error_code;

constexpr std::size_t kReadBytes = 4 * 1024;
constexpr std::size_t kBodyReadBytes = 32 * 1024;
constexpr std::size_t kFlushBytes = 64 * 1024;
constexpr int kMaxInARow = 16;  // requests of one connection before others get their turn
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::int64_t now_us() {
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Connection::Connection(Socket socket, Worker& worker, Share counted)
    : stream_{std::move(socket), worker},
      worker_{worker},
      counted_{std::move(counted)},
      body_share_{worker.state.body_bytes, worker.state.limits.max_body_bytes} {
    place_ = worker_.connections.insert(worker_.connections.end(), this);
}

Connection::~Connection() { worker_.connections.erase(place_); }

void Connection::reap(std::int64_t now_ms) {
    if (stream_.cut_off_if_late(now_ms)) closing_ = true;
}

void Connection::drain(std::int64_t now_ms) { stream_.drain(now_ms); }

awaitable<> Connection::run(std::unique_ptr<Connection> connection) { co_await connection->serve(); }

awaitable<> Connection::serve() {
    error_code error;
    const auto peer = stream_.socket().remote_endpoint(error);
    if (error) co_return;
    peer_address_ = peer.address();
    peer_ = client_of(worker_.state.pipeline.options().proxies, peer_address_, std::nullopt);
    while (!closing_) {
        const std::size_t head_bytes = co_await read_head();
        if (head_bytes == 0) break;
        co_await answer_next(head_bytes);
        end_request();
        const bool next_is_here = stream_.in.find("\r\n\r\n") != std::string::npos;
        const bool has_turn = ++answered_in_a_row_ < kMaxInARow;
        if (next_is_here && !closing_ && stream_.unsent_bytes() < kFlushBytes && has_turn) continue;
        const bool written = co_await stream_.flush();
        if (!written) co_return;
        if (has_turn) continue;
        co_await asio::post(worker_.context, use_awaitable);
        answered_in_a_row_ = 0;
    }
    const bool written = co_await stream_.flush();
    if (written && (unread_ || stream_.has_unread())) co_await stream_.linger();
    stream_.shut_down();
}

// The length of the next head in stream_.in; 0 when the client is gone, or what it sent was refused.
awaitable<std::size_t> Connection::read_head() {
    for (;;) {
        stream_.in.erase(0, HeadScanner::empty_lines(stream_.in));
        if (stream_.in.empty() && stream_.phase_bytes() > kMaxHeadBytes) co_return 0;
        if (!stream_.in.empty()) {
            const auto scanned = scanner_.scan(stream_.in);
            if (!scanned) {
                request_began_us_ = now_us();
                request_.id = observe::view(observe::make_request_id());
                refuse(scanned.error(), nullptr);
                co_return 0;
            }
            if (const auto& length = *scanned) co_return *length;
        }
        const bool more = co_await stream_.receive(kReadBytes);
        answered_in_a_row_ = 0;  // the completion came through the queue: others had their turn
        if (!more) co_return 0;
        if (stream_.phase() != Phase::head) stream_.enter(Phase::head);
    }
}

// Takes the head off stream_.in and parses it. false: refused, and the connection ends.
bool Connection::begin_request(std::size_t head_bytes) {
    request_began_us_ = now_us();
    if (stream_.in.size() == head_bytes) {
        head_.swap(stream_.in);
        stream_.in.clear();
    } else {
        head_.assign(stream_.in, 0, head_bytes);
        stream_.in.erase(0, head_bytes);
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
    const Route* route = nullptr;
    try {
        if (!begin_request(head_bytes)) co_return;
        route = route_to_answer();
        if (route != nullptr) co_await answer(*route);
    } catch (...) {
        refuse_fault(std::current_exception(), route);
    }
}

// nullptr: it is answered already.
const Route* Connection::route_to_answer() {
    if (const int wait_s = wait_for_turn_s(); wait_s > 0) {
        refuse(retry_after(wait_s, ErrorCode::too_many_requests), nullptr);
        return nullptr;
    }
    if (request_.method == Method::options) {
        if (body_pending_) closing_ = unread_ = true;
        send(nullptr,
             [this](std::string& out) { return worker_.writer.write_preflight(out, request_, ending()); });
        return nullptr;
    }
    const auto route = worker_.state.pipeline.router().find(request_);
    if (!route) {
        refuse(route.error(), nullptr);
        return nullptr;
    }
    const bool may_be_kept = (*route)->cache == Cache::public_ && !body_pending_;
    return may_be_kept && answer_from_cache(**route) ? nullptr : *route;
}

// 0: the client may ask now. Which route it wants matters to few, and is looked up for them alone.
int Connection::wait_for_turn_s() {
    const Pipeline& pipeline = worker_.state.pipeline;
    if (!pipeline.options().rate_limits) return 0;
    const int wait_s = worker_.buckets.take(limit_key(request_.client_address), worker_.now_ms);
    if (wait_s == 0) return 0;
    const auto route = pipeline.router().find(request_);
    return route && (*route)->endpoint.always_answered ? 0 : wait_s;
}

bool Connection::answer_from_cache(const Route& route) {
    const std::string key = Pipeline::cache_key(route, request_);
    CachedAnswer* answer = worker_.cache.find(key, worker_.state.pipeline.public_version());
    worker_.state.observer.cache_looked_up(answer != nullptr);
    if (answer == nullptr) return false;
    send(&route,
         [&](std::string& out) { return worker_.writer.write_cached(out, request_, *answer, ending()); });
    return true;
}

awaitable<> Connection::answer(const Route& route) {
    stream_.enter(Phase::handler);
    {
        Share place{worker_.state.in_flight, worker_.state.limits.max_in_flight};
        if (!take_place(place, route)) co_return;
        const auto refusal = co_await worker_.state.pipeline.admit(route, request_);
        if (refusal) {
            refuse(*refusal, &route);
            co_return;
        }
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
    stream_.enter(Phase::body);
    if (parser_->expects_continue() && stream_.in.empty()) stream_.to_send() += kContinue;
    while (!parser_->body_complete()) {
        const auto used = parser_->parse_body(stream_.in, receiver);
        if (!used) {
            refuse(used.error(), &route);
            co_return false;
        }
        stream_.in.erase(0, *used);
        if (parser_->body_complete()) break;
        const bool more = co_await stream_.receive(kBodyReadBytes);
        answered_in_a_row_ = 0;
        if (!more) {
            closing_ = true;
            co_return false;
        }
    }
    body_pending_ = false;
    co_return true;
}

// Who is admitted and who is handled counts as in flight, not who sends: slow clients keep nobody else out.
awaitable<> Connection::run_handler(const Route& route) {
    stream_.enter(Phase::handler);
    Share place{worker_.state.in_flight, worker_.state.limits.max_in_flight};
    if (!take_place(place, route)) co_return;
    if (route.cache == Cache::public_ && worker_.cache.keeps_any()) {
        co_await make_public_answer(route);
        co_return;
    }
    Response response = co_await worker_.state.pipeline.handle(route, request_);
    respond(response, &route);
}

// false: there is none, and the client is told so.
bool Connection::take_place(Share& place, const Route& route) {
    if (route.endpoint.always_answered || place.grow()) return true;
    refuse(retry_after(1, ErrorCode::overloaded), &route);
    return false;
}

awaitable<> Connection::make_public_answer(const Route& route) {
    const Pipeline& pipeline = worker_.state.pipeline;
    const std::string key = Pipeline::cache_key(route, request_);
    const bool somebody_made_it = co_await worker_.under_way.wait_for(key, pipeline.public_version());
    if (somebody_made_it && answer_from_cache(route)) co_return;
    const std::uint64_t version = pipeline.public_version();  // before the data is read
    const AnswersUnderWay::Making making{worker_.under_way, key, version, worker_.context.get_executor()};
    Response response = co_await pipeline.handle(route, request_);
    if (response.status == 200 && response.cache_control.empty()) {
        if_possible([&] { worker_.cache.add(key, version, ResponseWriter::finish(response)); });
    }
    respond(response, &route);
}

void Connection::respond(Response& response, const Route* route) {
    if (worker_.state.stopping) closing_ = true;  // since the head came, perhaps
    send(route, [&](std::string& out) { return worker_.writer.write(out, request_, response, ending()); });
}

// Writes an answer, or nothing of it where that throws. Clients that leave too much of theirs get an error.
template <class Write>
void Connection::send(const Route* route, const Write& write) {
    std::string& out = stream_.to_send();
    const std::size_t before = out.size();
    std::uint16_t status = 0;
    try {
        status = write(out);
        if (!stream_.may_hold_unsent()) {
            out.resize(before);
            out.shrink_to_fit();
            Response refusal =
                worker_.state.pipeline.render(retry_after(1, ErrorCode::overloaded), route, request_);
            status = worker_.writer.write(out, request_, refusal, ending());
        }
    } catch (...) {
        out.resize(before);
        throw;
    }
    finished(status, before, route);
}

// An error whose body was not read ends the connection: what follows cannot be told from the body.
void Connection::refuse(const Error& error, const Route* route) {
    if (body_pending_ || parser_ == nullptr) closing_ = unread_ = true;
    Response response = worker_.state.pipeline.render(error, route, request_);
    respond(response, route);
}

// What threw was no handler: how much of the request is read nobody knows, so the connection ends.
void Connection::refuse_fault(const std::exception_ptr& fault, const Route* route) {
    closing_ = unread_ = true;
    refuse(worker_.state.pipeline.report_fault(request_, fault), route);
}

void Connection::finished(std::uint16_t status, std::size_t out_before, const Route* route) {
    const RequestRecord record{.request = request_,
                               .route = route,
                               .status = status,
                               .bytes = stream_.unsent_bytes() - out_before,
                               .duration_us = now_us() - request_began_us_,
                               .http_minor = parser_ && parser_->is_http_1_0() ? 0 : 1};
    if_possible([&] { worker_.state.observer.finished(record); });
}

ResponseWriter::Ending Connection::ending() const {
    if (closing_) return ResponseWriter::Ending::close;
    return parser_->is_http_1_0() ? ResponseWriter::Ending::keep_open_1_0 : ResponseWriter::Ending::keep_open;
}

void Connection::end_request() {
    scanner_.reset();
    parser_.reset();
    // Its texts are no longer than the head, and stay for the next request where that is short.
    if (head_.capacity() > kKeptBytes) {
        release(request_);
        release(head_);
    } else {
        request_ = Request{};
    }
    body_.clear();
    release_if_large(body_);
    body_share_.give_back();
    stream_.enter(stream_.in.empty() ? Phase::idle : Phase::head);
}

}  // namespace haat::http
