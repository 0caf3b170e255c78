#include "platform/db/sqlite/sqlite_database.hpp"

#include <atomic>
#include <mutex>
#include <vector>

#include "kernel/clock.hpp"
#include "platform/db/sqlite/session.hpp"
#include "platform/db/sqlite/writer.hpp"
#include "platform/jobs/cpu_pool.hpp"

namespace haat::db {
namespace {

using sqlite::Connection;

// A read sees one snapshot: begins it, and ends it on every way out.
class Snapshot {
public:
    explicit Snapshot(Connection& connection) : connection_{connection} { connection_.run(kBegin, {}); }
    ~Snapshot() {
        try {
            connection_.run(kEnd, {});
        } catch (const std::exception&) {
            return;  // nothing was written, and the next BEGIN reports what is wrong
        }
    }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

private:
    static constexpr Query kBegin{"db.begin_read", "BEGIN"};
    static constexpr Query kEnd{"db.end_read", "COMMIT"};
    Connection& connection_;
};

constexpr Query kPing{"db.ping", "SELECT 1"};

class SqliteDatabase final : public Database {
public:
    explicit SqliteDatabase(SqliteOptions options)
        : options_{std::move(options)},
          serial_{next_serial()},
          writer_{options_.path, options_.observe},
          scans_{"haat-scan", options_.scan_threads, options_.max_queued_scans} {}

    [[nodiscard]] std::string_view engine() const override { return "sqlite"; }
    [[nodiscard]] bool is_shared() const override { return false; }

    void attach(asio::io_context&) override {}  // readers belong to threads, and are made when needed

    awaitable<> ping() override {
        reader().run(kPing, {});
        co_return;
    }

protected:
    awaitable<> run_transaction(TransactionWork& work) override {
        const sqlite::Writer::Body body = [&work](Transaction& tx) { return work.run(tx); };
        co_await writer_.transact(body);
    }

    awaitable<> run_read(ReadWork& work) override {
        Connection& connection = reader();
        const Snapshot snapshot{connection};
        sqlite::ReadSession session{connection, options_.observe};
        co_await work.run(session);
    }

    awaitable<> run_read_one(ReadWork& work) override {
        sqlite::OneStatement session{reader(), options_.observe};
        co_await work.run(session);
    }

    awaitable<> run_scan(ReadWork& work) override {
        auto scan = [this, &work] {
            thread_local sqlite::BodyRunner runner;
            reader().set_deadline(steady_ms() + kMaxScanMs);
            runner.run(run_read(work));
            return true;
        };
        co_await scans_.run(scan);
    }

private:
    static std::uint64_t next_serial() {
        static std::atomic<std::uint64_t> last{0};
        return ++last;
    }

    // The calling thread's connection, made at its first read.
    Connection& reader() {
        thread_local std::uint64_t serial = 0;
        thread_local Connection* connection = nullptr;
        if (connection == nullptr || serial != serial_) {
            auto made = std::make_unique<Connection>(options_.path, sqlite::Mode::read_only);
            connection = made.get();
            serial = serial_;
            const std::lock_guard lock{mutex_};
            readers_.push_back(std::move(made));
        }
        return *connection;
    }

    const SqliteOptions options_;
    const std::uint64_t serial_;  // tells this database from others that the thread has read from
    std::mutex mutex_;
    std::vector<std::unique_ptr<Connection>> readers_;
    sqlite::Writer writer_;
    jobs::CpuPool scans_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(SqliteOptions options) {
    Connection{options.path, sqlite::Mode::read_write}.exec("PRAGMA journal_mode = WAL");
    return std::make_unique<SqliteDatabase>(std::move(options));
}

}  // namespace haat::db
