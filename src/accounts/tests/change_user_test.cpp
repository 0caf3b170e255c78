// What users and administrators change about accounts, on a real database.
#include "accounts/change_user.hpp"

#include "accounts/events.hpp"
#include "accounts/reset_password.hpp"
#include "accounts/tests/accounts_fixture.hpp"

namespace haat::accounts {
namespace {

constexpr std::string_view kOtherPassword = "another-Secure-9-one";

class UpdateUserTest : public AccountsFixture {
protected:
    Result<void> update(const UpdateUserInput& in, const std::string& address = "192.0.2.1") {
        return run_sync(update_.run(principal(session_), in, address));
    }
    // To the other of two addresses, back and forth.
    Result<void> move(const std::string& address = "192.0.2.1") {
        const bool is_here = now().user.fields.email == "asha@example.com";
        return update({.email = is_here ? "stranger@example.com" : "asha@example.com"}, address);
    }
    UserRecord now() { return *find_user(record_.id()); }

    UpdateUser update_{context_};
    const UserRecord record_ = add_user("asha@example.com");
    const UserRecord other_ = add_user("ben@example.com");
    const Session session_ = add_session(record_.id());
};

INSTANTIATE_ON_EACH_ENGINE(UpdateUserTest);

TEST_P(UpdateUserTest, ChangesWhatIsSentAndNothingElse) {
    ASSERT_TRUE(update({.name = "Asha Rao"}));
    EXPECT_EQ(now().user.fields.name, "Asha Rao");
    EXPECT_EQ(now().user.fields.mobile, std::nullopt);
    ASSERT_TRUE(update({.mobile = 919876543210}));
    EXPECT_EQ(now().user.fields.name, "Asha Rao");
    EXPECT_EQ(now().user.fields.mobile, 919876543210);
    EXPECT_EQ(now().user.fields.email, "asha@example.com");
    EXPECT_EQ(now().password_hash, kArgonHash);
    EXPECT_EQ(find_user(other_.id())->user.fields.name, "Asha") << "another's name";
    EXPECT_TRUE(mails().empty());
}

TEST_P(UpdateUserTest, MovesTheTopicOfTheUser) {
    const auto version = shop_.users_topic.version(record_.id().text());
    ASSERT_TRUE(update({.name = "Asha Rao"}));
    EXPECT_NE(shop_.users_topic.version(record_.id().text()), version);
}

TEST_P(UpdateUserTest, ANewAddressIsUnverifiedAndBothAddressesAreTold) {
    static constexpr db::Query kVerify{"test.verify_user", "UPDATE users SET verify_email = 1 WHERE id = $1"};
    change(kVerify, record_.id());
    ASSERT_TRUE(update({.email = "new@example.com"}));
    EXPECT_EQ(now().user.fields.email, "new@example.com");
    EXPECT_FALSE(now().user.fields.verify_email);
    const auto sent = mails();
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_EQ(sent[0].kind, event::kEmailChangedOld);
    EXPECT_EQ(sent[0].text("email"), "asha@example.com");
    EXPECT_EQ(sent[0].text("new_email"), "new@example.com");
    EXPECT_EQ(sent[0].text("code"), "") << "the old address gets no code";
    EXPECT_EQ(sent[1].kind, event::kEmailChangedNew);
    EXPECT_EQ(sent[1].text("email"), "new@example.com");
    EXPECT_EQ(sent[1].text("code").size(), 64U);
}

TEST_P(UpdateUserTest, OnesOwnAddressInAnotherCaseIsNotNew) {
    static constexpr db::Query kVerify{"test.verify_user_2",
                                       "UPDATE users SET verify_email = 1 WHERE id = $1"};
    change(kVerify, record_.id());
    set_clock_offset_ms(kDayMs);
    ASSERT_TRUE(update({.email = "Asha@Example.com"})) << "nor does it want the password";
    EXPECT_EQ(now().user.fields.email, "Asha@Example.com");
    EXPECT_TRUE(now().user.fields.verify_email);
    EXPECT_TRUE(mails().empty());
}

TEST_P(UpdateUserTest, RefusesInTheOrderOfTheContract) {
    EXPECT_REFUSED(update({.email = "BEN@example.com", .password = "weak"}), ErrorCode::email_in_use);
    EXPECT_REFUSED(update({.email = "no address", .password = "weak"}), ErrorCode::invalid_email);
    EXPECT_REFUSED(update({.email = "new@example.com", .password = "weak"}), ErrorCode::weak_password);
    EXPECT_REFUSED(update({.mobile = -1}), ErrorCode::invalid_field);
    EXPECT_REFUSED(update({.mobile = 1'000'000'000'000'000}), ErrorCode::invalid_field);
    EXPECT_EQ(now().user.fields.email, "asha@example.com");
    EXPECT_EQ(now().user.updated_at, record_.user.updated_at) << "nothing has changed";
    EXPECT_TRUE(mails().empty());
}

// Who asks for one address after the other, to learn which are customers', has few tries.
TEST_P(UpdateUserTest, AnAddressThatIsTakenCountsAsAChange) {
    for (int i = 0; i < 5; ++i) {
        EXPECT_REFUSED(update({.email = "ben@example.com"}), ErrorCode::email_in_use);
    }
    EXPECT_REFUSED(update({.email = "ben@example.com"}), ErrorCode::too_many_requests);
    EXPECT_REFUSED(update({.email = "nobody@example.com"}), ErrorCode::too_many_requests);
}

TEST_P(UpdateUserTest, AnAddressOfOldMayStayAsItIs) {
    static constexpr db::Query kSetEmail{
        "test.set_email", "UPDATE users SET email = 'o’neil', email_key = 'o’neil' WHERE id = $1"};
    change(kSetEmail, record_.id());
    EXPECT_TRUE(update({.name = "Asha", .email = "o’neil"}));
}

TEST_P(UpdateUserTest, WhatEndedOrChangedWhileThePasswordWasHashedIsNotOverwritten) {
    const auto update_held_up = [&](const UpdateUserInput& in, const auto& meanwhile) {
        std::optional<Result<void>> outcome;
        std::jthread late;
        {
            const FullPool full{pool_, kMaxQueuedHashes - 1};
            late = std::jthread{[&] { outcome = update(in); }};
            while (!pool_.is_full()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
            meanwhile();
        }
        late.join();
        return *outcome;
    };
    static constexpr db::Query kMove{"test.move_user",
                                     "UPDATE users SET email = 'b@example.com', email_key = 'b@example.com', "
                                     "verify_email = 1 WHERE id = $1"};
    EXPECT_REFUSED(update_held_up({.email = "asha@example.com", .password = std::string{kOtherPassword}},
                                  [&] { change(kMove, record_.id()); }),
                   ErrorCode::reauthentication_required);
    EXPECT_EQ(now().user.fields.email, "b@example.com");
    static constexpr db::Query kEndSessions{"test.end_sessions", "DELETE FROM sessions WHERE user_id = $1"};
    EXPECT_REFUSED(update_held_up({.password = std::string{kOtherPassword}},
                                  [&] { change(kEndSessions, record_.id()); }),
                   ErrorCode::invalid_token);
    EXPECT_EQ(now().password_hash, record_.password_hash);
}

TEST_P(UpdateUserTest, ANewPasswordEndsTheOtherSessionsOnly) {
    const Session elsewhere = add_session(record_.id());
    const Session of_other = add_session(other_.id());
    ASSERT_TRUE(update({.password = std::string{kOtherPassword}}));
    EXPECT_TRUE(is_live(session_));
    EXPECT_FALSE(is_live(elsewhere));
    EXPECT_TRUE(is_live(of_other));
    EXPECT_EQ(crypto::verify_password(now().password_hash, kOtherPassword), crypto::PasswordCheck::right);
    EXPECT_EQ(last_mail().kind, event::kPasswordChanged);
    EXPECT_EQ(mails().size(), 1U);
}

TEST_P(UpdateUserTest, TenMinutesAfterTheLoginThePasswordIsAskedFor) {
    set_clock_offset_ms(kFreshLoginMs + kSecondMs);
    EXPECT_REFUSED(update({.email = "new@example.com"}), ErrorCode::reauthentication_required);
    EXPECT_REFUSED(update({.password = std::string{kOtherPassword}}), ErrorCode::reauthentication_required);
    EXPECT_REFUSED(update({.email = "new@example.com", .currentPassword = "wrong"}),
                   ErrorCode::reauthentication_required);
    EXPECT_EQ(now().user.fields.email, "asha@example.com");
    EXPECT_TRUE(update({.name = "Asha Rao"})) << "a name is no secret";
    EXPECT_TRUE(update({.email = "new@example.com", .currentPassword = std::string{kPassword}}));
}

TEST_P(UpdateUserTest, WrongPasswordsThereCountAsFailedLogins) {
    set_clock_offset_ms(kFreshLoginMs + kSecondMs);
    EXPECT_REFUSED(update({.email = "new@example.com", .currentPassword = "wrong"}),
                   ErrorCode::reauthentication_required);
    for (int i = 0; i < 9; ++i) context_.limits.account_failures.count("asha@example.com");
    EXPECT_REFUSED(update({.email = "new@example.com", .currentPassword = std::string{kPassword}}),
                   ErrorCode::too_many_requests);
}

TEST_P(UpdateUserTest, WhatCouldNotBeCheckedIsNoFailure) {
    set_clock_offset_ms(kFreshLoginMs + kSecondMs);
    {
        const FullPool full{pool_};
        EXPECT_THROW((void)update({.email = "new@example.com", .currentPassword = std::string{kPassword}}),
                     Unavailable);
    }
    EXPECT_EQ(context_.limits.account_failures.keys(), 0U);
    EXPECT_TRUE(update({.email = "new@example.com", .currentPassword = std::string{kPassword}}));
}

TEST_P(UpdateUserTest, NobodysMailboxIsFilledByMovingThereAndBack) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(move("192.0.2." + std::to_string(i))) << i;
    const auto refused = move("192.0.2.9");
    EXPECT_REFUSED(refused, ErrorCode::too_many_requests);
    EXPECT_GT(refused.error().retry_after_s, 59 * 60);
    EXPECT_EQ(mails().size(), 10U);
    EXPECT_TRUE(update({.name = "Asha Rao"})) << "what mails nobody is not counted";
    context_.options.rate_limits = false;
    EXPECT_TRUE(move());
}

TEST_P(UpdateUserTest, AClientsMailsAreCountedWhicheverUserAsksForThem) {
    for (int i = 0; i < 20; ++i) context_.limits.mails.count("192.0.2.1");
    EXPECT_REFUSED(move("192.0.2.1"), ErrorCode::too_many_requests);
    EXPECT_TRUE(mails().empty());
    EXPECT_EQ(context_.limits.email_changes.keys(), 0U) << "it is no change of the user's";
    EXPECT_TRUE(move("192.0.2.2"));
}

TEST_P(UpdateUserTest, RefusesWhoIsGone) {
    shop_.delete_user(record_.id());
    EXPECT_REFUSED(update({.name = "Asha Rao"}), ErrorCode::user_not_found);
}

// Whoever reads the old mailbox, or knew of a reset, must not get in afterwards.
TEST_P(UpdateUserTest, AResetUnderWayEndsWithANewAddressOrPassword) {
    ResetPassword reset{context_};
    for (const UpdateUserInput& in : {UpdateUserInput{.password = std::string{kOtherPassword}},
                                      UpdateUserInput{.email = "new@example.com"}}) {
        ASSERT_TRUE(run_sync(reset.request({.email = "asha@example.com"}, "192.0.2.1")));
        ASSERT_EQ(shop_.number("SELECT count(*) FROM password_resets"), 1);
        ASSERT_TRUE(update({.name = "Asha Rao"}));
        ASSERT_EQ(shop_.number("SELECT count(*) FROM password_resets"), 1) << "a name changes nothing";
        ASSERT_TRUE(update(in));
        EXPECT_EQ(shop_.number("SELECT count(*) FROM password_resets"), 0);
    }
}

TEST_P(UpdateUserTest, AnAvatarIsSet) {
    SetAvatar avatar{context_};
    ASSERT_TRUE(run_sync(avatar.run(record_.id(), "/media/a.webp")));
    EXPECT_EQ(now().user.fields.avatar, "/media/a.webp");
    EXPECT_EQ(find_user(other_.id())->user.fields.avatar, "");
}

class MakeAdminTest : public AccountsFixture {
protected:
    MakeAdmin make_admin_{context_};
    const UserRecord record_ = add_user("asha@example.com");
};

INSTANTIATE_ON_EACH_ENGINE(MakeAdminTest);

TEST_P(MakeAdminTest, PromotesAndEndsTheSessionsOnce) {
    const Session before = add_session(record_.id());
    const auto version = shop_.users_topic.version(record_.id().text());
    const auto promoted = run_sync(make_admin_.run("ASHA@example.com"));
    ASSERT_TRUE(promoted);
    EXPECT_EQ(promoted->email, "asha@example.com");
    EXPECT_EQ(promoted->role, kAdmin);
    EXPECT_TRUE(find_user(record_.id())->is_admin());
    EXPECT_FALSE(is_live(before)) << "what was granted to a user is not an administrator's";
    EXPECT_NE(shop_.users_topic.version(record_.id().text()), version);

    const Session after = add_session(record_.id());
    EXPECT_TRUE(run_sync(make_admin_.run("asha@example.com"))) << "repeatable";
    EXPECT_TRUE(is_live(after));
}

TEST_P(MakeAdminTest, RefusesWhoIsNotThere) {
    EXPECT_REFUSED(run_sync(make_admin_.run("nobody@example.com")), ErrorCode::user_not_found);
}

}  // namespace
}  // namespace haat::accounts
