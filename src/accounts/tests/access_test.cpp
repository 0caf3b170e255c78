// Who is calling.
#include "accounts/access.hpp"

#include "accounts/tests/accounts_fixture.hpp"

namespace haat::accounts {
namespace {

http::Request request_with(std::vector<http::Header> headers) {
    http::Request request;
    request.headers = std::move(headers);
    return request;
}

TEST(PresentedToken, TheCookieGoesBeforeTheHeader) {
    const auto request =
        request_with({{"Authorization", "Bearer of-header"}, {"Cookie", "a=b; accessToken=of-cookie"}});
    const auto token = presented_token(request, "accessToken");
    ASSERT_TRUE(token);
    EXPECT_EQ(token->text, "of-cookie");
    EXPECT_TRUE(token->by_cookie);
    const auto other = presented_token(request, "refreshToken");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->text, "of-header");
    EXPECT_FALSE(other->by_cookie);
}

TEST(PresentedToken, AnEmptyCookieIsNone) {
    const auto request = request_with({{"Cookie", "accessToken="}, {"Authorization", "Bearer t"}});
    EXPECT_EQ(presented_token(request, "accessToken")->text, "t");
    EXPECT_FALSE(presented_token(request_with({{"Cookie", "accessToken="}}), "accessToken"));
    EXPECT_FALSE(presented_token(request_with({}), "accessToken"));
}

TEST(PresentedToken, TheSchemeIsBearerInAnyCaseAndOneSpace) {
    for (const std::string_view header : {"Bearer t.o.k", "bearer t.o.k", "BEARER t.o.k", "bEaReR t.o.k"}) {
        const auto token = presented_token(request_with({{"authorization", header}}), "accessToken");
        ASSERT_TRUE(token) << header;
        EXPECT_EQ(token->text, "t.o.k");
    }
    for (const std::string_view header : {"", "Bearer", "Bearer ", "Bearer  t.o.k", "Bearer\tt.o.k",
                                          "Bearert.o.k", "Basic dDpr", "t.o.k", "Token t.o.k"}) {
        EXPECT_FALSE(presented_token(request_with({{"authorization", header}}), "accessToken")) << header;
    }
}

class AccessTest : public AccountsFixture {
protected:
    Result<http::Principal> authenticate(const std::string& token) {
        const std::string header = "Bearer " + token;
        const auto request = request_with({{"Authorization", header}});
        return run_sync(access_.authenticate(request));
    }

    Access access_{context_};
    const UserRecord user_ = add_user("asha@example.com");
    const Session session_ = add_session(user_.id());
    const std::string token_ = sign_access_token(context_, session_);
};

INSTANTIATE_ON_EACH_ENGINE(AccessTest);

TEST_P(AccessTest, ReadsASessionOnceUntilItsUserChanges) {
    const auto before = shop_.statements();
    const auto caller = authenticate(token_);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->user, user_.id());
    EXPECT_EQ(caller->session, session_.id);
    EXPECT_EQ(caller->login_at, session_.created_at);
    EXPECT_FALSE(caller->is_admin);
    EXPECT_FALSE(caller->by_cookie);
    EXPECT_EQ(shop_.statements() - before, 1);
    ASSERT_TRUE(authenticate(token_));
    EXPECT_EQ(shop_.statements() - before, 1) << "from the cache";
    shop_.users_topic.move(user_.id().text());
    ASSERT_TRUE(authenticate(token_));
    EXPECT_EQ(shop_.statements() - before, 2);
}

TEST_P(AccessTest, AnEndedSessionIsRefusedFromThenOn) {
    ASSERT_TRUE(authenticate(token_));
    LogOut log_out{context_};
    ASSERT_TRUE(run_sync(log_out.run(user_.id(), session_.id)));
    EXPECT_REFUSED(authenticate(token_), ErrorCode::invalid_token);
}

TEST_P(AccessTest, RefusesWhatIsNoLiveAccessToken) {
    EXPECT_REFUSED(run_sync(access_.authenticate(request_with({}))), ErrorCode::authentication_required);
    EXPECT_REFUSED(authenticate("rubbish"), ErrorCode::invalid_token);
    EXPECT_REFUSED(authenticate(sign_refresh_token(context_, session_, 1)), ErrorCode::invalid_token);
    Session unknown = session_;
    unknown.id = SessionId::make();
    EXPECT_REFUSED(authenticate(sign_access_token(context_, unknown)), ErrorCode::invalid_token);
    Session of_another = session_;
    of_another.user = add_user("ben@example.com").id();
    EXPECT_REFUSED(authenticate(sign_access_token(context_, of_another)), ErrorCode::invalid_token);
    set_clock_offset_ms(context_.options.access_ttl_ms + kSecondMs);
    EXPECT_REFUSED(authenticate(token_), ErrorCode::invalid_token);
}

TEST_P(AccessTest, ACachedTokenRunsOutAsWell) {
    ASSERT_TRUE(authenticate(token_));
    set_clock_offset_ms(context_.options.access_ttl_ms - 2 * kSecondMs);
    ASSERT_TRUE(authenticate(token_));
    set_clock_offset_ms(context_.options.access_ttl_ms + kSecondMs);
    EXPECT_REFUSED(authenticate(token_), ErrorCode::invalid_token);
}

TEST_P(AccessTest, ATokenLikeOneThatWasLetInIsRefused) {
    ASSERT_TRUE(authenticate(token_));
    for (std::size_t at = 0; at < token_.size(); ++at) {
        std::string changed = token_;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        EXPECT_REFUSED(authenticate(changed), ErrorCode::invalid_token);
    }
    EXPECT_REFUSED(authenticate(token_.substr(0, token_.size() - 1)), ErrorCode::invalid_token);
    EXPECT_REFUSED(authenticate(token_ + "A"), ErrorCode::invalid_token);
}

TEST_P(AccessTest, ACachedSessionRunsOutAsWell) {
    context_.options.access_ttl_ms = 60 * kDayMs;
    context_.options.refresh_ttl_ms = kHourMs;
    const Session short_lived = add_session(user_.id());
    Session pretended = short_lived;
    pretended.expires_at = pretended.expires_at + kDayMs;
    const std::string token = sign_access_token(context_, pretended);
    ASSERT_TRUE(authenticate(token));
    set_clock_offset_ms(kHourMs + kSecondMs);
    EXPECT_REFUSED(authenticate(token), ErrorCode::invalid_token);
}

TEST_P(AccessTest, AUserWhoIsNotActiveIsRefused) {
    make_inactive(user_.id());
    EXPECT_REFUSED(authenticate(token_), ErrorCode::invalid_token);
}

TEST_P(AccessTest, ABadCookieIsNotRescuedByAGoodHeader) {
    const std::string header = "Bearer " + token_;
    const auto request = request_with({{"Cookie", "accessToken=rubbish"}, {"Authorization", header}});
    EXPECT_REFUSED(run_sync(access_.authenticate(request)), ErrorCode::invalid_token);
}

}  // namespace
}  // namespace haat::accounts
