// Registering and verifying, on a real database.
#include "accounts/register.hpp"

#include "accounts/email.hpp"
#include "accounts/events.hpp"
#include "accounts/tests/accounts_fixture.hpp"

namespace haat::accounts {
namespace {

constexpr std::string_view kAddress = "192.0.2.1";

class RegisterTest : public AccountsFixture {
protected:
    Result<User> sign_up(std::string email, std::optional<json::Loose> admin_key = {}) {
        const RegisterInput input{.name = "Asha",
                                  .email = std::move(email),
                                  .password = std::string{kPassword},
                                  .adminKey = std::move(admin_key)};
        return run_sync(register_.run(input, std::string{kAddress}));
    }
    Result<void> verify(std::string_view code, bool peek = false) {
        return run_sync(verify_.run(code, peek));
    }

    Register register_{context_};
    VerifyEmail verify_{context_};
};

INSTANTIATE_ON_EACH_ENGINE(RegisterTest);

TEST_P(RegisterTest, MakesAnUnverifiedUserAndPromisesTheMailInFourStatements) {
    const auto before = shop_.statements();
    const auto user = sign_up("Asha@Example.com");
    ASSERT_TRUE(user);
    EXPECT_EQ(shop_.statements() - before, 4);
    EXPECT_EQ(user->fields.email, "Asha@Example.com") << "as it was written";
    EXPECT_EQ(user->fields.role, kUser);
    EXPECT_EQ(user->fields.status, kActive);
    EXPECT_FALSE(user->fields.verify_email);
    EXPECT_EQ(user->created_at, user->updated_at);

    const auto kept = find_user(UserId{user->id});
    ASSERT_TRUE(kept);
    EXPECT_TRUE(kept->password_hash.starts_with("$argon2id$"));
    const auto sent = mails();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].kind, event::kRegistered);
    EXPECT_EQ(sent[0].text("email"), "Asha@Example.com");
    EXPECT_EQ(sent[0].text("name"), "Asha");
    EXPECT_EQ(sent[0].text("code").size(), 64U);
}

TEST_P(RegisterTest, AnAddressBelongsToOneWhateverItsCase) {
    add_user("asha@example.com");
    EXPECT_REFUSED(sign_up("ASHA@Example.COM"), ErrorCode::user_exists);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM users"), 1);
    EXPECT_TRUE(mails().empty()) << "a refused registration sends nothing";
    EXPECT_EQ(shop_.number("SELECT count(*) FROM email_verifications"), 0);
}

TEST_P(RegisterTest, RefusesBeforeItHashes) {
    EXPECT_REFUSED(sign_up("no address"), ErrorCode::invalid_email);
    const RegisterInput weak{.name = "Asha", .email = "asha@example.com", .password = "password1"};
    EXPECT_REFUSED(run_sync(register_.run(weak, std::string{kAddress})), ErrorCode::weak_password);
    const RegisterInput long_name{
        .name = std::string(1'025, 'a'), .email = "asha@example.com", .password = std::string{kPassword}};
    EXPECT_REFUSED(run_sync(register_.run(long_name, std::string{kAddress})), ErrorCode::invalid_field);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM users"), 0);
}

awaitable<Result<bool>> send_and_roll_back(const Context& context, db::Transaction& tx, const User& user) {
    co_await send_verification(context, tx, event::kRegistered, user);
    co_return fail(ErrorCode::internal);
}

TEST_P(RegisterTest, ARollbackTakesTheMailWithIt) {
    const auto record = add_user("asha@example.com");
    auto body = [&](db::Transaction& tx) { return send_and_roll_back(context_, tx, record.user); };
    const auto version = outbox_topic_.version();
    EXPECT_REFUSED(run_sync(shop_.db().transact(body)), ErrorCode::internal);
    EXPECT_TRUE(mails().empty());
    EXPECT_EQ(shop_.number("SELECT count(*) FROM email_verifications"), 0);
    EXPECT_EQ(outbox_topic_.version(), version) << "the mailer is not woken";
}

TEST_P(RegisterTest, TheAdminKeyMakesAnAdministrator) {
    context_.options.admin_key = crypto::Secret{"the admin key"};
    EXPECT_EQ(sign_up("a@example.com", loose("the admin key"))->fields.role, kAdmin);
    EXPECT_EQ(sign_up("b@example.com", loose("the admin kez"))->fields.role, kUser)
        << "a wrong one is ignored";
    EXPECT_EQ(sign_up("c@example.com", loose(""))->fields.role, kUser);
    EXPECT_EQ(sign_up("d@example.com", json::Loose{.text = "the admin key"})->fields.role, kUser)
        << "no text";
    EXPECT_EQ(sign_up("e@example.com")->fields.role, kUser);
}

TEST_P(RegisterTest, WithoutAnAdminKeyNobodyBecomesOne) {
    EXPECT_EQ(sign_up("a@example.com", loose(""))->fields.role, kUser);
    EXPECT_EQ(sign_up("b@example.com", loose("anything"))->fields.role, kUser);
}

TEST_P(RegisterTest, AfterTooManyWrongKeysTheRightOneIsWrongToo) {
    context_.options.admin_key = crypto::Secret{"the admin key"};
    for (int i = 0; i < 5; ++i) context_.limits.admin_keys.count(std::string{kAddress});
    EXPECT_EQ(sign_up("a@example.com", loose("the admin key"))->fields.role, kUser);
    context_.options.rate_limits = false;
    EXPECT_EQ(sign_up("b@example.com", loose("the admin key"))->fields.role, kAdmin);
}

TEST_P(RegisterTest, AClientRegistersTwentyAnHour) {
    for (int i = 0; i < 20; ++i) context_.limits.registrations.count(std::string{kAddress});
    const auto refused = sign_up("asha@example.com");
    EXPECT_REFUSED(refused, ErrorCode::too_many_requests);
    EXPECT_GT(refused.error().retry_after_s, 3'500);
    context_.options.rate_limits = false;
    EXPECT_TRUE(sign_up("asha@example.com"));
}

class VerifyEmailTest : public RegisterTest {
protected:
    std::string send_code() {
        auto body = [&](db::Transaction& tx) { return send(context_, tx, record_.user); };
        run_sync(shop_.db().transact(body)).value();
        return last_mail().text("code");
    }
    static awaitable<Result<bool>> send(const Context& context, db::Transaction& tx, const User& user) {
        co_await send_verification(context, tx, event::kRegistered, user);
        co_return true;
    }
    bool is_verified() { return find_user(record_.id())->user.fields.verify_email; }

    const UserRecord record_ = add_user("asha@example.com");
};

INSTANTIATE_ON_EACH_ENGINE(VerifyEmailTest);

TEST_P(VerifyEmailTest, TheCodeVerifiesAndMayBeUsedAgain) {
    const std::string code = send_code();
    const auto version = shop_.users_topic.version(record_.id().text());
    EXPECT_TRUE(verify(code));
    EXPECT_TRUE(is_verified());
    EXPECT_NE(shop_.users_topic.version(record_.id().text()), version);
    EXPECT_TRUE(verify(code)) << "links are opened twice";
}

TEST_P(VerifyEmailTest, PeekingChangesNothing) {
    const std::string code = send_code();
    EXPECT_TRUE(verify(code, true));
    EXPECT_FALSE(is_verified());
    EXPECT_REFUSED(verify("another", true), ErrorCode::invalid_verification_code);
}

TEST_P(VerifyEmailTest, RefusesAnotherCodeAndOneThatHasExpired) {
    const std::string code = send_code();
    EXPECT_REFUSED(verify(""), ErrorCode::invalid_verification_code);
    EXPECT_REFUSED(verify(code.substr(1)), ErrorCode::invalid_verification_code);
    set_clock_offset_ms(kVerificationTtlMs + kSecondMs);
    EXPECT_REFUSED(verify(code), ErrorCode::invalid_verification_code);
    EXPECT_REFUSED(verify(code, true), ErrorCode::invalid_verification_code);
    EXPECT_FALSE(is_verified());
}

TEST_P(VerifyEmailTest, ACodeProvesOnlyTheAddressItWasSentTo) {
    static constexpr db::Query kMove{"test.move_user",
                                     "UPDATE users SET email = 'b@c.d', email_key = 'b@c.d' WHERE id = $1"};
    const std::string code = send_code();
    change(kMove, record_.id());
    EXPECT_REFUSED(verify(code), ErrorCode::invalid_verification_code);
    EXPECT_FALSE(is_verified());
}

TEST_P(VerifyEmailTest, TheDatabaseKeepsNoCodeInClear) {
    const std::string code = send_code();
    EXPECT_EQ(shop_.number("SELECT count(*) FROM email_verifications WHERE code_hash = '" + code + "'"), 0);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM email_verifications"), 1);
}

}  // namespace
}  // namespace haat::accounts
