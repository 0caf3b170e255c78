#include "platform/jobs/outbox_store.hpp"

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/jobs/tests/outbox_fixture.hpp"

namespace haat::jobs {
namespace {

constexpr db::Query kState{"test.state",
                           "SELECT state, attempts, payload, last_error, settled_at FROM outbox_events"};
constexpr db::Query kCount{"test.count", "SELECT count(*) FROM outbox_events"};

class OutboxStoreTest : public testing::Test {
protected:
    OutboxFixture outbox;
    OutboxStore store{*outbox.database};

    std::optional<Lease> lease() { return run_sync(store.lease_next(Timestamp::now())); }
    bool settle(const Lease& lease, EventState state, std::int64_t delay_ms = 0) {
        const auto now = Timestamp::now();
        const Settlement settlement{.state = state,
                                    .attempts = lease.event.attempts + 1,
                                    .next_at = now + delay_ms,
                                    .last_error = state == EventState::done ? "" : "refused"};
        return run_sync(store.settle(lease, settlement, now));
    }
};

TEST_F(OutboxStoreTest, HandsOutWhatWasPublishedOldestFirst) {
    EXPECT_FALSE(lease());
    outbox.publish("test.first", R"({"n":1})");
    set_clock_offset_ms(5);
    outbox.publish("test.second", "2");
    const auto first = lease();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->event.kind, "test.first");
    EXPECT_EQ(first->event.payload, R"({"n":1})");
    EXPECT_EQ(first->event.attempts, 0);
    EXPECT_GT(first->event.created_at.ms, 0);
    EXPECT_EQ(lease()->event.kind, "test.second");
    EXPECT_FALSE(lease());
}

TEST_F(OutboxStoreTest, KnowsNothingOfWhatWasRolledBack) {
    outbox.publish("test.happened", "{}", false);
    EXPECT_FALSE(lease());
    EXPECT_EQ(outbox.topic.version(), 0U);
    outbox.publish("test.happened", "{}");
    EXPECT_EQ(outbox.topic.version(), 1U);
    EXPECT_TRUE(lease());
}

TEST_F(OutboxStoreTest, HandsOutAgainWhatAWorkerDiedWith) {
    outbox.publish("test.happened", "{}");
    const auto first = lease();
    ASSERT_TRUE(first);
    set_clock_offset_ms(kLeaseMs - 1'000);
    EXPECT_FALSE(lease());
    set_clock_offset_ms(kLeaseMs + 1'000);
    const auto second = lease();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->event.id, first->event.id);
    EXPECT_EQ(second->event.attempts, 0);
}

TEST_F(OutboxStoreTest, WipesThePayloadOfWhatIsDone) {
    outbox.publish("test.happened", "secret");
    EXPECT_TRUE(settle(*lease(), EventState::done));
    const auto rows = outbox.query(kState);
    EXPECT_EQ(rows.front().int64(0), 1);
    EXPECT_EQ(rows.front().int64(1), 1);
    EXPECT_EQ(rows.front().text(2), "");
    EXPECT_TRUE(rows.front().is_null(3));
    EXPECT_FALSE(rows.front().is_null(4));
    set_clock_offset_ms(kDayMs);
    EXPECT_FALSE(lease());
}

TEST_F(OutboxStoreTest, WipesThePayloadOfWhatIsGivenUpAndKeepsTheReason) {
    outbox.publish("test.happened", "secret");
    EXPECT_TRUE(settle(*lease(), EventState::failed));
    const auto rows = outbox.query(kState);
    EXPECT_EQ(rows.front().int64(0), 2);
    EXPECT_EQ(rows.front().text(2), "");
    EXPECT_EQ(rows.front().text(3), "refused");
    set_clock_offset_ms(kDayMs);
    EXPECT_FALSE(lease());
}

TEST_F(OutboxStoreTest, BringsBackARetryWhenItsTimeHasCome) {
    outbox.publish("test.happened", "{}");
    const auto first = lease();
    EXPECT_TRUE(settle(*first, EventState::due, 30'000));
    EXPECT_FALSE(lease());
    set_clock_offset_ms(31'000);
    const auto second = lease();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->event.id, first->event.id);
    EXPECT_EQ(second->event.attempts, 1);
    EXPECT_EQ(second->event.payload, "{}");
}

TEST_F(OutboxStoreTest, LetsWhoLostTheLeaseSayDoneAndNothingElse) {
    outbox.publish("test.happened", "{}");
    const auto lost = lease();
    set_clock_offset_ms(kLeaseMs + 1);
    const auto held = lease();
    ASSERT_TRUE(held);
    EXPECT_FALSE(settle(*lost, EventState::failed));
    EXPECT_FALSE(settle(*lost, EventState::due));
    EXPECT_TRUE(settle(*lost, EventState::done));
    EXPECT_FALSE(settle(*held, EventState::failed));
    EXPECT_EQ(outbox.query(kState).front().int64(0), 1);
}

TEST_F(OutboxStoreTest, HandsOutEachEventToOneOnly) {
    constexpr int kEvents = 60;
    for (int i = 0; i < kEvents; ++i) outbox.publish("test.happened", "{}");
    std::mutex mutex;
    std::map<std::string, int> times;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (auto held = lease(); held; held = lease()) {
                const std::lock_guard lock{mutex};
                ++times[held->event.id.str()];
            }
        });
    }
    threads.clear();
    EXPECT_EQ(times.size(), static_cast<std::size_t>(kEvents));
    for (const auto& [id, count] : times) EXPECT_EQ(count, 1) << id;
}

TEST_F(OutboxStoreTest, DeletesOldSettledEventsInBatches) {
    constexpr int kSettled = OutboxStore::kSweepBatch + 5;
    for (int i = 0; i < kSettled; ++i) outbox.publish("test.happened", "{}");
    for (int i = 0; i < kSettled; ++i) settle(*lease(), i % 2 == 0 ? EventState::done : EventState::failed);
    outbox.publish("test.waits", "{}");
    const auto later = Timestamp::now() + kDayMs;
    EXPECT_EQ(run_sync(store.sweep(Timestamp::now() - kDayMs)), 0);
    EXPECT_EQ(run_sync(store.sweep(later)), OutboxStore::kSweepBatch);
    EXPECT_EQ(run_sync(store.sweep(later)), 5);
    EXPECT_EQ(run_sync(store.sweep(later)), 0);
    EXPECT_EQ(outbox.query(kCount).front().int64(0), 1);
    EXPECT_EQ(lease()->event.kind, "test.waits");
}

TEST_F(OutboxStoreTest, CountsWhatIsPromised) {
    auto backlog = run_sync(store.backlog(Timestamp::now()));
    EXPECT_EQ(backlog.due, 0);
    EXPECT_EQ(backlog.oldest_age_ms, 0);
    outbox.publish("test.happened", "{}");
    outbox.publish("test.happened", "{}");
    settle(*lease(), EventState::due, kHourMs);
    set_clock_offset_ms(10'000);
    backlog = run_sync(store.backlog(Timestamp::now()));
    EXPECT_EQ(backlog.due, 2);
    EXPECT_GE(backlog.oldest_age_ms, 10'000);
    EXPECT_LT(backlog.oldest_age_ms, 60'000);
}

TEST_F(OutboxStoreTest, RefusesWhatTheTableDoesNotTake) {
    EXPECT_THROW(outbox.publish("", "{}"), db::ConstraintViolation);
    EXPECT_THROW(outbox.publish("test.happened", std::string(16'385, 'x')), db::ConstraintViolation);
}

}  // namespace
}  // namespace haat::jobs
