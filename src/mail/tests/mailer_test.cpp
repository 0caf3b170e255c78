#include "mail/mailer.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "mail/file_transport.hpp"
#include "mail/tests/temporary_folder.hpp"

namespace haat::mail {
namespace {

using Outcome = jobs::Attempt::Outcome;

jobs::Event event_of(const std::string& kind, const std::string& payload) {
    jobs::Event event;
    event.id = *jobs::EventId::parse("65a1b2c3d4e5f60718293a4b");
    event.kind = kind;
    event.payload = payload;
    event.created_at = Timestamp{1'706'693'400'123};
    return event;
}

class MailerTest : public testing::Test {
protected:
    TemporaryFolder folder;
    FileTransport transport{folder.path()};
    Mailer mailer{transport,
                  {.name = "Haat", .email = "shop@example.org"},
                  {.name = "Haat", .public_url = "https://x.example"}};

    [[nodiscard]] std::string sent() const {
        std::ifstream in{folder.path() / "20240131T093000123Z-65a1b2c3d4e5f60718293a4b.eml",
                         std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
};

TEST_F(MailerTest, MakesTheMailThatAnEventAsksFor) {
    const auto event =
        event_of("accounts.otp_requested", R"({"email":"a@b.example","name":"Ann","otp":"004217"})");
    ASSERT_EQ(mailer(event, {}).outcome, Outcome::done);
    const auto mail = sent();
    for (const auto* part : {"To: <a@b.example>\r\n", "Subject: Password Reset Verification Code Sent!\r\n",
                             "004217", "Message-ID: <65a1b2c3d4e5f60718293a4b@example.org>\r\n",
                             "Date: Wed, 31 Jan 2024 09:30:00 +0000\r\n"}) {
        EXPECT_NE(mail.find(part), std::string::npos) << part;
    }
}

TEST_F(MailerTest, GivesUpEventsThatAreNotMails) {
    const auto attempt = mailer(event_of("catalog.changed", R"({"email":"a@b.example"})"), {});
    EXPECT_EQ(attempt.outcome, Outcome::give_up);
    EXPECT_EQ(attempt.reason, "no mail belongs to this kind of event");
    EXPECT_EQ(sent(), "");
}

TEST_F(MailerTest, PassesOnWhatTheTransportSays) {
    std::filesystem::remove(folder.path());
    const auto event = event_of("accounts.password_reset", R"({"email":"a@b.example"})");
    EXPECT_EQ(mailer(event, {}).outcome, Outcome::retry);
}

}  // namespace
}  // namespace haat::mail
