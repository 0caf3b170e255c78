// An outbox on a database of its own, for tests.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "platform/db/migrate.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"
#include "platform/jobs/outbox.hpp"
#include "platform/jobs/outbox_store.hpp"
#include "platform/run_sync.hpp"

namespace haat::jobs {

class OutboxFixture {
public:
    OutboxFixture() {
        std::string pattern = std::filesystem::temp_directory_path() / "haat-outbox-XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
        db::migrate_sqlite(path(), db::embedded_migrations());
        open();
    }
    ~OutboxFixture() {
        set_clock_offset_ms(0);
        database.reset();
        std::filesystem::remove_all(folder_);
    }
    OutboxFixture(const OutboxFixture&) = delete;
    OutboxFixture& operator=(const OutboxFixture&) = delete;

    [[nodiscard]] std::string path() const { return folder_ / "haat.db"; }
    void open() { database = db::open_sqlite({.path = path()}); }

    // Publishes in a transaction of its own, and commits it or not.
    void publish(std::string_view kind, std::string_view payload, bool commit = true) {
        const auto body = [&](db::Transaction& tx) { return publish_in(tx, kind, payload, commit); };
        const auto outcome = run_sync(database->transact(body));
        HAAT_ASSERT(outcome.has_value() == commit);
    }

    // All in one transaction.
    void publish_many(int count, std::string_view kind, std::string_view payload) {
        const auto body = [&](db::Transaction& tx) { return publish_many_in(tx, count, kind, payload); };
        HAAT_ASSERT(run_sync(database->transact(body)).has_value());
    }

    db::Rows query(const db::Query& query) {
        const auto body = [&query](db::Transaction& tx) { return run_query(tx, query); };
        return *run_sync(database->transact(body));
    }

    std::unique_ptr<db::Database> database;
    cache::Topic topic;

private:
    awaitable<Result<bool>> publish_in(db::Transaction& tx, std::string_view kind, std::string_view payload,
                                       bool commit) {
        const Outbox outbox{topic};
        co_await outbox.publish(tx, kind, payload);
        if (!commit) co_return fail(ErrorCode::internal);
        co_return true;
    }
    awaitable<Result<bool>> publish_many_in(db::Transaction& tx, int count, std::string_view kind,
                                            std::string_view payload) {
        const Outbox outbox{topic};
        for (int i = 0; i < count; ++i) co_await outbox.publish(tx, kind, payload);
        co_return true;
    }
    static awaitable<Result<db::Rows>> run_query(db::Transaction& tx, const db::Query& query) {
        co_return co_await tx.run(query);
    }

    std::filesystem::path folder_;
};

}  // namespace haat::jobs
