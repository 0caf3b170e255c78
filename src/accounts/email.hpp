// E-mail addresses.
#pragma once

#include <string>
#include <string_view>

namespace haat::accounts {

// One `@`, 1 to 64 bytes before it, a domain of at least two labels behind it, at most 254 bytes in all
// (RFC 5321, 4.5.3.1). Letters beyond ASCII are fine (RFC 6531); white space, control characters, quotes,
// brackets and the like are not, so that an address can stand in a mail's header as it is. Neither is what
// Unicode has in two forms (it wants NFKC, UAX #15) or does not show, dashes and quotes that are not ASCII's,
// and what has no meaning yet: one address passes for another that way. Wants valid UTF-8.
bool is_email(std::string_view text);

// What two addresses have in common that are the same: short, also of a text that is far too long for one.
std::string email_key(std::string_view email);

}  // namespace haat::accounts
