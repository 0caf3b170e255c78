#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "platform/jobs/outbox_worker.hpp"
#include "platform/jobs/tests/outbox_fixture.hpp"

namespace haat::jobs {
namespace {

constexpr int kKills = 200;
constexpr int kHappenings = 3'000;

constexpr db::Query kCountDone{"test.count_done", "SELECT count(*) FROM outbox_events WHERE state = 1"};

// Delivers by adding the event's id to a file.
class Delivery {
public:
    explicit Delivery(const std::string& path)
        : fd_{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)} {}
    ~Delivery() { ::close(fd_); }
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    Attempt operator()(const Event& event, const std::stop_token&) const {
        const auto line = event.id.str() + "\n";
        const bool written = ::write(fd_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
        std::this_thread::sleep_for(std::chrono::milliseconds{1});  // done but not settled
        return {.outcome = written ? Attempt::Outcome::done : Attempt::Outcome::retry, .reason = {}};
    }

private:
    int fd_;
};

// In a child: works until it is killed.
[[noreturn]] void work_for_ever(const std::string& database_path, const std::string& delivered_path) {
    try {
        const auto database = db::open_sqlite({.path = database_path});
        const cache::Topic topic;
        const Delivery delivery{delivered_path};
        const auto handler = [&](const Event& event, const std::stop_token& stop) {
            return delivery(event, stop);
        };
        const OutboxWorker worker{*database, topic, handler, [](std::string_view) {}};
        for (;;) ::pause();
    } catch (...) {
        ::_exit(1);
    }
}

std::map<std::string, int> count_lines(const std::string& path) {
    std::map<std::string, int> counts;
    std::ifstream in{path};
    for (std::string line; std::getline(in, line);) ++counts[line];
    return counts;
}

std::uintmax_t size_of(const std::string& path) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(path, missing);
    return missing ? 0 : size;
}

void wait_until_larger(const std::string& path, std::uintmax_t size) {
    for (int i = 0; i < 10'000 && size_of(path) <= size; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

// The promise of the outbox: whatever happens to workers, nothing is lost, and a repetition bears the id of
// the original.
TEST(OutboxCrash, LosesNothingWhenWorkersAreKilled) {
    OutboxFixture outbox;
    outbox.publish_many(kHappenings, "test.happened", "{}");
    outbox.database.reset();  // no connection may cross a fork
    const auto delivered_path = outbox.path() + ".delivered";
    const auto seed = std::random_device{}();
    std::minstd_rand random{seed};
    SCOPED_TRACE("seed " + std::to_string(seed));

    for (int kill = 0; kill < kKills; ++kill) {
        set_clock_offset_ms(kill * (kLeaseMs + 1));  // leases of the dead have ended
        const auto size_before = size_of(delivered_path);
        const auto child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) work_for_ever(outbox.path(), delivered_path);
        wait_until_larger(delivered_path, size_before);  // it is at work
        std::this_thread::sleep_for(
            std::chrono::microseconds{std::uniform_int_distribution{0, 8'000}(random)});
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status)) << "the worker ended by itself";
    }
    ASSERT_LT(count_lines(delivered_path).size(), kHappenings - 10U) << "some kills hit nobody";
    set_clock_offset_ms((kKills + 1) * (kLeaseMs + 1));
    outbox.open();
    {
        const Delivery delivery{delivered_path};
        const auto handler = [&](const Event& event, const std::stop_token& stop) {
            return delivery(event, stop);
        };
        OutboxWorker worker{*outbox.database, outbox.topic, handler, [](std::string_view) {}};
        for (int i = 0; i < 6'000 && run_sync(worker.snapshot()).due != 0; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        }
    }
    EXPECT_EQ(outbox.query(kCountDone).front().int64(0), kHappenings);
    const auto counts = count_lines(delivered_path);
    EXPECT_EQ(counts.size(), static_cast<std::size_t>(kHappenings));
    int repeated = 0;
    for (const auto& [id, count] : counts) repeated += count - 1;
    EXPECT_LE(repeated, 2 * kKills);  // at most what each of two threads had in hand
    RecordProperty("repeated", repeated);
}

}  // namespace
}  // namespace haat::jobs
