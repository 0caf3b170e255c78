// A mail, and its text on the wire (RFC 5322, 2045 to 2047, 2046's multipart/alternative).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernel/clock.hpp"
#include "kernel/object_id.hpp"
#include "platform/jobs/outbox.hpp"

namespace haat::mail {

struct Address {
    std::string name{};   // UTF-8, may be empty
    std::string email{};  // local@domain, UTF-8

    // The domain of the address.
    [[nodiscard]] std::string_view domain() const;
};

// All texts are UTF-8.
struct Mail {
    jobs::EventId id{};      // of the event that asks for it: the same on every attempt
    Timestamp created_at{};  // likewise
    Address from{};
    std::string to{};  // an address without a name
    std::string subject{};
    std::string text{};
    std::string html{};
};

// Whether an address may stand in a header and in an SMTP command: something@something of at most 254 bytes,
// made of the characters of an RFC 5322 dot-atom and of UTF-8 ones. So no space, control character, quote,
// comma or bracket gets in, and none can end a header. Non-ASCII addresses go out as UTF-8 (RFC 6532, with
// SMTPUTF8 where the server has it).
bool is_mailable(std::string_view email);

// Reads `mail@example.com` or `Shop <mail@example.com>`; nullopt unless the address is mailable.
std::optional<Address> parse_address(std::string_view text);

// `Shop <mail@example.com>` for an API: the name without the characters that mean something in a header.
std::string format_address(const Address& address);

// The whole message, lines ended by CRLF: the same bytes for the same mail. Header lines have at most 78
// characters (one with an address has its length), body lines 76. A line break or another control character
// in a name or the subject becomes a space. Nullopt when an address is not mailable.
std::optional<std::string> format_message(const Mail& mail);

}  // namespace haat::mail
