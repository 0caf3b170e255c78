// A mail to send in tests.
#pragma once

#include <string>
#include <utility>

#include "mail/message.hpp"

namespace haat::mail {

inline Mail example_mail(std::string to = "buyer@example.com") {
    Mail mail;
    mail.id = *jobs::EventId::parse("65a1b2c3d4e5f60718293a4b");
    mail.created_at = Timestamp{1'706'693'400'123};  // 2024-01-31T09:30:00.123Z
    mail.from = {.name = "Haat", .email = "shop@example.org"};
    mail.to = std::move(to);
    mail.subject = "Hello";
    mail.text = "First line\n.\n..dots\nlast\n";
    mail.html = "<p>Hello</p>\n";
    return mail;
}

}  // namespace haat::mail
