#include "accounts/change_user.hpp"

#include <algorithm>

#include "accounts/email.hpp"
#include "accounts/events.hpp"
#include "accounts/passwords.hpp"
#include "accounts/register.hpp"
#include "platform/crypto/password_rules.hpp"
#include "platform/http/pipeline/client_address.hpp"

namespace haat::accounts {
namespace {

constexpr std::int64_t kMaxMobile = 999'999'999'999'999;  // 15 digits (ITU-T E.164)

// The address, where it is another than the user's; else nullptr.
const std::string* new_email(const UserRecord& record, const std::optional<std::string>& email) {
    const bool is_new = email && email_key(*email) != email_key(record.user.fields.email);
    return is_new ? &*email : nullptr;
}

// Each change mails two addresses, one of them anybody's; and one that is refused tells who is a customer.
class EmailChange {
public:
    EmailChange(Limits& limits, UserId user, const std::string& address)
        : by_user_{limits.email_changes, user.str()}, by_client_{limits.mails, http::limit_key(address)} {}
    [[nodiscard]] int wait_s() const { return std::max(by_user_.wait_s(), by_client_.wait_s()); }
    void stands() {
        by_user_.stands();
        by_client_.stands();
    }

private:
    Attempt by_user_;
    Attempt by_client_;
};

}  // namespace

awaitable<Result<void>> UpdateUser::run(const http::Principal& caller, const UpdateUserInput& in,
                                        const std::string& address) {
    auto find = [&](db::Session& session) { return users_.find(session, caller.user); };
    const auto record = co_await context_.db.read_one(find);
    if (!record) co_return fail(ErrorCode::user_not_found);
    const std::string* email = new_email(*record, in.email);
    if (email != nullptr && !is_email(*email)) co_return fail(ErrorCode::invalid_email, "email");
    if (email != nullptr || in.password) {
        const auto allowed = co_await reauthenticate(caller, *record, in);
        if (!allowed) co_return std::unexpected{allowed.error()};
    }
    std::optional<EmailChange> counted;
    if (email != nullptr) {
        counted.emplace(context_.limits, caller.user, address);
        if (auto error = too_many(context_, counted->wait_s())) co_return std::unexpected{std::move(*error)};
    }
    auto changed = co_await check_and_change(caller, *record, in);
    if (counted) counted->stands();
    co_return changed;
}

awaitable<Result<void>> UpdateUser::check_and_change(const http::Principal& caller, const UserRecord& record,
                                                     const UpdateUserInput& in) {
    const std::string* email = new_email(record, in.email);
    if (email != nullptr) {
        auto find = [&](db::Session& session) { return users_.find_by_email(session, *email); };
        const auto other = co_await context_.db.read_one(find);
        if (other) co_return fail(ErrorCode::email_in_use, "email");
    }
    if (auto checked = check(in); !checked) co_return checked;
    UserChanges changes{.name = in.name, .email = in.email, .mobile = in.mobile};
    if (email != nullptr) changes.verify_email = false;
    if (in.password) changes.password_hash = co_await hash_password(context_.hashing, *in.password);
    auto body = [&](db::Transaction& tx) { return change(tx, caller, record, changes); };
    co_return co_await context_.db.transact(body);
}

Result<void> UpdateUser::check(const UpdateUserInput& in) {
    if (in.password) {
        if (auto reason = crypto::check_new_password(*in.password)) {
            return fail(ErrorCode::weak_password, "password", std::move(*reason));
        }
    }
    if (in.name) {
        if (auto named = check_name(*in.name); !named) return named;
    }
    if (in.mobile && (*in.mobile < 0 || *in.mobile > kMaxMobile)) {
        return std::unexpected{json::wrong_type("mobile", "a number of at most 15 digits")};
    }
    return {};
}

awaitable<Result<void>> UpdateUser::reauthenticate(const http::Principal& caller, const UserRecord& record,
                                                   const UpdateUserInput& in) {
    if (Timestamp::now() <= caller.login_at + kFreshLoginMs) co_return Result<void>{};
    if (!in.currentPassword) co_return fail(ErrorCode::reauthentication_required);
    Attempt on_account{context_.limits.account_failures, email_key(record.user.fields.email)};
    if (auto error = too_many(context_, on_account.wait_s())) co_return std::unexpected{std::move(*error)};
    const auto checked =
        co_await verify_password(context_.hashing, record.password_hash, *in.currentPassword);
    if (checked == crypto::PasswordCheck::wrong) {
        on_account.stands();
        co_return fail(ErrorCode::reauthentication_required);
    }
    co_return Result<void>{};
}

// What was checked may have changed while the password was hashed: the session may have ended, with a reset,
// or the address be another, which decides whether the new one is verified.
awaitable<Result<void>> UpdateUser::check_again(db::Transaction& tx, const http::Principal& caller,
                                                const UserRecord& before) {
    const auto current = co_await users_.find_locked(tx, caller.user);
    if (!current) co_return fail(ErrorCode::user_not_found);
    const auto session = co_await sessions_.find_live(tx, caller.session, caller.user);
    if (!session) co_return fail(ErrorCode::invalid_token);
    const bool is_same = current->password_hash == before.password_hash &&
                         email_key(current->user.fields.email) == email_key(before.user.fields.email);
    if (!is_same) co_return fail(ErrorCode::reauthentication_required);
    co_return Result<void>{};
}

awaitable<Result<void>> UpdateUser::change(db::Transaction& tx, const http::Principal& caller,
                                           const UserRecord& before, const UserChanges& changes) {
    if (changes.email || changes.password_hash) {
        auto same = co_await check_again(tx, caller, before);
        if (!same) co_return same;
    }
    const auto updated = co_await users_.update(tx, caller.user, changes);
    if (!updated) co_return std::unexpected{updated.error()};
    const std::string* email = new_email(before, changes.email);
    // Whoever reads the old mailbox, or began it, must not set a password afterwards.
    if (email != nullptr || changes.password_hash) co_await codes_.end_reset(tx, caller.user);
    if (email != nullptr) {
        const std::string told = user_event(before.user.fields, "new_email", *email);
        co_await context_.outbox.publish(tx, event::kEmailChangedOld, told);
        User user = before.user;
        user.fields.email = *email;
        co_await send_verification(context_, tx, event::kEmailChangedNew, user);
    }
    if (changes.password_hash) {
        co_await sessions_.end_all(tx, caller.user, caller.session);
        const std::string told = user_event(before.user.fields);
        co_await context_.outbox.publish(tx, event::kPasswordChanged, told);
    }
    tx.touch(context_.users, caller.user.text());
    co_return Result<void>{};
}

awaitable<Result<void>> SetAvatar::run(UserId user, std::string_view url) {
    auto body = [&](db::Transaction& tx) { return set(tx, user, url); };
    co_return co_await context_.db.transact(body);
}

awaitable<Result<void>> SetAvatar::set(db::Transaction& tx, UserId user, std::string_view url) {
    co_await users_.set_avatar(tx, user, url);
    tx.touch(context_.users, user.text());
    co_return Result<void>{};
}

awaitable<Result<PromotedUser>> MakeAdmin::run(std::string_view email) {
    auto body = [&](db::Transaction& tx) { return promote(tx, email); };
    co_return co_await context_.db.transact(body);
}

awaitable<Result<PromotedUser>> MakeAdmin::promote(db::Transaction& tx, std::string_view email) {
    const auto record = co_await users_.find_by_email(tx, email);
    if (!record) co_return fail(ErrorCode::user_not_found);
    const bool promoted = co_await users_.promote(tx, record->id());
    if (promoted) {
        co_await sessions_.end_all(tx, record->id());
        tx.touch(context_.users, record->id().text());
    }
    co_return PromotedUser{.email = record->user.fields.email};
}

}  // namespace haat::accounts
