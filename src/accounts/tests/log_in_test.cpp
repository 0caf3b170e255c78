// Logging in and out, on a real database.
#include "accounts/log_in.hpp"

#include <latch>
#include <thread>

#include "accounts/tests/accounts_fixture.hpp"

namespace haat::accounts {
namespace {

class LogInTest : public AccountsFixture {
protected:
    Result<Tokens> log_in(std::string_view email, std::string_view password = kPassword,
                          const Client& client = {.address = "192.0.2.1", .user_agent = "Browser/1"}) {
        const LoginInput input{.email = std::string{email}, .password = std::string{password}};
        return run_sync(log_in_.run(input, client));
    }
    // Does meanwhile() while the threads that hash are held up, and the login waits for one of them.
    template <class Meanwhile>
    Result<Tokens> log_in_held_up(std::string_view email, const Meanwhile& meanwhile) {
        std::latch blocked{2};
        std::latch go_on{1};
        const auto block = [&] {
            blocked.count_down();
            go_on.wait();
            return 0;
        };
        std::optional<Result<Tokens>> outcome;
        {
            std::jthread first{[&] { run_sync(pool_.run(block)); }};
            std::jthread second{[&] { run_sync(pool_.run(block)); }};
            blocked.wait();
            std::jthread login{[&] { outcome = log_in(email); }};
            for (int i = 0; i < 1'000 && pool_.queued() == 0; ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds{5});
            EXPECT_EQ(pool_.queued(), 1U) << "no hash is to be computed for " << email;
            meanwhile();
            go_on.count_down();
        }
        return *outcome;
    }
    std::int64_t sessions() { return shop_.number("SELECT count(*) FROM sessions"); }

    LogIn log_in_{context_};
};

INSTANTIATE_ON_EACH_ENGINE(LogInTest);

TEST_P(LogInTest, BeginsASessionInFiveStatements) {
    const auto record = add_user("asha@example.com");
    const auto before = shop_.statements();
    const auto tokens = log_in("ASHA@example.com");
    ASSERT_TRUE(tokens);
    EXPECT_EQ(shop_.statements() - before, 5);

    const auto access = access_tokens_.verify(tokens->accessToken, Timestamp::now());
    const auto refresh = refresh_tokens_.verify(tokens->refreshToken, Timestamp::now());
    ASSERT_TRUE(access && refresh);
    EXPECT_EQ(access->user_id, record.id());
    EXPECT_EQ(access->session_id, refresh->session_id);
    EXPECT_EQ(refresh->generation, 1);
    const auto session = find_session(access->session_id);
    ASSERT_TRUE(session);
    EXPECT_EQ(session->user, record.id());
    EXPECT_EQ(session->address, "192.0.2.1");
    EXPECT_EQ(session->user_agent, "Browser/1");
    EXPECT_EQ(session->generation, 1);
    EXPECT_EQ(session->expires_at, session->created_at + context_.options.refresh_ttl_ms);

    const auto user = find_user(record.id());
    EXPECT_TRUE(user->user.fields.last_login_date);
    EXPECT_EQ(user->password_hash, kArgonHash) << "a hash of today's cost stays";
}

TEST_P(LogInTest, AHashOfTheFormerBackendIsAcceptedAndReplaced) {
    const auto record = add_user("asha@example.com", kBcryptHash);
    EXPECT_REFUSED(log_in("asha@example.com", "SecurePass123"), ErrorCode::invalid_credentials);
    EXPECT_EQ(find_user(record.id())->password_hash, kBcryptHash);
    ASSERT_TRUE(log_in("asha@example.com"));
    EXPECT_TRUE(find_user(record.id())->password_hash.starts_with("$argon2id$"));
    EXPECT_TRUE(log_in("asha@example.com"));
}

// Each finds the hash of the former backend, and all but one find it replaced when they are done hashing.
TEST_P(LogInTest, AllFirstLoginsAtOnceSucceed) {
    add_user("asha@example.com", kBcryptHash);
    std::atomic<int> succeeded = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] { succeeded += log_in("asha@example.com").has_value() ? 1 : 0; });
        }
    }
    EXPECT_EQ(succeeded, 4);
    EXPECT_EQ(sessions(), 4);
}

TEST_P(LogInTest, WhateverIsWrongTheErrorIsTheSame) {
    add_user("asha@example.com");
    make_inactive(add_user("gone@example.com").id());
    const Error expected{ErrorCode::invalid_credentials};
    for (const auto& refused : {log_in("asha@example.com", "SecurePass124!"), log_in("nobody@example.com"),
                                log_in("gone@example.com")}) {
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, expected.code);
        EXPECT_EQ(message_of(refused.error()), message_of(expected));
        EXPECT_EQ(refused.error().field, "");
    }
    EXPECT_EQ(sessions(), 0);
}

// Thousands that are told to come again must not keep the database from others.
TEST_P(LogInTest, AFullLineIsToldBeforeTheDatabaseIsAsked) {
    add_user("asha@example.com");
    {
        const FullPool full{pool_};
        const auto before = shop_.statements();
        EXPECT_REFUSED(log_in("asha@example.com"), ErrorCode::overloaded);
        EXPECT_EQ(shop_.statements() - before, 0);
        EXPECT_EQ(context_.limits.account_failures.keys(), 0U) << "nothing was tried";
    }
    EXPECT_TRUE(log_in("asha@example.com"));
}

// What the check of a password costs, by hash, or whether there is one, must not be seen from outside.
TEST_P(LogInTest, AFailureTakesAsLongWhateverIsWrong) {
    add_user("argon@example.com");
    add_user("bcrypt@example.com", kBcryptHash);
    constexpr std::int64_t kStepMs = 400;
    context_.options.failed_login_ms = kStepMs;
    for (const auto* email : {"argon@example.com", "bcrypt@example.com", "nobody@example.com"}) {
        const std::int64_t began_ms = steady_ms();
        EXPECT_REFUSED(log_in(email, "wrong"), ErrorCode::invalid_credentials);
        EXPECT_GE(steady_ms() - began_ms, kStepMs) << email;
    }
    // Nor what finding out costs whether it is the owner who comes too often.
    for (const auto* email : {"argon@example.com", "nobody@example.com"}) {
        for (int i = 0; i < 10; ++i) context_.limits.account_failures.count(email);
        const std::int64_t began_ms = steady_ms();
        EXPECT_REFUSED(log_in(email, "wrong"), ErrorCode::too_many_requests);
        EXPECT_GE(steady_ms() - began_ms, kStepMs) << email;
    }
}

TEST_P(LogInTest, AClientOfManyIpv6AddressesIsOne) {
    add_user("asha@example.com");
    for (int i = 0; i < 50; ++i) context_.limits.address_failures.count("2001:db8:1:2::/64");
    EXPECT_REFUSED(log_in("asha@example.com", kPassword, {.address = "2001:db8:1:2:3:4:5:6"}),
                   ErrorCode::too_many_requests);
    EXPECT_TRUE(log_in("asha@example.com", kPassword, {.address = "2001:db8:1:3:3:4:5:6"}));
}

TEST_P(LogInTest, AnUnverifiedAddressIsRefusedOnlyWhereThatIsAsked) {
    add_user("asha@example.com");
    EXPECT_TRUE(log_in("asha@example.com"));
    context_.options.require_verified_email = true;
    EXPECT_REFUSED(log_in("asha@example.com"), ErrorCode::email_not_verified);
    EXPECT_REFUSED(log_in("asha@example.com", "wrong"), ErrorCode::invalid_credentials);
}

TEST_P(LogInTest, CutsAUserAgentBetweenCharacters) {
    add_user("asha@example.com");
    const auto agent_of = [&](const std::string& agent) {
        const auto tokens =
            log_in("asha@example.com", kPassword, {.address = "192.0.2.1", .user_agent = agent});
        return find_session(access_tokens_.verify(tokens->accessToken, Timestamp::now())->session_id)
            ->user_agent;
    };
    EXPECT_EQ(agent_of(std::string(300, 'a')), std::string(256, 'a'));
    EXPECT_EQ(agent_of(std::string(255, 'a') + "é and more"), std::string(255, 'a'));
    EXPECT_EQ(agent_of("\xFF"), "") << "no text";
}

// The password is changed while the old one is still being checked.
TEST_P(LogInTest, APasswordChangedMeanwhileIsNotEnough) {
    static constexpr db::Query kChange{"test.change_password",
                                       "UPDATE users SET password_hash = 'other' WHERE id = $1"};
    const auto record = add_user("asha@example.com");
    const auto outcome = log_in_held_up("asha@example.com", [&] { change(kChange, record.id()); });
    EXPECT_REFUSED(outcome, ErrorCode::invalid_credentials);
    EXPECT_EQ(sessions(), 0);
}

TEST_P(LogInTest, AnUnknownAddressIsHashedToo) {
    make_inactive(add_user("gone@example.com").id());
    for (const auto* email : {"nobody@example.com", "gone@example.com"})
        EXPECT_REFUSED(log_in_held_up(email, [] {}), ErrorCode::invalid_credentials);
}

TEST_P(LogInTest, GuessersAreStoppedTheOwnerIsNot) {
    const auto record = add_user("asha@example.com");
    add_session(record.id(), "198.51.100.7");
    for (int i = 0; i < 10; ++i) context_.limits.account_failures.count("asha@example.com");
    const auto refused = log_in("Asha@example.com");
    EXPECT_REFUSED(refused, ErrorCode::too_many_requests);
    EXPECT_GT(refused.error().retry_after_s, 14 * 60);
    const Client home{.address = "198.51.100.7"};
    EXPECT_REFUSED(log_in("asha@example.com", "wrong", home), ErrorCode::too_many_requests);
    EXPECT_TRUE(log_in("asha@example.com", kPassword, home)) << "from where the owner was before";
    EXPECT_TRUE(log_in("asha@example.com")) << "and that ends it";
}

TEST_P(LogInTest, CountsFailuresByAccountAndByClient) {
    add_user("asha@example.com");
    static_cast<void>(log_in("asha@example.com", "wrong"));
    for (int i = 0; i < 9; ++i) context_.limits.account_failures.count("asha@example.com");
    EXPECT_REFUSED(log_in("asha@example.com"), ErrorCode::too_many_requests);
    for (int i = 0; i < 49; ++i) context_.limits.address_failures.count("192.0.2.1");
    EXPECT_REFUSED(log_in("ben@example.com"), ErrorCode::too_many_requests);
    context_.options.rate_limits = false;
    EXPECT_TRUE(log_in("asha@example.com"));
}

TEST_P(LogInTest, ForgetsSessionsThatHaveRunOut) {
    const auto record = add_user("asha@example.com");
    add_session(record.id());
    set_clock_offset_ms(context_.options.refresh_ttl_ms + kSecondMs);
    ASSERT_TRUE(log_in("asha@example.com"));
    EXPECT_EQ(sessions(), 1);
}

TEST_P(LogInTest, LoggingOutEndsOneSessionOfOnesOwn) {
    const auto asha = add_user("asha@example.com");
    const auto ben = add_user("ben@example.com");
    const Session here = add_session(asha.id());
    const Session there = add_session(asha.id());
    LogOut log_out{context_};
    EXPECT_REFUSED(run_sync(log_out.run(ben.id(), here.id)), ErrorCode::session_not_found);
    const auto before = shop_.statements();
    EXPECT_TRUE(run_sync(log_out.run(asha.id(), here.id)));
    EXPECT_EQ(shop_.statements() - before, 1);
    EXPECT_REFUSED(run_sync(log_out.run(asha.id(), here.id)), ErrorCode::session_not_found);
    EXPECT_FALSE(is_live(here));
    EXPECT_TRUE(is_live(there));
}

}  // namespace
}  // namespace haat::accounts
