// What is sent by mail to prove something: verification codes, OTPs, and the reset token that an OTP buys.
// Kept as hashes only.
#pragma once

#include <optional>
#include <string>

#include "kernel/clock.hpp"
#include "kernel/object_id.hpp"
#include "platform/db/database.hpp"

namespace haat::accounts {

inline constexpr std::int64_t kMaxOtpRequests = 3;  // an hour and address

struct EmailVerification {
    std::string code_hash{};
    UserId user{};
    std::string email_key{};
    Timestamp expires_at{};
};

struct PasswordReset {
    UserId user{};
    std::optional<std::string> otp_hash{};
    std::int64_t otp_tries = 0;
    std::optional<std::string> token_hash{};
    Timestamp expires_at{};
};

class CodeStore {
public:
    awaitable<> insert(db::Transaction& tx, const EmailVerification& verification) const;
    // Not expired.
    awaitable<std::optional<EmailVerification>> find(db::Session& session, std::string_view code_hash) const;

    // Notes that somebody asks for an OTP for this address; how many asked in the last hour, this one
    // included.
    awaitable<std::int64_t> count_otp_request(db::Transaction& tx, std::string_view email_key) const;
    // In the place of any that was under way.
    awaitable<> begin_reset(db::Transaction& tx, const PasswordReset& reset) const;
    // Not expired.
    awaitable<std::optional<PasswordReset>> find_reset(db::Session& session, UserId user) const;
    // The same, and nobody else uses or changes it until the transaction ends.
    awaitable<std::optional<PasswordReset>> find_reset_locked(db::Transaction& tx, UserId user) const;
    awaitable<> count_wrong_otp(db::Transaction& tx, UserId user) const;
    awaitable<> end_reset(db::Transaction& tx, UserId user) const;
    // Ends the reset; false unless its token is this one and not expired.
    awaitable<bool> spend_token(db::Transaction& tx, UserId user, std::string_view token_hash) const;
};

}  // namespace haat::accounts
