// Every order of results, errors and losses that a connection may meet.
#include "platform/db/postgres/pipeline.hpp"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace haat::db::postgres {
namespace {

using Result = Pipeline::Result;
using Outcome = Pipeline::Outcome;

static_assert(noexcept(std::declval<Pipeline&>().next_lost()), "it is asked where there is no memory");

ErrorPtr error(std::string sqlstate) {
    return std::make_shared<const ServerError>(ServerError{.sqlstate = std::move(sqlstate), .message = "no"});
}

class PostgresPipelineTest : public testing::Test {
protected:
    // A group of one statement, prepared first when it is unknown.
    void send(Call* call, Prepared& prepared) {
        if (prepared.state == Prepared::State::unknown) pipeline_.prepare(prepared);
        pipeline_.statement(call, prepared);
    }
    void send_group(Call* call, Prepared& prepared) {
        send(call, prepared);
        pipeline_.sync();
    }
    void expect_nothing(Result result, const ErrorPtr& why = {}) {
        EXPECT_FALSE(pipeline_.on_result(result, why).has_value());
        EXPECT_FALSE(pipeline_.is_broken());
    }
    void expect(const Call* call, Outcome outcome, Result result, const ErrorPtr& why = {}) {
        const auto answer = pipeline_.on_result(result, why);
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->call, call);
        EXPECT_EQ(answer->outcome, outcome);
        told_ = answer->error;
        expect_nothing(Result::none);
    }
    void expect_lost(const Call* call, Outcome outcome) {
        const auto answer = pipeline_.next_lost();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->call, call);
        EXPECT_EQ(answer->outcome, outcome);
    }
    void prepared_well() {
        expect_nothing(Result::done);
        expect_nothing(Result::none);
    }

    Pipeline pipeline_;
    // Those who wait are only names to the pipeline, so any addresses will do.
    [[nodiscard]] Call* call(std::size_t i) { return reinterpret_cast<Call*>(&places_[i]); }

    std::array<char, 4> places_{};
    Prepared a_{.name = "a"};
    Prepared b_{.name = "b"};
    ErrorPtr told_;
};

TEST_F(PostgresPipelineTest, AStatementIsPreparedOnceAndAnswered) {
    EXPECT_TRUE(pipeline_.is_empty());
    send_group(call(0), a_);
    EXPECT_EQ(a_.state, Prepared::State::sent);
    EXPECT_EQ(pipeline_.in_flight(), 1U);
    prepared_well();
    EXPECT_EQ(a_.state, Prepared::State::ready);
    expect(call(0), Outcome::done, Result::done);
    EXPECT_EQ(pipeline_.in_flight(), 0U);
    EXPECT_FALSE(pipeline_.is_empty()) << "the sync is due";
    expect_nothing(Result::sync);
    EXPECT_TRUE(pipeline_.is_empty());
    send_group(call(1), a_);
    expect(call(1), Outcome::done, Result::done);
    expect_nothing(Result::sync);
    EXPECT_TRUE(pipeline_.is_empty());
}

TEST_F(PostgresPipelineTest, AnswersComeInTheOrderOfTheStatements) {
    for (std::size_t i = 0; i < places_.size(); ++i) send_group(call(i), a_);
    prepared_well();
    for (std::size_t i = 0; i < places_.size(); ++i) {
        expect(call(i), Outcome::done, Result::done);
        expect_nothing(Result::sync);
    }
    EXPECT_TRUE(pipeline_.is_empty());
}

TEST_F(PostgresPipelineTest, AnErrorEndsItsOwnGroupOnly) {
    send_group(call(0), a_);
    send_group(call(1), a_);
    prepared_well();
    expect(call(0), Outcome::failed, Result::error, error("23505"));
    EXPECT_EQ(told_->sqlstate, "23505");
    expect_nothing(Result::sync);
    expect(call(1), Outcome::done, Result::done);
    expect_nothing(Result::sync);
}

TEST_F(PostgresPipelineTest, WhatSharesAGroupWithAnErrorDidNotRun) {
    for (std::size_t i = 0; i < 3; ++i) send(call(i), a_);
    EXPECT_TRUE(pipeline_.is_open());
    pipeline_.sync();
    EXPECT_FALSE(pipeline_.is_open());
    prepared_well();
    expect(call(0), Outcome::done, Result::done);
    expect(call(1), Outcome::failed, Result::error, error("22012"));
    expect(call(2), Outcome::skipped, Result::skipped);
    expect_nothing(Result::sync);
    EXPECT_TRUE(pipeline_.is_empty());
}

TEST_F(PostgresPipelineTest, AStatementFailsWithItsOwnPreparation) {
    send_group(call(0), a_);
    expect_nothing(Result::error, error("42P01"));
    expect_nothing(Result::none);
    EXPECT_EQ(a_.state, Prepared::State::unknown) << "to be prepared again";
    expect(call(0), Outcome::failed, Result::skipped);
    EXPECT_EQ(told_->sqlstate, "42P01");
    expect_nothing(Result::sync);
}

TEST_F(PostgresPipelineTest, OthersInTheGroupOfAFailedPreparationAreSkipped) {
    send(call(0), a_);
    send(call(1), b_);
    pipeline_.sync();
    expect_nothing(Result::error, error("42P01"));
    expect_nothing(Result::none);
    expect(call(0), Outcome::failed, Result::skipped);
    expect_nothing(Result::skipped);  // the other's preparation
    expect_nothing(Result::none);
    EXPECT_EQ(b_.state, Prepared::State::unknown);
    expect(call(1), Outcome::skipped, Result::skipped);
    expect_nothing(Result::sync);
}

TEST_F(PostgresPipelineTest, WhoReliedOnAPreparationThatFailedHearsWhy) {
    send_group(call(0), a_);
    send_group(call(1), a_);  // before the answer to the first
    expect_nothing(Result::error, error("42703"));
    expect_nothing(Result::none);
    expect(call(0), Outcome::failed, Result::skipped);
    expect_nothing(Result::sync);
    send_group(call(2), a_);  // and prepares again, before the second is answered
    expect(call(1), Outcome::failed, Result::error, error("26000"));
    EXPECT_EQ(told_->sqlstate, "42703");
    expect_nothing(Result::sync);
    prepared_well();
    expect(call(2), Outcome::done, Result::done);
    expect_nothing(Result::sync);
    send_group(call(3), a_);
    expect(call(3), Outcome::failed, Result::error, error("26000"));
    EXPECT_EQ(told_->sqlstate, "26000") << "the server forgot a good one";
    EXPECT_EQ(a_.state, Prepared::State::unknown);
}

TEST_F(PostgresPipelineTest, TheFirstStatementFailsWithItsBegin) {
    Prepared begin{.name = "begin", .state = Prepared::State::ready};
    pipeline_.statement(nullptr, begin);
    send_group(call(0), a_);
    EXPECT_EQ(pipeline_.in_flight(), 2U);
    expect_nothing(Result::error, error("25006"));
    expect_nothing(Result::none);
    expect_nothing(Result::skipped);  // the preparation
    expect_nothing(Result::none);
    expect(call(0), Outcome::failed, Result::skipped);
    EXPECT_EQ(told_->sqlstate, "25006");
    expect_nothing(Result::sync);
    EXPECT_TRUE(pipeline_.is_empty());
    EXPECT_EQ(pipeline_.in_flight(), 0U);
}

TEST_F(PostgresPipelineTest, AnErrorInOneGroupIsForgottenInTheNext) {
    Prepared begin{.name = "begin", .state = Prepared::State::ready};
    pipeline_.statement(nullptr, begin);
    pipeline_.sync();
    a_.state = Prepared::State::ready;
    send(call(0), a_);
    send(call(1), a_);
    pipeline_.sync();
    expect_nothing(Result::error, error("25006"));
    expect_nothing(Result::none);
    expect_nothing(Result::sync);
    expect(call(0), Outcome::failed, Result::error, error("22012"));
    expect(call(1), Outcome::skipped, Result::skipped);
}

TEST_F(PostgresPipelineTest, ALossTellsWhatWasSentFromWhatWasNot) {
    send_group(call(0), a_);
    send_group(call(1), a_);
    pipeline_.flushed();
    send(call(2), a_);  // in our own buffer yet
    prepared_well();
    expect(call(0), Outcome::done, Result::done);
    expect_lost(call(1), Outcome::unknown);  // who has an answer keeps it
    expect_lost(call(2), Outcome::not_sent);
    EXPECT_FALSE(pipeline_.next_lost().has_value());
    EXPECT_TRUE(pipeline_.is_empty());
    EXPECT_EQ(pipeline_.in_flight(), 0U);
    EXPECT_TRUE(pipeline_.is_broken());
}

TEST_F(PostgresPipelineTest, AnAnswerIsGivenOnceThoughTheEndOfItWasLost) {
    send_group(call(0), a_);
    pipeline_.flushed();
    prepared_well();
    const auto answer = pipeline_.on_result(Result::done);
    ASSERT_TRUE(answer.has_value());
    EXPECT_FALSE(pipeline_.next_lost().has_value());
}

TEST_F(PostgresPipelineTest, NobodysStatementsEndSilently) {
    Prepared rollback{.name = "rollback", .state = Prepared::State::ready};
    pipeline_.statement(nullptr, rollback);
    pipeline_.sync();
    pipeline_.flushed();
    EXPECT_FALSE(pipeline_.next_lost().has_value());
}

TEST_F(PostgresPipelineTest, WhoIsGoneHearsNothingAndShiftsNobodysAnswer) {
    Prepared ready{.name = "ready", .state = Prepared::State::ready};
    for (std::size_t i = 0; i < 3; ++i) pipeline_.statement(call(i), ready);
    pipeline_.sync();
    pipeline_.forget(call(1));
    EXPECT_EQ(pipeline_.in_flight(), 3U);
    expect(call(0), Outcome::done, Result::done);
    const auto fault = error("23505");
    expect_nothing(Result::error, fault);
    expect_nothing(Result::none);
    expect(call(2), Outcome::skipped, Result::skipped);
    expect_nothing(Result::sync);
    EXPECT_TRUE(pipeline_.is_empty());
}

TEST_F(PostgresPipelineTest, WhoIsGoneIsNotToldOfALoss) {
    Prepared ready{.name = "ready", .state = Prepared::State::ready};
    pipeline_.statement(call(0), ready);
    pipeline_.statement(call(1), ready);
    pipeline_.forget(call(0));
    expect_lost(call(1), Outcome::not_sent);
    EXPECT_FALSE(pipeline_.next_lost().has_value());
}

// What must not be taken for anything else: a result too many would shift all that follow to other callers.
TEST_F(PostgresPipelineTest, ResultsThatDoNotFitBreakIt) {
    const auto broken_by = [](const std::vector<Result>& results) {
        Pipeline pipeline;
        Prepared prepared{.name = "p", .state = Prepared::State::ready};
        char place = 0;
        pipeline.statement(reinterpret_cast<Call*>(&place), prepared);
        pipeline.sync();
        for (const Result result : results) {
            if (pipeline.is_broken()) return false;  // earlier than meant
            static_cast<void>(pipeline.on_result(result, error("00000")));
        }
        return pipeline.is_broken();
    };
    EXPECT_TRUE(broken_by({Result::sync})) << "a sync before the answer";
    EXPECT_TRUE(broken_by({Result::none})) << "an end before the answer";
    EXPECT_TRUE(broken_by({Result::other}));
    EXPECT_TRUE(broken_by({Result::done, Result::done})) << "two answers";
    EXPECT_TRUE(broken_by({Result::error, Result::sync})) << "no end";
    EXPECT_TRUE(broken_by({Result::done, Result::none, Result::done})) << "an answer for a sync";
    EXPECT_TRUE(broken_by({Result::done, Result::none, Result::sync, Result::none})) << "one too many";
    EXPECT_FALSE(broken_by({Result::done, Result::none, Result::sync}));
    EXPECT_FALSE(broken_by({Result::error, Result::none, Result::sync}));
}

TEST_F(PostgresPipelineTest, ABrokenOneStillTellsWhoWaits) {
    send_group(call(0), a_);
    pipeline_.flushed();
    EXPECT_FALSE(pipeline_.on_result(Result::sync).has_value());
    EXPECT_TRUE(pipeline_.is_broken());
    expect_lost(call(0), Outcome::unknown);
    EXPECT_FALSE(pipeline_.next_lost().has_value());
}

}  // namespace
}  // namespace haat::db::postgres
