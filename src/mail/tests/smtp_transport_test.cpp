#include "mail/smtp_transport.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "mail/tests/example_mail.hpp"
#include "mail/tests/smtp_server.hpp"
#include "mail/tests/temporary_folder.hpp"

namespace haat::mail {
namespace {

using Outcome = jobs::Attempt::Outcome;

jobs::Attempt send(const std::string& url, const Mail& mail, const std::string& ca_file = {}) {
    SmtpTransport transport{{.url = crypto::Secret{url}, .ca_file = ca_file, .limits = {}}};
    return transport.send(mail, {});
}

std::string_view text(const boost::json::object& mail, std::string_view name) {
    return mail.at(name).as_string();
}

TEST(SmtpTransport, DeliversWhatAReaderUnderstands) {
    SmtpServer server;
    auto mail = example_mail();
    mail.from.name = "Grüße & Söhne, Köln";
    mail.subject =
        "Ihre Bestellung – übermäßig lange Überschrift mit vielen Wörtern, die in mehrere Zeilen muss";
    mail.html = "<p>Grüße</p>" + std::string(3'000, 'x') + "\n";
    const auto attempt = send("smtp://" + server.address(), mail);
    ASSERT_EQ(attempt.outcome, Outcome::done) << attempt.reason;

    const auto got = server.next_mail();
    EXPECT_EQ(text(got, "mail_from"), "shop@example.org");
    EXPECT_EQ(boost::json::serialize(got.at("rcpt_tos")), "[\"buyer@example.com\"]");
    EXPECT_EQ(text(got, "from"), "\"Grüße & Söhne, Köln\" <shop@example.org>");
    EXPECT_EQ(text(got, "to"), "buyer@example.com");
    EXPECT_EQ(text(got, "subject"), mail.subject);
    EXPECT_EQ(text(got, "date"), "2024-01-31T09:30:00+00:00");
    EXPECT_EQ(text(got, "message_id"), "<65a1b2c3d4e5f60718293a4b@example.org>");
    EXPECT_EQ(boost::json::serialize(got.at("types")),
              "[\"multipart/alternative\",\"text/plain\",\"text/html\"]");
    EXPECT_EQ(text(got, "text"), mail.text);  // lines that begin with dots included
    EXPECT_TRUE(text(got, "html") == mail.html);
    EXPECT_EQ(boost::json::serialize(got.at("defects")), "[]");
    EXPECT_LE(got.at("longest_line").as_int64(), 78);
    EXPECT_EQ(got.at("bare_breaks").as_int64(), 0);
}

TEST(SmtpTransport, SendsAddressesThatAreNotAscii) {
    SmtpServer server;
    const auto attempt = send("smtp://" + server.address(), example_mail("जन@example.com"));
    ASSERT_EQ(attempt.outcome, Outcome::done) << attempt.reason;
    const auto got = server.next_mail();
    EXPECT_EQ(boost::json::serialize(got.at("rcpt_tos")), "[\"जन@example.com\"]");
    EXPECT_EQ(text(got, "to"), "जन@example.com");
    EXPECT_NE(boost::json::serialize(got.at("mail_options")).find("SMTPUTF8"), std::string::npos);
}

TEST(SmtpTransport, TellsWhatIsFinalFromWhatMayPass) {
    SmtpServer server;
    const auto url = "smtp://" + server.address();
    EXPECT_EQ(send(url, example_mail("rejected@example.com")).outcome, Outcome::give_up);
    EXPECT_EQ(send(url, example_mail("refused@example.com")).outcome, Outcome::give_up);
    EXPECT_EQ(send(url, example_mail("later@example.com")).outcome, Outcome::retry);
    auto mail = example_mail();
    mail.from.email = "badsender@example.org";
    EXPECT_EQ(send(url, mail).outcome, Outcome::retry);
}

TEST(SmtpTransport, NamesTheStepAndTheReplyButNoAddress) {
    SmtpServer server;
    const auto attempt = send("smtp://" + server.address(), example_mail("rejected@example.com"));
    EXPECT_NE(attempt.reason.find("after RCPT, last reply 550"), std::string::npos) << attempt.reason;
    EXPECT_EQ(attempt.reason.find('@'), std::string::npos) << attempt.reason;
}

TEST(SmtpTransport, TriesAgainWhenNobodyListens) {
    std::string url;
    {
        const SmtpServer server;
        url = "smtp://" + server.address();
    }
    EXPECT_EQ(send(url, example_mail()).outcome, Outcome::retry);
    EXPECT_EQ(send("smtp://nowhere.invalid", example_mail()).outcome, Outcome::retry);
}

TEST(SmtpTransport, LogsIn) {
    SmtpServer server{{"--auth", "shop:p@ss/word"}};
    const auto attempt = send("smtp://shop:p%40ss%2Fword@" + server.address(), example_mail());
    ASSERT_EQ(attempt.outcome, Outcome::done) << attempt.reason;
    EXPECT_EQ(text(server.next_mail(), "login"), "shop");
}

TEST(SmtpTransport, TriesAgainWhenTheLoginFailsAndKeepsThePasswordToItself) {
    SmtpServer server{{"--auth", "shop:right"}};
    const auto wrong = send("smtp://shop:wrong-secret@" + server.address(), example_mail());
    EXPECT_EQ(wrong.outcome, Outcome::retry);
    EXPECT_EQ(wrong.reason.find("secret"), std::string::npos);
    EXPECT_EQ(send("smtp://" + server.address(), example_mail()).outcome, Outcome::retry);
}

TEST(SmtpTransport, UsesTlsWhereTheServerOffersIt) {
    const TemporaryFolder folder;
    SmtpServer server{{"--tls", folder.path()}};
    const auto attempt = send("smtp://" + server.address(), example_mail(), folder.path() / "cert.pem");
    ASSERT_EQ(attempt.outcome, Outcome::done) << attempt.reason;
    EXPECT_TRUE(server.next_mail().at("tls").as_bool());
}

TEST(SmtpTransport, UsesTlsFromTheStart) {
    const TemporaryFolder folder;
    SmtpServer server{{"--smtps", folder.path()}};
    const auto attempt = send("smtps://" + server.address(), example_mail(), folder.path() / "cert.pem");
    ASSERT_EQ(attempt.outcome, Outcome::done) << attempt.reason;
    EXPECT_EQ(text(server.next_mail(), "subject"), "Hello");
}

TEST(SmtpTransport, TrustsNoUnknownCertificate) {
    const TemporaryFolder folder;
    SmtpServer offers{{"--tls", folder.path()}};
    EXPECT_EQ(send("smtp://" + offers.address(), example_mail()).outcome, Outcome::retry);
    SmtpServer speaks{{"--smtps", folder.path()}};
    EXPECT_EQ(send("smtps://" + speaks.address(), example_mail()).outcome, Outcome::retry);
}

TEST(SmtpTransport, EndsWithinItsTime) {
    SmtpServer server;
    SmtpTransport transport{{.url = crypto::Secret{"smtp://" + server.address()},
                             .ca_file = {},
                             .limits = {.connect_ms = 500, .send_ms = 500, .stop_grace_ms = 0}}};
    const auto begin_ms = steady_ms();
    EXPECT_EQ(transport.send(example_mail("slow@example.com"), {}).outcome, Outcome::retry);
    EXPECT_LT(steady_ms() - begin_ms, 5'000);
}

TEST(SmtpTransport, EndsSoonWhenTheProgramStops) {
    SmtpServer server;
    SmtpTransport transport{{.url = crypto::Secret{"smtp://" + server.address()},
                             .ca_file = {},
                             .limits = {.connect_ms = 30'000, .send_ms = 30'000, .stop_grace_ms = 100}}};
    std::stop_source stop;
    const std::jthread later{[&stop] {
        std::this_thread::sleep_for(std::chrono::milliseconds{200});
        stop.request_stop();
    }};
    const auto begin_ms = steady_ms();
    EXPECT_EQ(transport.send(example_mail("slow@example.com"), stop.get_token()).outcome, Outcome::retry);
    EXPECT_LT(steady_ms() - begin_ms, 10'000);
}

TEST(SmtpTransport, SendsNothingToWhatIsNoAddress) {
    SmtpServer server;
    const auto url = "smtp://" + server.address();
    EXPECT_EQ(send(url, example_mail("a@b.example>\r\nRCPT TO:<c@d.example")).outcome, Outcome::give_up);
    EXPECT_EQ(send(url, example_mail("a@b.example,c@d.example")).outcome, Outcome::give_up);
    ASSERT_EQ(send(url, example_mail("next@example.com")).outcome, Outcome::done);
    EXPECT_EQ(text(server.next_mail(), "to"), "next@example.com");  // the first that came through
}

TEST(SmtpTransport, RefusesUrlsOfAnotherKindWithoutQuotingThem) {
    for (const auto* url :
         {"", "http://mail.example.com", "mail.example.com", "smtp://", "file:///etc/passwd"}) {
        EXPECT_THROW(SmtpTransport({.url = crypto::Secret{url}, .ca_file = {}, .limits = {}}),
                     std::invalid_argument)
            << url;
    }
    try {
        const SmtpTransport transport{
            {.url = crypto::Secret{"imap://shop:secret@mail.example.com"}, .ca_file = {}, .limits = {}}};
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_EQ(std::string_view{error.what()}.find("secret"), std::string_view::npos);
    }
}

}  // namespace
}  // namespace haat::mail
