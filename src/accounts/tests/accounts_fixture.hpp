// The use cases of accounts on a database of their own, with users that cost no hashing to make.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include <latch>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/access.hpp"
#include "accounts/context.hpp"
#include "accounts/log_in.hpp"
#include "accounts/user_store.hpp"
#include "platform/crypto/password.hpp"
#include "platform/handoff.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/shop_database.hpp"

namespace haat::accounts {

inline constexpr std::string_view kPassword = "SecurePass123!";
// Of kPassword: Argon2id of today's cost, and what the former backend would have kept.
inline constexpr std::string_view kArgonHash =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$koFrE4P5tljaiXuw9tHFqPQfZxRQq6eVs8XsVlyPUUU";
inline constexpr std::string_view kBcryptHash =
    "$2a$04$abcdefghijklmnopqrstuuVLi5Zp66bMmguszUUFELWvAIPfrRu7G";

// A field as a client may send it.
inline json::Loose loose(std::string_view text) { return {.valid = true, .text = std::string{text}}; }

struct Mail {
    std::string kind;
    boost::json::object payload;

    [[nodiscard]] std::string text(std::string_view key) const {
        const auto* value = payload.if_contains(key);
        return value == nullptr ? std::string{} : std::string{value->as_string()};
    }
};

inline constexpr std::size_t kHashingThreads = 2;
inline constexpr std::size_t kMaxQueuedHashes = 200;

// While it lives the threads of the fixture's pool are busy, and so many wait in its queue.
class FullPool {
public:
    explicit FullPool(jobs::CpuPool& pool, std::size_t queued = kMaxQueuedHashes);
    ~FullPool();
    FullPool(const FullPool&) = delete;
    FullPool& operator=(const FullPool&) = delete;

private:
    asio::io_context context_{1};
    const ResumersLeave resumers_leave_;
    std::latch busy_{kHashingThreads};
    std::latch open_{1};
};

class AccountsFixture : public contract::OnEachEngine {
protected:
    ~AccountsFixture() override { set_clock_offset_ms(0); }

    UserRecord add_user(std::string_view email, std::string_view hash = kArgonHash);
    // A login without its password check.
    Session add_session(UserId user, std::string_view address = "192.0.2.1");
    std::optional<UserRecord> find_user(UserId user);
    std::optional<Session> find_session(SessionId session);
    [[nodiscard]] http::Principal principal(const Session& session) const {
        return {.user = session.user, .session = session.id, .login_at = session.created_at};
    }
    bool is_live(const Session& session);

    // One statement with the id of a user.
    void change(const db::Query& query, UserId user);
    void make_inactive(UserId user);

    // What the outbox holds, oldest first.
    std::vector<Mail> mails();
    Mail last_mail();

    contract::ShopDatabase shop_{GetParam()};
    jobs::CpuPool pool_{"hashing", kHashingThreads, kMaxQueuedHashes};
    cache::Topic outbox_topic_;
    const jobs::Outbox outbox_{outbox_topic_};
    const crypto::TokenSigner access_tokens_{crypto::Secret{"the key of access tokens"},
                                             crypto::TokenType::access};
    const crypto::TokenSigner refresh_tokens_{crypto::Secret{"the key of refresh tokens"},
                                              crypto::TokenType::refresh};
    Context context_{
        .db = shop_.db(),
        .users = shop_.users_topic,
        .profiles = shop_.profiles_topic,
        .hashing = pool_,
        .outbox = outbox_,
        .access_tokens = access_tokens_,
        .refresh_tokens = refresh_tokens_,
        .options = {
            .otp_key = crypto::Secret{"the key of OTPs"}, .failed_login_ms = 0, .password_reset_ms = 0}};
    const UserStore users_{};
    const SessionStore sessions_{};
};

}  // namespace haat::accounts

#define EXPECT_REFUSED(result, expected)              \
    do {                                              \
        const auto& refused_ = (result);              \
        ASSERT_FALSE(refused_.has_value());           \
        EXPECT_EQ(refused_.error().code, (expected)); \
    } while (false)
