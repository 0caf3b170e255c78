// Keeping a session going, on a real database.
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "accounts/log_in.hpp"
#include "accounts/tests/accounts_fixture.hpp"

namespace haat::accounts {
namespace {

class RefreshSessionTest : public AccountsFixture {
protected:
    Result<Tokens> refresh(const std::string& token, bool rotate = true) {
        return run_sync(refresh_.run(token, rotate));
    }
    std::int64_t generation() { return find_session(session_.id)->generation; }

    RefreshSession refresh_{context_};
    const UserRecord record_ = add_user("asha@example.com");
    const Session session_ = add_session(record_.id());
    const std::string token_ = sign_refresh_token(context_, session_, 1);
};

INSTANTIATE_ON_EACH_ENGINE(RefreshSessionTest);

TEST_P(RefreshSessionTest, ByCookieTheTokenIsReplacedInThreeStatements) {
    const auto before = shop_.statements();
    const auto tokens = refresh(token_);
    ASSERT_TRUE(tokens);
    EXPECT_EQ(shop_.statements() - before, 3);
    EXPECT_EQ(access_tokens_.verify(tokens->accessToken, Timestamp::now())->session_id, session_.id);
    EXPECT_EQ(refresh_tokens_.verify(tokens->refreshToken, Timestamp::now())->generation, 2);
    EXPECT_EQ(generation(), 2);
    const auto next = refresh(tokens->refreshToken);
    ASSERT_TRUE(next);
    EXPECT_EQ(generation(), 3);
}

TEST_P(RefreshSessionTest, ByHeaderItStaysGood) {
    set_clock_offset_ms(kMinuteMs);
    for (int i = 0; i < 3; ++i) {
        const auto tokens = refresh(token_, false);
        ASSERT_TRUE(tokens);
        EXPECT_FALSE(tokens->accessToken.empty());
        EXPECT_TRUE(tokens->refreshToken.empty());
    }
    EXPECT_EQ(generation(), 1);
    EXPECT_GE(find_session(session_.id)->last_used_at, session_.created_at + kMinuteMs);
}

TEST_P(RefreshSessionTest, TheOneJustReplacedIsGoodForAMoment) {
    const auto first = refresh(token_);
    ASSERT_TRUE(first);
    set_clock_offset_ms(kRefreshGraceMs - kSecondMs);
    const auto second = refresh(token_);
    ASSERT_TRUE(second);
    EXPECT_EQ(generation(), 2) << "no further step";
    EXPECT_EQ(refresh_tokens_.verify(second->refreshToken, Timestamp::now())->generation, 2);
    EXPECT_TRUE(refresh(token_, false));
    EXPECT_TRUE(refresh(first->refreshToken));
    EXPECT_TRUE(refresh(second->refreshToken)) << "two tabs go on side by side";
}

TEST_P(RefreshSessionTest, AReplayAfterTheGraceEndsTheSession) {
    const auto tokens = refresh(token_);
    const Session other = add_session(record_.id());
    set_clock_offset_ms(kRefreshGraceMs + kSecondMs);
    const auto version = shop_.users_topic.version(record_.id().text());
    EXPECT_REFUSED(refresh(token_), ErrorCode::invalid_refresh_token);
    EXPECT_FALSE(is_live(session_));
    EXPECT_TRUE(is_live(other)) << "only this one";
    EXPECT_NE(shop_.users_topic.version(record_.id().text()), version)
        << "its access tokens are void at once";
    EXPECT_REFUSED(refresh(tokens->refreshToken), ErrorCode::invalid_refresh_token);
}

TEST_P(RefreshSessionTest, AReplayByHeaderEndsItAsWell) {
    ASSERT_TRUE(refresh(token_));
    set_clock_offset_ms(kRefreshGraceMs + kSecondMs);
    EXPECT_REFUSED(refresh(token_, false), ErrorCode::invalid_refresh_token);
    EXPECT_FALSE(is_live(session_));
}

TEST_P(RefreshSessionTest, OneReplacedTwiceIsAReplayEvenWithinTheGrace) {
    const auto tokens = refresh(token_);
    ASSERT_TRUE(refresh(tokens->refreshToken));
    EXPECT_REFUSED(refresh(token_), ErrorCode::invalid_refresh_token);
    EXPECT_FALSE(is_live(session_));
}

TEST_P(RefreshSessionTest, OfFiftyAtOnceAllAreServedByOneStep) {
    std::atomic<int> served = 0;
    std::mutex mutex;
    std::set<std::int64_t> generations;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 50; ++i) {
            threads.emplace_back([&] {
                const auto tokens = refresh(token_);
                if (!tokens) return;
                ++served;
                const std::lock_guard lock{mutex};
                generations.insert(
                    refresh_tokens_.verify(tokens->refreshToken, Timestamp::now())->generation);
            });
        }
    }
    EXPECT_EQ(served, 50);
    EXPECT_EQ(generation(), 2);
    EXPECT_EQ(generations, std::set<std::int64_t>{2});
}

TEST_P(RefreshSessionTest, RefusesWhatIsNoLiveRefreshToken) {
    EXPECT_REFUSED(refresh(""), ErrorCode::invalid_refresh_token);
    EXPECT_REFUSED(refresh(sign_access_token(context_, session_)), ErrorCode::invalid_refresh_token);
    Session unknown = session_;
    unknown.id = SessionId::make();
    EXPECT_REFUSED(refresh(sign_refresh_token(context_, unknown, 1)), ErrorCode::invalid_refresh_token);
    Session of_another = session_;
    of_another.user = add_user("ben@example.com").id();
    EXPECT_REFUSED(refresh(sign_refresh_token(context_, of_another, 1)), ErrorCode::invalid_refresh_token);
    EXPECT_TRUE(is_live(session_)) << "a token of nobody ends nothing";
    make_inactive(record_.id());
    EXPECT_REFUSED(refresh(token_), ErrorCode::invalid_refresh_token);
}

TEST_P(RefreshSessionTest, ASessionEndsThirtyDaysAfterItsLoginHoweverOftenItIsRefreshed) {
    set_clock_offset_ms(context_.options.refresh_ttl_ms - kMinuteMs);
    const auto tokens = refresh(token_);
    ASSERT_TRUE(tokens);
    const auto claims = refresh_tokens_.verify(tokens->refreshToken, Timestamp::now());
    EXPECT_LE(claims->expires_at, session_.expires_at);
    EXPECT_LE(access_tokens_.verify(tokens->accessToken, Timestamp::now())->expires_at, session_.expires_at);
    set_clock_offset_ms(context_.options.refresh_ttl_ms + kSecondMs);
    EXPECT_REFUSED(refresh(tokens->refreshToken), ErrorCode::invalid_refresh_token);
}

}  // namespace
}  // namespace haat::accounts
