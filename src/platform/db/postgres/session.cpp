#include "platform/db/postgres/session.hpp"

#include <chrono>
#include <utility>

#include "kernel/clock.hpp"
#include "platform/fail_point.hpp"

namespace haat::db::postgres {
namespace {

constexpr Query kBegin{"db.begin", "BEGIN"};
constexpr Query kBeginSnapshot{"db.begin_read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
constexpr Query kLimitScan{"db.limit_scan", "SET LOCAL statement_timeout = 2000"};
constexpr Query kCommit{"db.commit", "COMMIT"};
static_assert(Database::kMaxScanMs == 2'000);

class Stopwatch {
public:
    [[nodiscard]] std::int64_t nanoseconds() const {
        return std::chrono::nanoseconds{std::chrono::steady_clock::now() - begin_}.count();
    }

private:
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

LeasedTransaction::LeasedTransaction(const Pool::Lease& connection, Kind kind, const Observe& observe)
    : connection_{connection},
      kind_{kind},
      observe_{observe},
      until_ms_{steady_ms() + Database::kMaxScanMs} {}

void LeasedTransaction::begin() {
    begun_ = true;
    connection_->send(kind_ == Kind::read_write ? kBegin : kBeginSnapshot);
    if (kind_ == Kind::scan) connection_->send(kLimitScan);
}

awaitable<Rows> LeasedTransaction::execute(const Query& query, Params params) {
    if (failure_) std::rethrow_exception(failure_);
    if (kind_ == Kind::scan && steady_ms() > until_ms_)
        throw TimedOut{std::string{query.name} + ": the scan takes too long"};
    const Stopwatch time;
    Call call{query, params};
    pass("statement");
    if (!begun_) begin();
    connection_->send(call);
    connection_->end_group();
    co_await wait_for(call);
    observe_(query, time.nanoseconds());
    if (call.error) {
        failure_ = call.error;
        met_conflict_ = call.is_conflict;
        std::rethrow_exception(call.error);
    }
    pass("statement.done");
    co_return std::move(call.rows);
}

// As in the embedded engine: of what writes only.
void LeasedTransaction::pass(std::string_view point) const {
    if (kind_ == Kind::read_write) fail_point(point);
}

awaitable<> LeasedTransaction::commit() {
    if (failure_) std::rethrow_exception(failure_);
    if (begun_) {
        const Params none;
        Call call{kCommit, none};
        pass("commit");
        connection_->send(call);
        connection_->end_group();
        crash_point("commit.sent");
        co_await wait_for(call);
        met_conflict_ = call.is_conflict;
        if (call.is_uncertain || (!call.error && !call.committed))
            throw CommitUncertain{
                "the transaction may have been committed, or not: its COMMIT was not confirmed"};
        if (call.error) std::rethrow_exception(call.error);
        crash_point("committed");
    }
    move_topics();
}

void LeasedTransaction::end_reading() {
    if (!begun_ || failure_ || !connection_->is_open()) return;
    connection_->send(kCommit);
    connection_->end_group();
}

awaitable<Rows> SharedStatement::execute(const Query& query, Params params) {
    if (std::exchange(used_, true))
        throw StatementError{std::string{query.name} + ": a second statement in read_one"};
    const Stopwatch time;
    Call call{query, params};
    co_await pool_.run_shared(call);
    observe_(query, time.nanoseconds());
    co_return std::move(call.rows);
}

}  // namespace haat::db::postgres
