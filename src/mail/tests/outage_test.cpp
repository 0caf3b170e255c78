#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "mail/mailer.hpp"
#include "mail/smtp_transport.hpp"
#include "mail/tests/smtp_server.hpp"
#include "platform/jobs/outbox_worker.hpp"
#include "platform/jobs/tests/outbox_fixture.hpp"

namespace haat::mail {
namespace {

std::string free_port() { return SmtpServer{}.port(); }

void wait_until_tried(jobs::OutboxFixture& outbox, int attempts) {
    static constexpr db::Query kTried{"test.tried", "SELECT count(*) FROM outbox_events WHERE attempts > 0"};
    for (int i = 0; i < 1'000 && outbox.query(kTried).front().int64(0) < attempts; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
}

// An outage of the mail server holds up no transaction, and its mails arrive afterwards, once each.
TEST(MailOutage, MailsArriveOnceTheServerIsBack) {
    constexpr int kMails = 5;
    const auto port = free_port();
    SmtpTransport transport{{.url = crypto::Secret{"smtp://127.0.0.1:" + port}, .ca_file = {}, .limits = {}}};
    const Mailer mailer{transport,
                        {.name = "Haat", .email = "shop@example.org"},
                        {.name = "Haat", .public_url = "https://shop.example.com"}};
    jobs::OutboxFixture outbox;
    jobs::OutboxWorker worker{*outbox.database, outbox.topic, mailer, [](std::string_view) {}};
    for (int i = 0; i < kMails; ++i) {
        outbox.publish("accounts.password_changed",
                       R"({"email":"buyer)" + std::to_string(i) + R"(@example.com"})");
    }
    wait_until_tried(outbox, kMails);
    EXPECT_EQ(run_sync(worker.snapshot()).due, kMails);

    SmtpServer server{{"--port", port}};
    set_clock_offset_ms(kHourMs);  // as if the outage had lasted that long
    std::set<std::string> ids;
    for (int i = 0; i < kMails; ++i) ids.emplace(server.next_mail().at("message_id").as_string());
    EXPECT_EQ(ids.size(), static_cast<std::size_t>(kMails));
    for (int i = 0; i < 1'000 && run_sync(worker.snapshot()).due != 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    const auto snapshot = run_sync(worker.snapshot());
    EXPECT_EQ(snapshot.delivered, static_cast<std::uint64_t>(kMails));
    EXPECT_EQ(snapshot.failed, 0U);
}

}  // namespace
}  // namespace haat::mail
