// Mail by Resend's HTTP API.
#pragma once

#include <string>

#include "mail/transport.hpp"
#include "platform/crypto/secret.hpp"

namespace haat::mail {

struct ResendSettings {
    std::string url = "https://api.resend.com";  // RESEND_URL
    crypto::Secret api_key{};                    // RESEND_API
    TimeLimits limits{};
};

// POST <url>/emails, with Mail::id as Idempotency-Key: within 24 hours Resend drops a repetition.
// 2xx: done; so is 409 `invalid_idempotent_request`, for an earlier attempt was taken. 400, 404, 422 and
// other 4xx: give_up. 429, 5xx, the network, 401 and 403 (a key or a domain that the operator can mend), 408,
// other 409: retry.
class ResendTransport final : public Transport {
public:
    // Throws std::invalid_argument unless the URL is http(s) and the key is one line of visible characters;
    // its text quotes neither.
    explicit ResendTransport(ResendSettings settings);

    [[nodiscard]] jobs::Attempt send(const Mail& mail, const std::stop_token& stop) override;

private:
    const ResendSettings settings_;
};

}  // namespace haat::mail
