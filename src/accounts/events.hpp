// The events that accounts put into the outbox, for whoever sends mail.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <string>
#include <string_view>

#include "accounts/user.hpp"

namespace haat::accounts {

namespace event {
inline constexpr std::string_view kRegistered = "accounts.registered";              // email, name, code
inline constexpr std::string_view kOtpRequested = "accounts.otp_requested";         // email, name, otp
inline constexpr std::string_view kPasswordReset = "accounts.password_reset";       // email, name
inline constexpr std::string_view kPasswordChanged = "accounts.password_changed";   // email, name
inline constexpr std::string_view kEmailChangedOld = "accounts.email_changed_old";  // email, name, new_email
inline constexpr std::string_view kEmailChangedNew = "accounts.email_changed_new";  // email, name, code
}  // namespace event

// The payload with who is meant, and one more member.
inline std::string user_event(const UserFields& user, std::string_view key = {},
                              std::string_view value = {}) {
    boost::json::object payload{{"email", user.email}, {"name", user.name}};
    if (!key.empty()) payload[key] = boost::json::string_view{value};
    return boost::json::serialize(payload);
}
inline std::string verification_event(const UserFields& user, std::string_view code) {
    return user_event(user, "code", code);
}

}  // namespace haat::accounts
