#include "mail/resend_transport.hpp"

#include <gtest/gtest.h>
#include <boost/json.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "mail/tests/example_mail.hpp"
#include "mail/tests/http_server.hpp"

namespace haat::mail {
namespace {

using Outcome = jobs::Attempt::Outcome;

jobs::Attempt send_to(const std::string& url, const TimeLimits& limits = {},
                      const std::stop_token& stop = {}) {
    ResendTransport transport{{.url = url, .api_key = crypto::Secret{"re_s3cret"}, .limits = limits}};
    return transport.send(example_mail(), stop);
}

jobs::Attempt answered(int status, const std::string& body = "{}") {
    const HttpServer server{HttpServer::answer(status, body)};
    return send_to(server.url());
}

TEST(ResendTransport, PostsTheMailOnceUnderItsId) {
    const HttpServer server{HttpServer::answer(200, R"({"id":"49a3999c"})")};
    ResendTransport transport{{.url = server.url(), .api_key = crypto::Secret{"re_s3cret"}, .limits = {}}};
    auto mail = example_mail();
    mail.subject = "Grüße \"x\"\n";
    const auto attempt = transport.send(mail, {});
    ASSERT_EQ(attempt.outcome, Outcome::done) << attempt.reason;

    const auto requests = server.requests();
    ASSERT_EQ(requests.size(), 1U);
    const auto& request = requests.front();
    EXPECT_EQ(request.method_string(), "POST");
    EXPECT_EQ(request.target(), "/emails");
    EXPECT_EQ(request["Authorization"], "Bearer re_s3cret");
    EXPECT_EQ(request["Idempotency-Key"], "65a1b2c3d4e5f60718293a4b");
    EXPECT_EQ(request["Content-Type"], "application/json");
    EXPECT_NE(request["User-Agent"], "");
    const auto body = boost::json::parse(request.body()).as_object();
    EXPECT_EQ(body.size(), 5U);
    EXPECT_EQ(body.at("from"), "Haat <shop@example.org>");
    EXPECT_EQ(boost::json::serialize(body.at("to")), "[\"buyer@example.com\"]");
    EXPECT_EQ(body.at("subject"), "Grüße \"x\"\n");
    EXPECT_EQ(body.at("html"), "<p>Hello</p>\n");
    EXPECT_EQ(body.at("text"), "First line\n.\n..dots\nlast\n");
}

TEST(ResendTransport, IsDoneWhenTheMailWasTaken) {
    EXPECT_EQ(answered(200).outcome, Outcome::done);
    EXPECT_EQ(answered(201).outcome, Outcome::done);
    EXPECT_EQ(answered(200, "no JSON").outcome, Outcome::done);
    EXPECT_EQ(answered(409, R"({"name":"invalid_idempotent_request"})").outcome, Outcome::done);
}

TEST(ResendTransport, TriesAgainWhatMayPass) {
    for (const int status : {429, 500, 502, 503, 599, 408, 301}) {
        EXPECT_EQ(answered(status).outcome, Outcome::retry) << status;
    }
    EXPECT_EQ(answered(409, R"({"name":"concurrent_idempotent_requests"})").outcome, Outcome::retry);
}

TEST(ResendTransport, TriesAgainWhatTheOperatorCanMend) {
    EXPECT_EQ(answered(401, R"({"name":"missing_api_key"})").outcome, Outcome::retry);
    EXPECT_EQ(answered(403, R"({"name":"invalid_api_key"})").outcome, Outcome::retry);
}

TEST(ResendTransport, GivesUpWhatIsRefusedForGood) {
    for (const int status : {400, 404, 405, 413, 422})
        EXPECT_EQ(answered(status).outcome, Outcome::give_up) << status;
}

TEST(ResendTransport, NamesTheErrorButQuotesNothing) {
    EXPECT_EQ(answered(422, R"({"name":"validation_error","message":"buyer@example.com"})").reason,
              "resend answered 422 validation_error");
    EXPECT_EQ(answered(422, R"({"name":"buyer@example.com"})").reason, "resend answered 422");
    EXPECT_EQ(answered(500, "<html>").reason, "resend answered 500");
}

TEST(ResendTransport, ReadsNoAnswerWithoutEnd) {
    const std::string huge(8'000'000, 'x');
    EXPECT_EQ(answered(422, huge).outcome, Outcome::give_up);
    EXPECT_EQ(answered(200, huge).outcome, Outcome::done);  // the status has said it
    std::string head = "HTTP/1.1 503 X\r\n";
    for (int i = 0; i < 10'000; ++i) head += "X-Line: " + std::string(1'000, 'x') + "\r\n";
    const HttpServer server{head + "\r\n"};
    EXPECT_EQ(send_to(server.url()).outcome, Outcome::retry);
}

TEST(ResendTransport, TriesAgainWhenNobodyAnswers) {
    std::string url;
    {
        const HttpServer server{""};
        url = server.url();
        const auto begin_ms = steady_ms();
        const auto attempt = send_to(url, {.connect_ms = 500, .send_ms = 500, .stop_grace_ms = 0});
        EXPECT_EQ(attempt.outcome, Outcome::retry);
        EXPECT_LT(steady_ms() - begin_ms, 5'000);
    }
    EXPECT_EQ(send_to(url).outcome, Outcome::retry);  // refused
    const HttpServer rubbish{"SMTP? no.\r\n\r\n"};
    EXPECT_EQ(send_to(rubbish.url()).outcome, Outcome::retry);
}

TEST(ResendTransport, EndsSoonWhenTheProgramStops) {
    const HttpServer server{""};
    std::stop_source stop;
    stop.request_stop();
    const auto begin_ms = steady_ms();
    const TimeLimits limits{.connect_ms = 30'000, .send_ms = 30'000, .stop_grace_ms = 100};
    EXPECT_EQ(send_to(server.url(), limits, stop.get_token()).outcome, Outcome::retry);
    EXPECT_LT(steady_ms() - begin_ms, 10'000);
}

TEST(ResendTransport, SendsNothingToWhatIsNoAddress) {
    const HttpServer server{HttpServer::answer(200, "{}")};
    ResendTransport transport{{.url = server.url(), .api_key = crypto::Secret{"k"}, .limits = {}}};
    EXPECT_EQ(transport.send(example_mail("a@b,c@d"), {}).outcome, Outcome::give_up);
    EXPECT_TRUE(server.requests().empty());
}

TEST(ResendTransport, RefusesSettingsThatCannotWork) {
    const auto make = [](const std::string& url, const std::string& key) {
        const ResendTransport transport{{.url = url, .api_key = crypto::Secret{key}, .limits = {}}};
    };
    EXPECT_THROW(make("ftp://x", "key"), std::invalid_argument);
    EXPECT_THROW(make("", "key"), std::invalid_argument);
    EXPECT_THROW(make("https://x", ""), std::invalid_argument);
    EXPECT_THROW(make("https://x", "key\r\nX-Evil: 1"), std::invalid_argument);
    EXPECT_NO_THROW(make("https://x", "re_key"));
}

}  // namespace
}  // namespace haat::mail
