#include "platform/http/answers_under_way.hpp"

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <optional>

namespace haat::http {
namespace {

class UnderWay : public testing::Test {
protected:
    awaitable<> ask(std::optional<bool>& waited, std::uint64_t version) {
        waited = co_await all_.wait_for("list", version);
    }
    void spawn(std::optional<bool>& waited, std::uint64_t version) {
        asio::co_spawn(context_, ask(waited, version), asio::detached);
        context_.poll();
        context_.restart();
    }
    void begin(std::uint64_t version) { making_.emplace(all_, "list", version, context_.get_executor()); }

    asio::io_context context_{1};
    AnswersUnderWay all_;
    std::optional<AnswersUnderWay::Making> making_;
};

TEST_F(UnderWay, WhoComesFirstMakesIt) {
    std::optional<bool> waited;
    spawn(waited, 1);
    EXPECT_EQ(waited, false);
}

TEST_F(UnderWay, WhoComesMeanwhileWaitsForIt) {
    std::optional<bool> waited, too;
    begin(1);
    spawn(waited, 1);
    spawn(too, 1);
    EXPECT_FALSE(waited || too);
    making_.reset();
    context_.poll();
    EXPECT_EQ(waited, true);
    EXPECT_EQ(too, true);
}

TEST_F(UnderWay, NobodyWaitsForAnAnswerThatIsOutOfDate) {
    std::optional<bool> waited;
    begin(1);
    spawn(waited, 2);
    EXPECT_EQ(waited, false);
}

TEST_F(UnderWay, ANewerVersionTakesThePlaceOfAnOlderOne) {
    std::optional<bool> old, recent;
    begin(1);
    spawn(old, 1);
    std::optional<AnswersUnderWay::Making> newer;
    newer.emplace(all_, "list", 2, context_.get_executor());
    spawn(recent, 2);
    making_.reset();
    context_.poll();
    context_.restart();
    EXPECT_EQ(old, true);
    EXPECT_FALSE(recent);
    newer.reset();
    context_.poll();
    EXPECT_EQ(recent, true);
}

TEST_F(UnderWay, ASecondWhoMakesItLeavesTheFirstAlone) {
    std::optional<bool> waited;
    begin(1);
    {
        const AnswersUnderWay::Making too{all_, "list", 1, context_.get_executor()};
    }
    spawn(waited, 1);
    EXPECT_FALSE(waited);
    making_.reset();
    context_.poll();
    EXPECT_EQ(waited, true);
}

TEST_F(UnderWay, WaitingEnds) {
    std::optional<bool> waited;
    begin(1);
    spawn(waited, 1);
    context_.run_for(2 * AnswersUnderWay::kMaxWait);
    EXPECT_EQ(waited, true);
}

}  // namespace
}  // namespace haat::http
