#include "mail/mailer.hpp"

#include <utility>

namespace haat::mail {

Mailer::Mailer(Transport& transport, Address from, Shop shop)
    : transport_{&transport}, from_{std::move(from)}, shop_{std::move(shop)} {}

jobs::Attempt Mailer::operator()(const jobs::Event& event, const std::stop_token& stop) const {
    auto mail = render(event.kind, event.payload, shop_);
    if (!mail) return {.outcome = jobs::Attempt::Outcome::give_up, .reason = std::move(mail.error())};
    mail->id = event.id;
    mail->created_at = event.created_at;
    mail->from = from_;
    return transport_->send(*mail, stop);
}

}  // namespace haat::mail
