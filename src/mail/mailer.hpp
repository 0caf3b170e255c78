// From an event to a mail that is on its way: the handler of the outbox.
#pragma once

#include "mail/message.hpp"
#include "mail/templates.hpp"
#include "mail/transport.hpp"
#include "platform/jobs/outbox.hpp"

namespace haat::mail {

// Safe from any thread; the transport outlives it. Fits OutboxWorker::Handler.
class Mailer {
public:
    Mailer(Transport& transport, Address from, Shop shop);

    // An event of which no mail can be made: give_up.
    jobs::Attempt operator()(const jobs::Event& event, const std::stop_token& stop) const;

private:
    Transport* transport_;
    Address from_;
    Shop shop_;
};

}  // namespace haat::mail
