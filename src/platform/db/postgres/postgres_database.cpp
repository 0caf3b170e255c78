#include "platform/db/postgres/postgres_database.hpp"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "platform/crypto/random.hpp"
#include "platform/db/postgres/change_log.hpp"
#include "platform/db/postgres/session.hpp"
#include "platform/fail_point.hpp"
#include "platform/handoff.hpp"
#include "platform/observe/log.hpp"

namespace haat::db {
namespace {

using postgres::LeasedTransaction;
using postgres::Pool;
using postgres::SharedStatement;

constexpr int kMaxRuns = 4;  // of a transaction that meets others
constexpr std::uint32_t kMaxPauseBetweenRunsMs = 20;
constexpr int kFirstConnectS = 5;
constexpr std::size_t kBesideThePool = 3;               // the follower's, and two while a node starts
constexpr std::int64_t kSilenceAfterTimeoutMs = 1'000;  // the server's own time-out comes first
constexpr std::int64_t kIdleInTransactionMs = 60'000;   // a body waits for nothing else
constexpr Query kPing{"db.ping", "SELECT 1"};

// The pools of a context: they end with it, on the thread that destroys it.
class Pools final : public asio::execution_context::service {
public:
    using key_type = Pools;
    inline static asio::execution_context::id id;

    explicit Pools(asio::execution_context& context) : service{context} {}

    void add(const Database* database, std::unique_ptr<Pool> pool) {
        pools_.emplace_back(database, std::move(pool));
    }
    [[nodiscard]] Pool* of(const Database* database) const {
        for (const auto& [owner, pool] : pools_) {
            if (owner == database) return pool.get();
        }
        return nullptr;
    }

private:
    void shutdown() override { pools_.clear(); }

    std::vector<std::pair<const Database*, std::unique_ptr<Pool>>> pools_;
};

postgres::PoolLimits limits_of(const PostgresOptions& options) {
    const std::size_t each =
        std::max<std::size_t>(2, options.connections / std::max<std::size_t>(1, options.attached + 1));
    return {.shared = 1,
            .exclusive = each - 1,
            .scans = std::max<std::size_t>(1, (each - 1) / 2),
            .max_silence_ms = options.statement_timeout_ms + kSilenceAfterTimeoutMs};
}

class PostgresEngine final : public PostgresDatabase {
public:
    explicit PostgresEngine(PostgresOptions options)
        : options_{std::move(options)},
          target_{options_.url, options_.password_file, !options_.is_replica},
          connector_{context_,
                     target_,
                     {.statement_timeout_ms = options_.statement_timeout_ms,
                      .idle_in_transaction_ms = kIdleInTransactionMs}} {
        attach(context_);
        thread_ = std::jthread{[this] {
            pthread_setname_np(pthread_self(), "haat-pg");
            for (;;) {
                try {
                    context_.run();
                    return;
                } catch (const std::exception&) {
                    continue;  // out of memory for one of those who ask here: the others go on
                }
            }
        }};
    }

    ~PostgresEngine() override {
        keep_running_.reset();
        context_.stop();
    }

    [[nodiscard]] std::string_view engine() const override { return "postgres"; }
    [[nodiscard]] bool is_shared() const override { return true; }

    void attach(asio::io_context& context) override {
        asio::use_service<Pools>(context).add(
            this, std::make_unique<Pool>(context, connector_, limits_of(options_), figures_));
    }

    awaitable<> ping() override {
        auto body = [](Session& session) { return select_one(session); };
        const bool answered = co_await read_one(body);
        HAAT_ASSERT(answered);
    }

    [[nodiscard]] PoolGauges gauges() const override {
        return {.connections = figures_.connections, .in_use = figures_.in_use, .waiting = figures_.waiting};
    }

protected:
    awaitable<> run_transaction(TransactionWork& work) override {
        auto run = [this, &work](Pool& pool) { return transact_on(pool, work); };
        co_await on_a_pool(run);
    }

    awaitable<> run_read(ReadWork& work) override {
        auto run = [this, &work](Pool& pool) {
            return read_on(pool, work, Pool::Purpose::transaction, LeasedTransaction::Kind::snapshot);
        };
        co_await on_a_pool(run);
    }

    awaitable<> run_scan(ReadWork& work) override {
        auto run = [this, &work](Pool& pool) {
            return read_on(pool, work, Pool::Purpose::scan, LeasedTransaction::Kind::scan);
        };
        co_await on_a_pool(run);
    }

    awaitable<> run_read_one(ReadWork& work) override {
        auto run = [this, &work](Pool& pool) { return read_one_on(pool, work); };
        co_await on_a_pool(run);
    }

private:
    enum class Ending : std::uint8_t { done, again };
    struct Outcome {
        Ending ending;
        std::int64_t position = 0;  // of the change that was committed; 0: nothing for other nodes
    };

    static awaitable<bool> select_one(Session& session) {
        const Rows rows = co_await session.run(kPing);
        co_return rows.front().int64(0) == 1;
    }

    // Here if this context has a pool, else on the database's thread.
    template <class Run>
    awaitable<> on_a_pool(Run run) {
        const Executor executor = co_await asio::this_coro::executor;
        auto& context = executor.context();
        Pool* pool = asio::has_service<Pools>(context) ? asio::use_service<Pools>(context).of(this) : nullptr;
        if (pool != nullptr) {
            co_await run(*pool);
            co_return;
        }
        std::exception_ptr error;
        auto submit = [this, &run, &error](Resume resume) {
            auto ended = [&error, resume = std::move(resume)](std::exception_ptr thrown) {
                error = std::move(thrown);
                resume();
            };
            asio::co_spawn(context_, run(*asio::use_service<Pools>(context_).of(this)), std::move(ended));
        };
        co_await handoff(submit);
        if (error) std::rethrow_exception(error);
    }

    awaitable<> transact_on(Pool& pool, TransactionWork& work) {
        for (int run = 1;; ++run) {
            const Outcome outcome = co_await transact_once(pool, work, run == kMaxRuns);
            if (outcome.ending == Ending::done) {
                if (outcome.position > 0) co_await postgres::wait_until_seen(*this, outcome.position);
                crash_point("answer");
                co_return;
            }
            co_await pause_for(std::chrono::milliseconds{1 + crypto::random_below(kMaxPauseBetweenRunsMs)});
        }
    }

    awaitable<Outcome> transact_once(Pool& pool, TransactionWork& work, bool is_last) {
        const Pool::Lease lease = co_await pool.lease(Pool::Purpose::transaction);
        LeasedTransaction tx{lease, LeasedTransaction::Kind::read_write, options_.observe};
        std::int64_t position = 0;
        try {
            const bool wants_commit = co_await work.run(tx);
            if (wants_commit) position = co_await commit(tx);
        } catch (...) {
            if (!tx.met_conflict() || is_last) throw;
        }
        co_return Outcome{.ending = tx.met_conflict() && !is_last ? Ending::again : Ending::done,
                          .position = position};
    }

    static awaitable<std::int64_t> commit(LeasedTransaction& tx) {
        std::int64_t position = 0;
        const std::string change = postgres::change_text(tx.changes());
        if (!change.empty()) position = co_await postgres::append_change(tx, change);
        co_await tx.commit();
        co_return position;
    }

    awaitable<> read_on(Pool& pool, ReadWork& work, Pool::Purpose purpose, LeasedTransaction::Kind kind) {
        const Pool::Lease lease = co_await pool.lease(purpose);
        LeasedTransaction snapshot{lease, kind, options_.observe};
        co_await work.run(snapshot);
        snapshot.end_reading();
    }

    awaitable<> read_one_on(Pool& pool, ReadWork& work) {
        SharedStatement statement{pool, options_.observe};
        co_await work.run(statement);
    }

    const PostgresOptions options_;
    const postgres::Target target_;
    postgres::PoolFigures figures_;
    asio::io_context context_{1};
    asio::executor_work_guard<Executor> keep_running_{context_.get_executor()};
    postgres::Connector connector_;
    std::jthread thread_;  // last: ends first
};

std::string asked(PGconn* connection, const char* sql) {
    const postgres::ResultHandle result{PQexec(connection, sql)};
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK || PQntuples(result.get()) != 1)
        throw std::runtime_error{"PostgreSQL: " + postgres::last_error(connection)};
    return PQgetvalue(result.get(), 0, 0);
}

std::vector<std::string> risks_of(PGconn* connection) {
    std::vector<std::string> risks;
    for (const std::string name : {"fsync", "synchronous_commit", "full_page_writes"}) {
        const std::string ask = "SELECT current_setting('" + name + "')";
        if (asked(connection, ask.c_str()) == "off") risks.push_back(name + " is off");
    }
    return risks;
}

void warn_of_risks(const PostgresOptions& options) {
    const postgres::Target target{options.url, options.password_file};
    for (const auto& risk : risks_of(target.connect(kFirstConnectS).get()))
        observe::log_warn("database_may_lose_data", {{"reason", risk + " on the PostgreSQL server"}});
}

bool is_remote(PGconn* connection) {
    const std::string_view host = PQhost(connection);
    return !host.empty() && !host.starts_with('/') && host != "localhost" && host != "::1" &&
           !host.starts_with("127.");
}

}  // namespace

ServerReport inspect_postgres(const PostgresOptions& options) {
    const postgres::Target target{options.url, options.password_file};
    const auto connection = target.connect(kFirstConnectS);
    postgres::require_session(target, connection.get(), kFirstConnectS);
    ServerReport report;
    report.version = PQparameterStatus(connection.get(), "server_version");
    report.version.resize(std::min(report.version.find(' '), report.version.size()));
    report.is_superuser = asked(connection.get(), "SELECT current_setting('is_superuser')") == "on";
    report.asked_for_password = PQconnectionUsedPassword(connection.get()) == 1;
    report.is_remote = is_remote(connection.get());
    report.is_encrypted = PQsslInUse(connection.get()) == 1;
    report.risks = risks_of(connection.get());
    return report;
}

std::string missing_connections(const PostgresOptions& options) {
    const std::size_t wanted = options.connections + kBesideThePool;
    const postgres::Target target{options.url, options.password_file};
    const auto lent = postgres::try_sessions(target, wanted, kFirstConnectS);
    if (lent.why_no_more.empty()) return {};
    return "only " + std::to_string(lent.count) + " of " + std::to_string(wanted) +
           " connections that a node needs are to be had: " + lent.why_no_more;
}

std::unique_ptr<PostgresDatabase> open_postgres(const PostgresOptions& options) {
    auto database = std::make_unique<PostgresEngine>(options);  // which connects meanwhile
    if (!options.is_replica) warn_of_risks(options);
    return database;
}

}  // namespace haat::db
