// A way out for mail.
#pragma once

#include <stop_token>

#include "mail/message.hpp"
#include "platform/jobs/outbox.hpp"

namespace haat::mail {

// How long a way out over the network may take.
struct TimeLimits {
    std::int64_t connect_ms = 10 * kSecondMs;
    std::int64_t send_ms = 30 * kSecondMs;       // the whole of it
    std::int64_t stop_grace_ms = 5 * kSecondMs;  // for what is under way when the program stops
};

// Used by several threads at once. Blocks, within its TimeLimits. Reasons name codes and steps, never
// addresses, texts or keys.
class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    virtual ~Transport() = default;

    // Mail::id is the idempotency key: where the way out knows such, a repeated mail is dropped there.
    [[nodiscard]] virtual jobs::Attempt send(const Mail& mail, const std::stop_token& stop) = 0;
};

}  // namespace haat::mail
