#include "platform/jobs/outbox.hpp"

#include <gtest/gtest.h>

#include "platform/jobs/outbox_store.hpp"

namespace haat::jobs {
namespace {

using Outcome = Attempt::Outcome;

constexpr Timestamp kNow{1'700'000'000'000};

Event event_after(int attempts) {
    Event event;
    event.id = EventId::make();
    event.kind = "test.happened";
    event.attempts = attempts;
    return event;
}

Settlement settle(int attempts_before, const Attempt& attempt, bool stopping = false) {
    return settlement_of(event_after(attempts_before), attempt, stopping, 0.0, kNow);
}

TEST(OutboxBackoff, DoublesFromASecondToAQuarterOfAnHour) {
    EXPECT_EQ(backoff_ms(1, 0), 1'000);
    EXPECT_EQ(backoff_ms(2, 0), 2'000);
    EXPECT_EQ(backoff_ms(10, 0), 512'000);
    EXPECT_EQ(backoff_ms(11, 0), 900'000);
    EXPECT_EQ(backoff_ms(kMaxAttempts, 0), 900'000);
    EXPECT_EQ(backoff_ms(2'000'000'000, 0), 900'000);
}

TEST(OutboxBackoff, TakesWhatIsBelowOneAsOne) {
    EXPECT_EQ(backoff_ms(0, 0), 1'000);
    EXPECT_EQ(backoff_ms(-5, 0), 1'000);
}

TEST(OutboxBackoff, JittersByAFifthAndNoMore) {
    EXPECT_EQ(backoff_ms(1, -1), 800);
    EXPECT_EQ(backoff_ms(1, 1), 1'200);
    EXPECT_EQ(backoff_ms(11, 0.5), 990'000);
    EXPECT_EQ(backoff_ms(11, 100), 1'080'000);
}

TEST(OutboxBackoff, OutlastsAnOutageOfADay) {
    std::int64_t total_ms = 0;
    for (int attempts = 1; attempts < kMaxAttempts; ++attempts) total_ms += backoff_ms(attempts, 0);
    EXPECT_GT(total_ms, kDayMs);
    EXPECT_LT(total_ms, kDayMs + kHourMs);
}

TEST(OutboxSettlement, EndsWhatIsDone) {
    const auto settlement = settle(3, {Outcome::done, "ignored"});
    EXPECT_EQ(settlement.state, EventState::done);
    EXPECT_EQ(settlement.attempts, 4);
    EXPECT_EQ(settlement.last_error, "");
}

TEST(OutboxSettlement, BringsBackWhatMayWorkLater) {
    const auto settlement = settle(1, {Outcome::retry, "timed out"});
    EXPECT_EQ(settlement.state, EventState::due);
    EXPECT_EQ(settlement.attempts, 2);
    EXPECT_EQ(settlement.next_at, kNow + 2'000);
    EXPECT_EQ(settlement.last_error, "timed out");
}

TEST(OutboxSettlement, GivesUpAfterTheLastAttempt) {
    EXPECT_EQ(settle(kMaxAttempts - 2, {Outcome::retry, "no"}).state, EventState::due);
    EXPECT_EQ(settle(kMaxAttempts - 1, {Outcome::retry, "no"}).state, EventState::failed);
}

TEST(OutboxSettlement, GivesUpAtOnceWhatWillNeverWork) {
    const auto settlement = settle(0, {Outcome::give_up, "no such mailbox"});
    EXPECT_EQ(settlement.state, EventState::failed);
    EXPECT_EQ(settlement.last_error, "no such mailbox");
}

TEST(OutboxSettlement, DoesNotCountWhatAStopCutShort) {
    const auto settlement = settle(kMaxAttempts - 1, {Outcome::retry, "stopping"}, true);
    EXPECT_EQ(settlement.state, EventState::due);
    EXPECT_EQ(settlement.attempts, kMaxAttempts - 1);
    EXPECT_EQ(settlement.next_at, kNow);
    EXPECT_EQ(settle(0, {Outcome::give_up, "no"}, true).state, EventState::failed);
    EXPECT_EQ(settle(0, {Outcome::done, ""}, true).state, EventState::done);
}

TEST(OutboxSettlement, KeepsOfAReasonWhatTheTableTakes) {
    const std::string reason = std::string{"a\0b\r\n\xFFz", 7} + std::string(1'000, 'x');
    const auto kept = settle(0, {Outcome::retry, reason}).last_error;
    EXPECT_EQ(kept.substr(0, 7), "a?b???z");
    EXPECT_EQ(kept.size(), kMaxErrorLength);
}

}  // namespace
}  // namespace haat::jobs
