// A forgotten password, on a real database.
#include "accounts/reset_password.hpp"

#include <atomic>
#include <thread>

#include "accounts/events.hpp"
#include "accounts/tests/accounts_fixture.hpp"
#include "platform/crypto/hash.hpp"

namespace haat::accounts {
namespace {

constexpr std::string_view kNewPassword = "another-Secure-9-one";
constexpr std::string_view kEmail = "asha@example.com";

class ResetPasswordTest : public AccountsFixture {
protected:
    Result<void> request(std::string_view email = kEmail) {
        return run_sync(reset_.request({.email = std::string{email}}, "192.0.2.1"));
    }
    std::string request_otp(std::string_view email = kEmail) {
        request(email).value();
        return last_mail().text("otp");
    }
    Result<std::string> verify(const json::Loose& otp, std::string_view email = kEmail) {
        return run_sync(reset_.verify_otp({.email = std::string{email}, .otp = otp}));
    }
    Result<std::string> verify(std::string_view otp, std::string_view email = kEmail) {
        return verify(loose(otp), email);
    }
    std::string request_token() { return verify(request_otp()).value(); }
    Result<void> reset(std::string_view token, std::string_view email = kEmail) {
        const ResetPasswordInput input{.email = loose(email), .newPassword = loose(kNewPassword)};
        return run_sync(reset_.reset(token, input));
    }
    static std::string other_than(const std::string& otp) { return otp == "123456" ? "654321" : "123456"; }
    std::string hash_of(UserId user) { return find_user(user)->password_hash; }

    ResetPassword reset_{context_};
    const UserRecord record_ = add_user(kEmail);
    const UserRecord other_ = add_user("ben@example.com");
};

INSTANTIATE_ON_EACH_ENGINE(ResetPasswordTest);

TEST_P(ResetPasswordTest, MailsSixDigitsAndKeepsNoneOfThemInClear) {
    const auto before = shop_.statements();
    ASSERT_TRUE(request("ASHA@Example.com"));
    EXPECT_EQ(shop_.statements() - before, 8);
    const Mail mail = last_mail();
    EXPECT_EQ(mail.kind, event::kOtpRequested);
    EXPECT_EQ(mail.text("email"), kEmail);
    const std::string otp = mail.text("otp");
    EXPECT_EQ(otp.size(), 6U);
    EXPECT_EQ(otp.find_first_not_of("0123456789"), std::string::npos);
    const std::string plain_hash = crypto::sha256_hex(otp);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM password_resets WHERE length(otp_hash) = 64"), 1);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM password_resets WHERE otp_hash = '" + plain_hash + "'"), 0)
        << "a million digests without a key are soon made";
}

TEST_P(ResetPasswordTest, SaysNothingOfWhoHasAnAddress) {
    make_inactive(other_.id());
    EXPECT_TRUE(request("nobody@example.com"));
    EXPECT_TRUE(request("ben@example.com"));
    EXPECT_TRUE(request("no address"));
    EXPECT_TRUE(mails().empty());
    EXPECT_EQ(shop_.number("SELECT count(*) FROM otp_requests"), 3) << "each costs a commit";
    EXPECT_REFUSED(verify("123456", "nobody@example.com"), ErrorCode::invalid_otp);
    EXPECT_REFUSED(verify("123456", "ben@example.com"), ErrorCode::invalid_otp);
}

TEST_P(ResetPasswordTest, TakesAsLongWhoeverHasTheAddress) {
    constexpr std::int64_t kStepMs = 300;
    context_.options.password_reset_ms = kStepMs;
    for (const auto* email : {"asha@example.com", "nobody@example.com"}) {
        const std::int64_t began_ms = steady_ms();
        ASSERT_TRUE(request(email));
        EXPECT_GE(steady_ms() - began_ms, kStepMs) << email;
        EXPECT_REFUSED(verify("no otp", email), ErrorCode::invalid_otp);
        EXPECT_GE(steady_ms() - began_ms, 2 * kStepMs) << email;
    }
}

TEST_P(ResetPasswordTest, AnAddressIsMailedThreeTimesAnHour) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(request());
    const auto refused = request();
    EXPECT_REFUSED(refused, ErrorCode::too_many_requests);
    EXPECT_GT(refused.error().retry_after_s, 0);
    EXPECT_EQ(mails().size(), 3U);
    EXPECT_TRUE(verify(last_mail().text("otp"))) << "the refused request has not voided the last OTP";
    EXPECT_TRUE(request("ben@example.com"));
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(request("nobody@example.com"));
    EXPECT_REFUSED(request("nobody@example.com"), ErrorCode::too_many_requests);
    set_clock_offset_ms(kHourMs + kSecondMs);
    EXPECT_TRUE(request());
}

// Else whoever asks in another's name keeps him out for ever.
TEST_P(ResetPasswordTest, ARequestThatIsRefusedDoesNotLengthenTheWait) {
    for (const std::int64_t minute : {0, 10, 20}) {
        set_clock_offset_ms(minute * kMinuteMs);
        ASSERT_TRUE(request()) << minute;
    }
    for (const std::int64_t minute : {30, 40, 50, 59}) {
        set_clock_offset_ms(minute * kMinuteMs);
        ASSERT_FALSE(request()) << minute;
    }
    set_clock_offset_ms(61 * kMinuteMs);
    EXPECT_TRUE(request());
    EXPECT_EQ(mails().size(), 4U);
}

TEST_P(ResetPasswordTest, AClientAsksTwentyTimesAnHour) {
    for (int i = 0; i < 20; ++i) context_.limits.mails.count("192.0.2.1");
    EXPECT_REFUSED(request(), ErrorCode::too_many_requests);
    EXPECT_TRUE(mails().empty());
}

TEST_P(ResetPasswordTest, AnOtpIsGoodOnce) {
    const std::string otp = request_otp();
    const auto token = verify(otp);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->size(), 64U);
    EXPECT_REFUSED(verify(otp), ErrorCode::invalid_otp);
    EXPECT_TRUE(reset(*token)) << "trying the OTP again has not ended the reset";
}

TEST_P(ResetPasswordTest, AnOtpOfOneIsNotGoodForAnother) {
    const std::string otp = request_otp();
    EXPECT_REFUSED(verify(otp, "ben@example.com"), ErrorCode::invalid_otp);
    ASSERT_TRUE(request("ben@example.com"));
    if (last_mail().text("otp") != otp) {
        EXPECT_REFUSED(verify(otp, "ben@example.com"), ErrorCode::invalid_otp);
    }
    EXPECT_TRUE(verify(otp));
}

TEST_P(ResetPasswordTest, FourWrongTriesAreForgivenTheFifthVoidsIt) {
    const std::string otp = request_otp();
    for (int i = 0; i < 4; ++i) EXPECT_REFUSED(verify(other_than(otp)), ErrorCode::invalid_otp);
    EXPECT_TRUE(verify(otp));

    const std::string next = request_otp();
    for (int i = 0; i < 5; ++i) EXPECT_REFUSED(verify(other_than(next)), ErrorCode::invalid_otp);
    EXPECT_REFUSED(verify(next), ErrorCode::invalid_otp);
    EXPECT_TRUE(verify(request_otp())) << "a new one starts anew";
}

TEST_P(ResetPasswordTest, OfManyWrongTriesAtOnceNoneIsLost) {
    const std::string otp = request_otp();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 5; ++i) threads.emplace_back([&] { EXPECT_FALSE(verify(other_than(otp))); });
    }
    EXPECT_REFUSED(verify(otp), ErrorCode::invalid_otp);
}

TEST_P(ResetPasswordTest, AnOtpExpiresAfterTenMinutes) {
    const std::string otp = request_otp();
    set_clock_offset_ms(kOtpTtlMs + kSecondMs);
    EXPECT_REFUSED(verify(otp), ErrorCode::invalid_otp);
    set_clock_offset_ms(kOtpTtlMs - 30 * kSecondMs);
    EXPECT_TRUE(verify(otp));
}

TEST_P(ResetPasswordTest, ANewOtpTakesThePlaceOfTheOneBefore) {
    const std::string first = request_otp();
    const std::string second = request_otp();
    if (first != second) {
        EXPECT_REFUSED(verify(first), ErrorCode::invalid_otp);
    }
    EXPECT_TRUE(verify(second));
}

// A client that sends the OTP as a number has lost its leading zeros.
TEST_P(ResetPasswordTest, ANumberCountsWithItsLeadingZeros) {
    context_.options.rate_limits = false;
    std::string otp = request_otp();
    for (int i = 0; i < 400 && !otp.starts_with('0'); ++i) otp = request_otp();
    ASSERT_TRUE(otp.starts_with('0'));
    EXPECT_TRUE(verify(std::to_string(std::stoi(otp))));
    otp = request_otp();
    EXPECT_TRUE(verify(std::to_string(std::stoi(otp))));
}

TEST_P(ResetPasswordTest, RefusesAnOtpThatIsNeitherTextNorNumber) {
    const std::string otp = request_otp();
    EXPECT_REFUSED(verify(json::Loose{.text = otp}), ErrorCode::invalid_otp);
    EXPECT_REFUSED(verify(""), ErrorCode::invalid_otp);
    EXPECT_REFUSED(verify("0" + otp), ErrorCode::invalid_otp);
    EXPECT_REFUSED(verify(" " + otp), ErrorCode::invalid_otp);
}

TEST_P(ResetPasswordTest, TheTokenSetsThePasswordEndsAllSessionsAndTellsTheOwner) {
    const Session session = add_session(record_.id());
    const Session of_other = add_session(other_.id());
    const std::string token = request_token();
    const auto version = shop_.users_topic.version(record_.id().text());
    ASSERT_TRUE(reset(token));
    EXPECT_NE(shop_.users_topic.version(record_.id().text()), version);
    EXPECT_EQ(crypto::verify_password(hash_of(record_.id()), kNewPassword), crypto::PasswordCheck::right);
    EXPECT_FALSE(is_live(session));
    EXPECT_TRUE(is_live(of_other));
    EXPECT_EQ(last_mail().kind, event::kPasswordReset);
    EXPECT_REFUSED(reset(token), ErrorCode::invalid_reset_token);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM password_resets"), 0);
}

TEST_P(ResetPasswordTest, OfTwentyAtOnceWithOneTokenOneWins) {
    const std::string token = request_token();
    std::atomic<int> done = 0;
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 20; ++i) {
            threads.emplace_back([&] {
                const auto outcome = reset(token);
                if (outcome) ++done;
                if (!outcome && outcome.error().code == ErrorCode::invalid_reset_token) ++refused;
            });
        }
    }
    EXPECT_EQ(done, 1);
    EXPECT_EQ(refused, 19);
    EXPECT_EQ(mails().size(), 2U) << "the OTP and one notice";
}

TEST_P(ResetPasswordTest, ATokenOfOneIsNotGoodForAnother) {
    const std::string token = request_token();
    EXPECT_REFUSED(reset(token, "ben@example.com"), ErrorCode::invalid_reset_token);
    EXPECT_REFUSED(reset(token, "nobody@example.com"), ErrorCode::invalid_reset_token);
    EXPECT_EQ(hash_of(other_.id()), kArgonHash);
    EXPECT_TRUE(reset(token));
}

TEST_P(ResetPasswordTest, ATokenExpiresAfterTenMinutes) {
    const std::string token = request_token();
    set_clock_offset_ms(kResetTokenTtlMs + kSecondMs);
    EXPECT_REFUSED(reset(token), ErrorCode::invalid_reset_token);
    EXPECT_EQ(hash_of(record_.id()), kArgonHash);
}

TEST_P(ResetPasswordTest, AnOtpIsNoToken) {
    const std::string otp = request_otp();
    EXPECT_REFUSED(reset(otp), ErrorCode::invalid_reset_token);
}

TEST_P(ResetPasswordTest, RefusesInTheOrderOfTheContract) {
    const std::string token = request_token();
    const auto run = [&](std::string_view token_sent, const ResetPasswordInput& in) {
        return run_sync(reset_.reset(token_sent, in));
    };
    EXPECT_REFUSED(run("", {.email = loose(kEmail), .newPassword = loose(kNewPassword)}),
                   ErrorCode::reset_incomplete);
    EXPECT_REFUSED(run(token, {.newPassword = loose(kNewPassword)}), ErrorCode::reset_incomplete);
    EXPECT_REFUSED(run("other", {.email = loose(kEmail)}), ErrorCode::invalid_reset_token);
    EXPECT_REFUSED(run(token, {.email = loose(kEmail)}), ErrorCode::new_password_required);
    EXPECT_REFUSED(run(token, {.email = loose(kEmail), .newPassword = json::Loose{}}),
                   ErrorCode::invalid_field);
    EXPECT_REFUSED(run(token, {.email = loose(kEmail), .newPassword = loose("password")}),
                   ErrorCode::weak_password);
    EXPECT_TRUE(reset(token)) << "what was refused has not spent it";
}

}  // namespace
}  // namespace haat::accounts
