#include "platform/db/sqlite/writer.hpp"

#include <pthread.h>

#include "kernel/clock.hpp"
#include "platform/db/sqlite/session.hpp"
#include "platform/fail_point.hpp"
#include "platform/handoff.hpp"

namespace haat::db::sqlite {
namespace {

// Prepared once, as all statements are: parsing them each time was a tenth of a small transaction.
constexpr Query kBegin{"transaction.begin", "BEGIN IMMEDIATE"};
constexpr Query kCommit{"transaction.commit", "COMMIT"};
constexpr Query kRollBack{"transaction.roll_back", "ROLLBACK"};
constexpr Query kBeginJob{"transaction.begin_job", "SAVEPOINT job"};
constexpr Query kUndoJob{"transaction.undo_job", "ROLLBACK TO job"};
constexpr Query kEndJob{"transaction.end_job", "RELEASE job"};

}  // namespace

class Writer::SqliteTransaction final : public Transaction {
public:
    SqliteTransaction(Connection& connection, const Observe& observe)
        : connection_{connection}, observe_{observe} {}
    awaitable<Rows> execute(const Query& query, Params params) override {
        fail_point("statement");
        Rows rows = run_observed(connection_, observe_, query, params);
        fail_point("statement.done");
        co_return rows;
    }
    void committed() { move_topics(); }

    bool wants_commit = false;

private:
    Connection& connection_;
    const Observe& observe_;
};

Writer::Writer(const std::string& path, const Observe& observe)
    : connection_{path, Mode::read_write}, observe_{observe}, thread_{[this] { work(); }} {}

Writer::~Writer() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
}

std::size_t Writer::queued() const {
    const std::lock_guard lock{mutex_};
    return queue_.size();
}

bool Writer::enqueue(Job job) {
    {
        const std::lock_guard lock{mutex_};
        if (queue_.size() >= kMaxQueued) return false;
        queue_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
}

awaitable<> Writer::transact(const Body& body) {
    std::exception_ptr error;
    auto submit = [this, &body, &error](const Resume& resume) {
        const bool queued =
            enqueue({.body = &body, .queued_at_ms = steady_ms(), .error = &error, .resume = resume});
        if (queued) return;
        error = std::make_exception_ptr(Unavailable{"too many transactions wait for the writer"});
        resume();
    };
    co_await handoff(submit);
    if (error) std::rethrow_exception(error);
}

void Writer::work() {
    pthread_setname_np(pthread_self(), "haat-writer");
    std::vector<Job> batch;
    batch.reserve(kMaxBatch);  // where memory runs out, the thread has to go on
    for (;;) {
        take_batch(batch);
        if (batch.empty()) return;
        run_batch(batch);
    }
}

void Writer::take_batch(std::vector<Job>& batch) {
    batch.clear();
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    while (!queue_.empty() && batch.size() < kMaxBatch) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
}

void Writer::run_batch(std::vector<Job>& batch) {
    try {
        std::deque<SqliteTransaction> transactions;
        connection_.run(kBegin, {});
        for (Job& job : batch) {
            run_job(job, transactions.emplace_back(connection_, observe_));
            // A full disk makes the engine roll back everything, the jobs before this one included.
            if (!connection_.in_transaction()) throw Unavailable{"the database gave up the transaction"};
        }
        fail_point("commit");
        connection_.run(kCommit, {});
        crash_point("committed");
        for (auto& tx : transactions) {
            if (tx.wants_commit) tx.committed();
        }
    } catch (...) {
        const std::exception_ptr fault = std::current_exception();
        roll_back();
        for (const Job& job : batch) {
            if (!*job.error) *job.error = fault;
        }
    }
    crash_point("answer");
    for (const Job& job : batch) job.resume();
}

// Where that fails, the next BEGIN does too, and rolls back again: the thread must go on.
void Writer::roll_back() noexcept {
    try {
        if (connection_.in_transaction()) connection_.run(kRollBack, {});
    } catch (const std::exception&) {
        return;
    }
}

void Writer::run_job(Job& job, SqliteTransaction& tx) {
    if (steady_ms() - job.queued_at_ms > Database::kMaxWaitMs) {
        *job.error = std::make_exception_ptr(Unavailable{"waited too long for the writer"});
        return;
    }
    connection_.run(kBeginJob, {});
    try {
        tx.wants_commit = runner_.run((*job.body)(tx));
    } catch (...) {
        *job.error = std::current_exception();
    }
    if (!connection_.in_transaction()) return;
    if (!tx.wants_commit) connection_.run(kUndoJob, {});
    connection_.run(kEndJob, {});
}

}  // namespace haat::db::sqlite
