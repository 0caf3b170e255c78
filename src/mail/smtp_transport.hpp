// Mail by SMTP submission (RFC 5321, 6409), over TLS from the start or by STARTTLS.
#pragma once

#include <string>

#include "mail/transport.hpp"
#include "platform/crypto/secret.hpp"

namespace haat::mail {

struct SmtpSettings {
    crypto::Secret url{};   // smtp://user:pass@host:port or smtps://…; SMTP_URL
    std::string ca_file{};  // PEM of the authority to trust in place of the system's; empty: the system's
    TimeLimits limits{};
};

// A mailbox or a text that the server refuses for good (5xx to RCPT, DATA or the mail itself): give_up. All
// else, be it the network, 4xx, the login or the sender: retry, for the operator can mend it.
//
// smtp:// uses TLS when the server offers it; with a password, and a host other than this machine, it sends
// nothing without.
class SmtpTransport final : public Transport {
public:
    // Throws std::invalid_argument for a URL that is not as above; its text does not quote the URL.
    explicit SmtpTransport(SmtpSettings settings);

    [[nodiscard]] jobs::Attempt send(const Mail& mail, const std::stop_token& stop) override;

private:
    const SmtpSettings settings_;
    const bool needs_tls_;
};

}  // namespace haat::mail
