#include "platform/jobs/outbox_worker.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "platform/jobs/tests/outbox_fixture.hpp"

namespace haat::jobs {
namespace {

using Outcome = Attempt::Outcome;

constexpr db::Query kHide{"test.hide", "ALTER TABLE outbox_events RENAME TO away"};
constexpr db::Query kShow{"test.show", "ALTER TABLE away RENAME TO outbox_events"};
constexpr db::Query kStateAndAttempts{"test.state", "SELECT state, attempts FROM outbox_events"};

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds{ms}); }

// What handlers saw and the log got, from any thread.
class Record {
public:
    void add(std::string text) {
        const std::lock_guard lock{mutex_};
        texts_.push_back(std::move(text));
        changed_.notify_all();
    }
    // All, once there are so many; fewer after 10 s.
    std::vector<std::string> wait_for(std::size_t count) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, std::chrono::seconds{10}, [&] { return texts_.size() >= count; });
        return texts_;
    }
    std::vector<std::string> all() { return wait_for(0); }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> texts_;
};

class OutboxWorkerTest : public testing::Test {
protected:
    OutboxFixture outbox;
    Record seen;
    Record log;

    OutboxWorker::Log to_log() {
        return [this](std::string_view line) { log.add(std::string{line}); };
    }
    // Notes the payload and says so.
    OutboxWorker::Handler noting(Attempt attempt = {}) {
        return [this, attempt](const Event& event, const std::stop_token&) {
            seen.add(event.payload);
            return attempt;
        };
    }
    void wait_until_settled(OutboxWorker& worker) {
        for (int i = 0; i < 1'000 && run_sync(worker.snapshot()).due != 0; ++i) sleep_ms(10);
    }
};

TEST_F(OutboxWorkerTest, DeliversSoonAfterTheCommit) {
    OutboxWorker worker{*outbox.database, outbox.topic, noting(), to_log()};
    std::int64_t waited_ms = 0;
    for (std::size_t i = 1; i <= 8; ++i) {
        sleep_ms(30 * static_cast<int>(i));
        const auto begin_ms = steady_ms();
        outbox.publish("test.happened", std::to_string(i));
        ASSERT_EQ(seen.wait_for(i).size(), i);
        waited_ms += steady_ms() - begin_ms;
    }
    EXPECT_LT(waited_ms, 8 * 600);  // 8 * 200 on an idle machine; 8 * 1,000 were it by the clock
    wait_until_settled(worker);
    const auto snapshot = run_sync(worker.snapshot());
    EXPECT_EQ(snapshot.due, 0);
    EXPECT_EQ(snapshot.delivered, 8U);
    EXPECT_EQ(snapshot.failed, 0U);
    EXPECT_TRUE(log.all().empty());
}

TEST_F(OutboxWorkerTest, FindsWhatWasPublishedBeforeItsStart) {
    outbox.publish("test.happened", "early");
    const OutboxWorker worker{*outbox.database, outbox.topic, noting(), to_log()};
    EXPECT_EQ(seen.wait_for(1), std::vector<std::string>{"early"});
}

TEST_F(OutboxWorkerTest, FindsWhatAnotherNodePublished) {
    const cache::Topic never_moves;
    const OutboxWorker worker{*outbox.database, never_moves, noting(), to_log()};
    sleep_ms(50);
    outbox.publish("test.happened", "far");
    EXPECT_EQ(seen.wait_for(1), std::vector<std::string>{"far"});
}

TEST_F(OutboxWorkerTest, TriesAgainUnderTheSameId) {
    std::atomic<int> calls{0};
    const auto handler = [&](const Event& event, const std::stop_token&) -> Attempt {
        seen.add(event.id.str() + " " + std::to_string(event.attempts));
        if (++calls == 1) return {.outcome = Outcome::retry, .reason = "busy"};
        return {};
    };
    OutboxWorker worker{*outbox.database, outbox.topic, handler, to_log()};
    outbox.publish("test.happened", "{}");
    const auto tries = seen.wait_for(2);
    ASSERT_EQ(tries.size(), 2U);
    EXPECT_EQ(tries[0].substr(0, 24), tries[1].substr(0, 24));
    EXPECT_EQ(tries[0].substr(24), " 0");
    EXPECT_EQ(tries[1].substr(24), " 1");
    ASSERT_EQ(log.all().size(), 1U);
    EXPECT_NE(log.all()[0].find("attempt 1 of 106, to be tried again: busy"), std::string::npos)
        << log.all()[0];
}

TEST_F(OutboxWorkerTest, GivesUpAndCountsIt) {
    OutboxWorker worker{*outbox.database, outbox.topic, noting({Outcome::give_up, "no such mailbox"}),
                        to_log()};
    outbox.publish("test.happened", "secret");
    seen.wait_for(1);
    wait_until_settled(worker);
    EXPECT_EQ(run_sync(worker.snapshot()).failed, 1U);
    ASSERT_EQ(log.all().size(), 1U);
    EXPECT_NE(log.all()[0].find("given up: no such mailbox"), std::string::npos);
    EXPECT_EQ(log.all()[0].find("secret"), std::string::npos);
}

TEST_F(OutboxWorkerTest, SurvivesAHandlerThatThrowsAndLogsNothingOfIt) {
    const auto handler = [&](const Event&, const std::stop_token&) -> Attempt {
        seen.add("tried");
        throw std::runtime_error{"secret"};
    };
    OutboxWorker worker{*outbox.database, outbox.topic, handler, to_log()};
    outbox.publish("test.happened", "{}");
    EXPECT_GE(seen.wait_for(2).size(), 2U);
    for (const auto& line : log.all()) EXPECT_EQ(line.find("secret"), std::string::npos);
}

TEST_F(OutboxWorkerTest, GoesOnAfterTheDatabaseFailed) {
    outbox.query(kHide);
    OutboxWorker worker{*outbox.database, outbox.topic, noting(), to_log()};
    EXPECT_GE(log.wait_for(2).size(), 2U);  // both threads met it
    outbox.query(kShow);
    outbox.publish("test.happened", "later");
    EXPECT_EQ(seen.wait_for(1), std::vector<std::string>{"later"});
}

TEST_F(OutboxWorkerTest, SettlesLateWhatWasDoneWhileTheDatabaseWasAway) {
    const auto handler = [&](const Event& event, const std::stop_token&) -> Attempt {
        outbox.query(kHide);
        seen.add(event.payload);
        return {};
    };
    OutboxWorker worker{*outbox.database, outbox.topic, handler, to_log(), 1};
    outbox.publish("test.happened", "once");
    seen.wait_for(1);
    EXPECT_GE(log.wait_for(1).size(), 1U);
    outbox.query(kShow);
    wait_until_settled(worker);
    EXPECT_EQ(run_sync(worker.snapshot()).delivered, 1U);
    EXPECT_EQ(seen.all().size(), 1U);
}

TEST_F(OutboxWorkerTest, StopLetsTheAttemptInHandEnd) {
    const auto handler = [&](const Event& event, const std::stop_token&) -> Attempt {
        seen.add(event.payload);
        sleep_ms(300);
        return {};
    };
    OutboxWorker worker{*outbox.database, outbox.topic, handler, to_log()};
    outbox.publish("test.happened", "in hand");
    seen.wait_for(1);
    const auto begin_ms = steady_ms();
    worker.stop();
    EXPECT_LT(steady_ms() - begin_ms, 5'000);
    EXPECT_EQ(outbox.query(kStateAndAttempts).front().int64(0), 1);
    outbox.publish("test.happened", "too late");
    worker.stop();
    EXPECT_EQ(seen.all().size(), 1U);
}

TEST_F(OutboxWorkerTest, StopMayCutAnAttemptShortWithoutCountingIt) {
    const auto handler = [&](const Event& event, const std::stop_token& stop) -> Attempt {
        seen.add(event.payload);
        while (!stop.stop_requested()) sleep_ms(5);
        return {.outcome = Outcome::retry, .reason = "stopping"};
    };
    {
        const OutboxWorker worker{*outbox.database, outbox.topic, handler, to_log()};
        outbox.publish("test.happened", "cut");
        seen.wait_for(1);
    }
    EXPECT_EQ(outbox.query(kStateAndAttempts).front().int64(1), 0);
    const OutboxWorker worker{*outbox.database, outbox.topic, noting(), to_log()};
    EXPECT_EQ(seen.wait_for(2).size(), 2U);  // at once: no lease is left and no delay
}

TEST_F(OutboxWorkerTest, EndsAnIdleWorkerAtOnce) {
    std::int64_t shortest_ms = 1'000;
    for (int i = 0; i < 5; ++i) {
        OutboxWorker worker{*outbox.database, outbox.topic, noting(), to_log()};
        sleep_ms(50);
        const auto begin_ms = steady_ms();
        worker.stop();
        shortest_ms = std::min(shortest_ms, steady_ms() - begin_ms);
    }
    EXPECT_LT(shortest_ms, 150);  // less than one poll
}

}  // namespace
}  // namespace haat::jobs
