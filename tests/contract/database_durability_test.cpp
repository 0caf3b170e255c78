// What is acknowledged survives a kill, whenever it comes.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include "platform/db/sqlite/sqlite_database.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/run_one.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace haat::db {
namespace {

constexpr int kKills = 20;
constexpr int kWriters = 4;

constexpr std::array kTables{
    Migration{.number = 1,
              .title = "numbers",
              .engine = MigrationEngine::both,
              .sql = "CREATE TABLE numbers (number BIGINT PRIMARY KEY, half BIGINT NOT NULL);\n"
                     "CREATE TABLE halves (number BIGINT PRIMARY KEY);\n"}};

constexpr Query kInsertNumber{"test.insert_number", "INSERT INTO numbers (number, half) VALUES ($1, $2)"};
constexpr Query kInsertHalf{"test.insert_half", "INSERT INTO halves (number) VALUES ($1)"};
constexpr Query kNumbers{"test.numbers", "SELECT number FROM numbers"};
constexpr Query kTorn{"test.torn",
                      "SELECT (SELECT count(*) FROM numbers) - (SELECT count(*) FROM halves), "
                      "(SELECT count(*) FROM numbers WHERE half NOT IN (SELECT number FROM halves))"};
constexpr Query kCheck{"test.check", "PRAGMA integrity_check"};
constexpr Query kSynchronous{"test.synchronous", "PRAGMA synchronous"};

awaitable<Result<bool>> add_number(Transaction& tx, std::int64_t number) {
    co_await tx.run(kInsertNumber, number, number);
    co_await tx.run(kInsertHalf, number);
    co_return true;
}

Rows query(Database& db, const Query& what) {
    auto body = [&](Session& session) { return run_one(session, what); };
    return run_sync(db.read(body));
}

// In a child: commits numbers and says each, once it is acknowledged, until it is killed.
[[noreturn]] void commit_for_ever(const std::string& path, std::int64_t first, int acknowledged) {
    try {
        const auto db = open_sqlite({.path = path});
        std::vector<std::jthread> writers;
        for (int w = 0; w < kWriters; ++w) {
            writers.emplace_back([&db, first, w, acknowledged] {
                for (std::int64_t number = first + w;; number += kWriters) {
                    auto body = [=](Transaction& tx) { return add_number(tx, number); };
                    if (!run_sync(db->transact(body))) ::_exit(1);
                    if (::write(acknowledged, &number, sizeof number) != sizeof number) ::_exit(1);
                }
            });
        }
        for (;;) ::pause();
    } catch (...) {
        ::_exit(1);
    }
}

// Everything that the child says until it is gone.
void read_all(int from, std::set<std::int64_t>& numbers) {
    std::int64_t number = 0;
    while (::read(from, &number, sizeof number) == sizeof number) numbers.insert(number);
}

TEST(DatabaseDurability, LosesNothingAcknowledgedAndTearsNoTransactionWhenKilled) {
    const contract::ScratchFolder folder;
    const std::string path = folder.file("test.db");
    migrate_sqlite(path, kTables);
    const auto seed = std::random_device{}();
    std::minstd_rand random{seed};
    SCOPED_TRACE("seed " + std::to_string(seed));

    std::set<std::int64_t> acknowledged;
    for (int kill = 0; kill < kKills; ++kill) {
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        const auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) commit_for_ever(path, kill * 1'000'000LL, ends[1]);
        ::close(ends[1]);
        std::int64_t number = 0;
        ASSERT_EQ(::read(ends[0], &number, sizeof number), static_cast<ssize_t>(sizeof number))
            << "it is at work";
        acknowledged.insert(number);
        std::this_thread::sleep_for(std::chrono::microseconds{random() % 20'000});
        ::kill(child, SIGKILL);
        read_all(ends[0], acknowledged);
        ::close(ends[0]);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    }
    const auto db = open_sqlite({.path = path});
    const Rows rows = query(*db, kNumbers);
    std::set<std::int64_t> kept;
    for (std::size_t i = 0; i < rows.size(); ++i) kept.insert(rows[i].int64(0));
    EXPECT_TRUE(std::ranges::includes(kept, acknowledged));
    EXPECT_GE(acknowledged.size(), static_cast<std::size_t>(kKills));
    const Rows torn = query(*db, kTorn);
    EXPECT_EQ(torn.front().int64(0), 0);
    EXPECT_EQ(torn.front().int64(1), 0);
    EXPECT_EQ(query(*db, kCheck).front().text(0), "ok");
    RecordProperty("acknowledged", static_cast<int>(acknowledged.size()));
}

awaitable<Result<std::int64_t>> synchronous(Transaction& tx) {
    const Rows rows = co_await tx.run(kSynchronous);
    co_return rows.front().int64(0);
}

// A kill cannot tell: what is written is the kernel's then. When the power goes out, it has to be on disk.
TEST(DatabaseDurability, ACommitIsOnDiskBeforeItIsReported) {
    constexpr std::int64_t kFull = 2;
    const contract::ScratchFolder folder;
    const auto db = open_sqlite({.path = folder.file("haat.db")});
    auto body = [](Transaction& tx) { return synchronous(tx); };
    EXPECT_EQ(run_sync(db->transact(body)), kFull);
}

}  // namespace
}  // namespace haat::db
