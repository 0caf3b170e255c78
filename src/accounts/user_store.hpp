// Users in the database.
#pragma once

#include <optional>
#include <string>

#include "accounts/user.hpp"
#include "platform/db/database.hpp"

namespace haat::accounts {

// A user with what only accounts may know.
struct UserRecord {
    User user{};
    std::string password_hash{};

    [[nodiscard]] UserId id() const { return UserId{user.id}; }
    [[nodiscard]] bool is_active() const { return user.fields.status == kActive; }
    [[nodiscard]] bool is_admin() const { return user.fields.role == kAdmin; }
};

// What an update sends; what is absent stays.
struct UserChanges {
    std::optional<std::string> name{};
    std::optional<std::string> email{};
    std::optional<std::int64_t> mobile{};
    std::optional<std::string> password_hash{};
    std::optional<bool> verify_email{};
};

class UserStore {
public:
    // Errors: user_exists.
    awaitable<Result<void>> insert(db::Transaction& tx, const UserRecord& record) const;
    awaitable<std::optional<UserRecord>> find(db::Session& session, UserId id) const;
    // The same, and nobody else changes the user until the transaction ends.
    awaitable<std::optional<UserRecord>> find_locked(db::Transaction& tx, UserId id) const;
    awaitable<std::optional<UserRecord>> find_by_email(db::Session& session, std::string_view email) const;
    awaitable<bool> has_admin(db::Session& session) const;
    // Whether there is no administrator; nobody else makes the first one until the transaction ends.
    awaitable<bool> needs_first_admin(db::Transaction& tx) const;

    // false when there is no such user. Errors: email_in_use.
    awaitable<Result<bool>> update(db::Transaction& tx, UserId id, const UserChanges& changes) const;
    // false when that is not the user's address any more.
    awaitable<bool> verify_email(db::Transaction& tx, UserId id, std::string_view email_key) const;
    // new_hash: when the one in place is outdated.
    awaitable<> logged_in(db::Transaction& tx, UserId id, const std::optional<std::string>& new_hash) const;
    awaitable<> set_avatar(db::Transaction& tx, UserId id, std::string_view url) const;
    // false when the user is an administrator already.
    awaitable<bool> promote(db::Transaction& tx, UserId id) const;
};

}  // namespace haat::accounts
