// What the use cases of accounts share. Made once, outlives them.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "accounts/throttle.hpp"
#include "platform/cache/topic.hpp"
#include "platform/crypto/secret.hpp"
#include "platform/crypto/token.hpp"
#include "platform/db/database.hpp"
#include "platform/jobs/cpu_pool.hpp"
#include "platform/jobs/outbox.hpp"

namespace haat::accounts {

struct AccountOptions {
    crypto::Secret admin_key{};  // empty: nobody registers as an administrator
    crypto::Secret otp_key{};
    std::int64_t access_ttl_ms = 15 * kMinuteMs;
    std::int64_t refresh_ttl_ms = 30 * kDayMs;
    bool require_verified_email = false;
    bool rate_limits = true;
    // Answers that must not tell by their time whether there is an account, nor whether its hash is one of
    // the former backend's, come after the next whole multiple of these (sit_out.hpp; OWASP Forgot Password
    // Cheat Sheet). The first is above what a bcrypt hash of cost 10 takes, the second above what a commit
    // takes.
    std::int64_t failed_login_ms = 250;
    std::int64_t password_reset_ms = 100;  // of an OTP that is asked for, and one that is wrong
};

inline constexpr std::int64_t kVerificationTtlMs = kDayMs;
inline constexpr std::int64_t kOtpTtlMs = 10 * kMinuteMs;
inline constexpr std::int64_t kResetTokenTtlMs = 10 * kMinuteMs;
inline constexpr std::int64_t kRefreshGraceMs = 10 * kSecondMs;
inline constexpr std::int64_t kFreshLoginMs = 10 * kMinuteMs;  // within which no password is asked for again
inline constexpr std::int64_t kMaxOtpTries = 5;

struct Limits {
    Throttle account_failures{{10, 15 * kMinuteMs}};  // logins that failed, by account
    Throttle address_failures{{50, 15 * kMinuteMs}};  // the same by client
    Throttle registrations{{20, kHourMs}};            // by client
    Throttle mails{{20, kHourMs}};                    // asked for by a client
    Throttle admin_keys{{5, kHourMs}};                // wrong ADMIN_SECRET_KEYs, by client
    Throttle email_changes{{5, kHourMs}};             // by user
    Throttle avatars{{20, kHourMs}};                  // by user; each stays on the disk

    // In an order that nodes of one version share.
    std::array<Throttle*, 7> all() {
        return {&account_failures, &address_failures, &registrations, &mails,
                &admin_keys,       &email_changes,    &avatars};
    }
};

struct Context {
    db::Database& db;
    // Keyed by user id. users moves when what sessions and profiles show may have changed; profiles, known to
    // this process only, with what profiles alone show: the last login and the addresses.
    cache::Topic& users;
    cache::Topic& profiles;
    jobs::CpuPool& hashing;
    const jobs::Outbox& outbox;
    const crypto::TokenSigner& access_tokens;
    const crypto::TokenSigner& refresh_tokens;
    AccountOptions options;
    Limits limits{};
};

// 429 with the seconds to wait; nullopt when there are none, or limits are off.
inline std::optional<Error> too_many(const Context& context, int wait_s) {
    if (wait_s == 0 || !context.options.rate_limits) return std::nullopt;
    return retry_after(wait_s, ErrorCode::too_many_requests);
}

}  // namespace haat::accounts
