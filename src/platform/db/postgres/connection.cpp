#include "platform/db/postgres/connection.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include <string>
#include <utility>

#include "kernel/clock.hpp"
#include "platform/memory.hpp"

namespace haat::db::postgres {
namespace {

// Under TLS a readiness may stand for a record, of which libpq takes a half at a time.
constexpr int kReadsUnderTls = 3;

Pipeline::Result kind_of(const PGresult* result) {
    if (result == nullptr) return Pipeline::Result::none;
    switch (PQresultStatus(result)) {
        case PGRES_COMMAND_OK:
        case PGRES_TUPLES_OK:
        case PGRES_EMPTY_QUERY:
            return Pipeline::Result::done;
        case PGRES_FATAL_ERROR:
            return Pipeline::Result::error;
        case PGRES_PIPELINE_ABORTED:
            return Pipeline::Result::skipped;
        case PGRES_PIPELINE_SYNC:
            return Pipeline::Result::sync;
        default:
            return Pipeline::Result::other;
    }
}

template <class Exception>
std::exception_ptr failure(std::string_view query, std::string_view why) {
    return std::make_exception_ptr(Exception{std::string{query} + ": " + std::string{why}});
}

}  // namespace

Call::~Call() {
    if (const auto connection = sent_on.lock()) connection->forget(*this);
}

awaitable<> wait_for(Call& call) {
    if (call.done) co_return;
    auto start = [&call](auto handler) { call.resume = std::move(handler); };
    co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(start, use_awaitable);
}

Connection::Connection(asio::io_context& context, Opened opened, Owner& owner)
    : context_{context},
      handle_{std::move(opened.handle)},
      descriptor_{context},
      unique_columns_{std::move(opened.unique_columns)},
      owner_{owner} {}

Connection::~Connection() {
    if (descriptor_.is_open()) descriptor_.release();  // the socket is libpq's
}

void Connection::start() {
    PQsetNoticeReceiver(handle_.get(), on_notice, this);
    if (PQsetnonblocking(handle_.get(), 1) != 0 || PQenterPipelineMode(handle_.get()) != 1)
        return lose(PQerrorMessage(handle_.get()));
    descriptor_.assign(PQsocket(handle_.get()));
    watch_readable();
}

void Connection::on_notice(void* connection, const PGresult*) {
    static_cast<Connection*>(connection)->warned_ = true;
}

bool Connection::is_reusable() const {
    return is_open() && !retired_ && is_idle() && PQtransactionStatus(handle_.get()) == PQTRANS_IDLE;
}

void Connection::check(int sent, const char* what) {
    if (sent != 1) lose(std::string{what} + ": " + PQerrorMessage(handle_.get()));
}

void Connection::send(const Query& query, const Params& params, Call* call) {
    const auto refuse = [&] {
        if (call == nullptr) return;
        call->error = failure<Unreachable>(query.name, "the connection is lost");
        call->done = true;
    };
    if (!is_open()) return refuse();
    arguments_.set(query, params);
    Prepared& statement = prepared(query, params, call != nullptr && group_end_posted_);
    if (!is_open()) return refuse();
    // What libpq has is known here, whatever fails in between: else the next results would be somebody
    // else's.
    pipeline_.statement(call, statement);
    if (call != nullptr) call->sent_on = weak_from_this();
    if (waiting_since_ms_ == 0) waiting_since_ms_ = steady_ms();
    check(PQsendQueryPrepared(handle_.get(), statement.name.c_str(), arguments_.count(), arguments_.values(),
                              arguments_.lengths(), arguments_.formats(), 0),
          "cannot send");
}

void Connection::forget(const Call& call) noexcept {
    pipeline_.forget(&call);
    Call* others = std::exchange(first_finished_, nullptr);
    last_finished_ = nullptr;
    while (others != nullptr) {
        Call* next = std::exchange(others->next_finished, nullptr);
        if (others != &call) finish(*others);
        others = next;
    }
}

Prepared& Connection::prepared(const Query& query, const Params& params, bool shares_group) {
    Prepared*& known = by_query_[&query];
    if (known == nullptr || !fits(known->types, params)) {
        auto types =
            types_of(known == nullptr ? std::vector<std::uint32_t>{} : known->types, params, query.postgres);
        known = &statements_.emplace_back(
            Prepared{.name = "s" + std::to_string(statements_.size()), .types = std::move(types)});
    }
    if (known->state == Prepared::State::unknown) {
        // In a group of its own, so that no other statement's error undoes it.
        if (shares_group && pipeline_.is_open()) end_group();
        if (!is_open()) return *known;
        const std::string text{query.postgres};
        pipeline_.prepare(*known);
        check(PQsendPrepare(handle_.get(), known->name.c_str(), text.c_str(),
                            static_cast<int>(known->types.size()), known->types.data()),
              "cannot prepare");
        if (!is_open()) return *known;
        if (shares_group) end_group();
    }
    return *known;
}

void Connection::end_group() {
    if (!is_open()) return;
    pipeline_.sync();
    check(PQpipelineSync(handle_.get()), "cannot sync");
    if (is_open()) flush();
}

void Connection::send_alone(Call& call) {
    if (pipeline_.is_open()) end_group();
    send(call);
    end_group();
}

void Connection::end_group_soon() {
    if (group_end_posted_ || !is_open()) return;
    auto end = [self = shared_from_this()] {
        self->group_end_posted_ = false;
        try {
            if (self->pipeline_.is_open()) self->end_group();
        } catch (const std::exception& fault) {  // no memory: the server would hold the answers back
            self->lose(fault.what());
        }
    };
    asio::post(context_, std::move(end));
    group_end_posted_ = true;
}

void Connection::flush() {
    pipeline_.flushed();
    const int left = PQflush(handle_.get());
    if (left < 0) return lose(PQerrorMessage(handle_.get()));
    if (left > 0 && !writing_) watch_writable();
}

void Connection::watch_readable() {
    auto ready = [self = shared_from_this()](boost::system::error_code error) {
        if (!error && self->is_open()) self->on_readable();
    };
    descriptor_.async_wait(Descriptor::wait_read, std::move(ready));
}

void Connection::watch_writable() {
    auto ready = [self = shared_from_this()](boost::system::error_code error) {
        self->writing_ = false;
        if (!error && self->is_open()) self->flush();
    };
    descriptor_.async_wait(Descriptor::wait_write, std::move(ready));
    writing_ = true;
}

void Connection::on_readable() {
    const auto self = shared_from_this();
    try {
        read();
    } catch (const std::exception& fault) {  // no memory: a result is lost, or would not be waited for
        lose(fault.what());
    }
    resume_finished();
    if (!is_open() || !pipeline_.is_empty()) return;
    if (retired_) return lose("retired");
    owner_.on_idle(*this);
}

void Connection::read() {
    const int reads = PQsslInUse(handle_.get()) == 1 ? kReadsUnderTls : 1;
    for (int i = 0; i < reads && is_open(); ++i) {
        if (PQconsumeInput(handle_.get()) != 1) {
            take_results();  // what came before the end
            return lose(PQerrorMessage(handle_.get()));
        }
        take_results();
    }
    if (is_open()) watch_readable();
}

void Connection::take_results() {
    while (is_open() && !pipeline_.is_empty() && PQisBusy(handle_.get()) == 0) {
        const ResultHandle result{PQgetResult(handle_.get())};
        take_result(result.get());
        if (!is_open() || !pipeline_.is_broken()) continue;
        const bool is_gone = PQstatus(handle_.get()) == CONNECTION_BAD;
        return lose(is_gone ? PQerrorMessage(handle_.get()) : "results that fit no statement");
    }
}

void Connection::take_result(PGresult* result) {
    const auto kind = kind_of(result);
    const bool is_error = kind == Pipeline::Result::error;
    // An error without a code is libpq's own and no answer: who waits must not take it for the server's.
    if (is_error && PQresultErrorField(result, PG_DIAG_SQLSTATE) == nullptr)
        return lose(PQresultErrorMessage(result));
    const auto answer = pipeline_.on_result(kind, is_error ? error_of(result) : nullptr);
    waiting_since_ms_ = pipeline_.is_empty() ? 0 : steady_ms();
    if (answer) settle(*answer, result);
    if (kind == Pipeline::Result::sync) warned_ = false;
}

void Connection::settle(const Pipeline::Answer& answer, PGresult* result) {
    Call& call = *answer.call;
    try {
        fill(call, answer, result);
    } catch (const std::exception&) {  // no memory for it: that one's alone
        call.error = std::current_exception();
        call.is_uncertain = true;
    }
    finish(call);
}

void Connection::fill(Call& call, const Pipeline::Answer& answer, PGresult* result) {
    using Outcome = Pipeline::Outcome;
    switch (answer.outcome) {
        case Outcome::done:
            call.rows = rows_of(result);
            call.committed = !warned_ && std::string_view{PQcmdStatus(result)} == "COMMIT";
            break;
        case Outcome::failed:
            call.error = to_exception(*answer.error, call.query.name, *unique_columns_);
            call.is_conflict = answer.error->sqlstate == "40001" || answer.error->sqlstate == "40P01";
            call.is_uncertain = ends_session(*answer.error);
            retired_ = retired_ || spoils_connection(*answer.error);
            break;
        case Outcome::skipped:
            call.was_skipped = true;
            call.error = failure<Unavailable>(call.query.name, "skipped after another statement failed");
            break;
        case Outcome::not_sent:
            call.error = failure<Unreachable>(call.query.name, "the connection was lost before it was sent");
            break;
        case Outcome::unknown:
            call.is_uncertain = true;
            call.error = failure<Unreachable>(call.query.name, "the connection was lost: " + reason_);
            break;
    }
}

void Connection::finish(Call& call) noexcept {
    (last_finished_ == nullptr ? first_finished_ : last_finished_->next_finished) = &call;
    last_finished_ = &call;
}

Call* Connection::take_finished() noexcept {
    Call* call = first_finished_;
    if (call == nullptr) return nullptr;
    first_finished_ = std::exchange(call->next_finished, nullptr);
    if (first_finished_ == nullptr) last_finished_ = nullptr;
    call->sent_on.reset();
    return call;
}

void Connection::resume_finished() {
    // Who goes on may send and wait again, and so finish further calls.
    while (Call* call = take_finished()) {
        call->done = true;  // not before: until then the coroutine waits, and its frame stays
        auto resume = std::move(call->resume);
        try {
            if (resume) resume();
        } catch (const std::exception&) {
            continue;  // it found no memory to go on, and is gone; the others are not
        }
    }
}

void Connection::lose(const std::string& reason) {
    if (!is_open()) return;
    const auto self = shared_from_this();
    if_possible([&] { reason_ = reason.substr(0, reason.find('\n')); });
    if (descriptor_.is_open()) descriptor_.release();
    handle_.reset();
    waiting_since_ms_ = 0;
    while (const auto answer = pipeline_.next_lost()) settle(*answer, nullptr);
    if (first_finished_ != nullptr)
        surely([&] { asio::post(context_, [self] { self->resume_finished(); }); });
    owner_.on_lost(*this);
}

void Connection::abandon() {
    if (is_open()) {
        if (descriptor_.is_open()) descriptor_.release();
        handle_.reset();
        while (const auto answer = pipeline_.next_lost()) finish(*answer->call);
    }
    while (Call* call = take_finished()) {
        const auto destroyed = std::move(call->resume);
    }
}

}  // namespace haat::db::postgres
