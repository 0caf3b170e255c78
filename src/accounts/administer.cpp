#include "accounts/administer.hpp"

#include "accounts/email.hpp"
#include "accounts/passwords.hpp"
#include "platform/crypto/password_rules.hpp"

namespace haat::accounts {

awaitable<bool> Administer::has_admin() {
    auto find = [this](db::Session& session) { return users_.has_admin(session); };
    co_return co_await context_.db.read(find);
}

awaitable<Result<UserRecord>> Administer::new_admin(const std::string& name, const std::string& email,
                                                    const std::string& password) {
    if (!is_email(email)) co_return fail(ErrorCode::invalid_email, "email");
    if (auto reason = crypto::check_new_password(password)) {
        co_return fail(ErrorCode::weak_password, "password", std::move(*reason));
    }
    UserRecord record;
    record.user.id = UserId::make();
    record.user.fields.name = name;
    record.user.fields.email = email;
    record.user.fields.role = kAdmin;
    record.user.fields.verify_email = true;
    record.user.created_at = record.user.updated_at = Timestamp::now();
    record.password_hash = co_await hash_password(context_.hashing, password);
    co_return record;
}

awaitable<Result<User>> Administer::create_admin(const std::string& name, const std::string& email,
                                                 const std::string& password) {
    const auto record = co_await new_admin(name, email, password);
    if (!record) co_return std::unexpected{record.error()};
    auto body = [&](db::Transaction& tx) { return insert(tx, *record); };
    co_return co_await context_.db.transact(body);
}

awaitable<Result<std::optional<User>>> Administer::create_first_admin(const std::string& name,
                                                                      const std::string& email,
                                                                      const std::string& password) {
    const auto record = co_await new_admin(name, email, password);
    if (!record) co_return std::unexpected{record.error()};
    auto body = [&](db::Transaction& tx) { return insert_first(tx, *record); };
    co_return co_await context_.db.transact(body);
}

awaitable<Result<std::optional<User>>> Administer::insert_first(db::Transaction& tx,
                                                                const UserRecord& record) {
    const bool is_first = co_await users_.needs_first_admin(tx);
    if (!is_first) co_return std::optional<User>{};
    const auto inserted = co_await users_.insert(tx, record);
    if (!inserted) co_return std::unexpected{inserted.error()};
    co_return std::optional{record.user};
}

awaitable<Result<User>> Administer::insert(db::Transaction& tx, const UserRecord& record) {
    const auto inserted = co_await users_.insert(tx, record);
    if (!inserted) co_return std::unexpected{inserted.error()};
    co_return record.user;
}

awaitable<Result<void>> Administer::set_password(const std::string& email, const std::string& password) {
    if (auto reason = crypto::check_new_password(password)) {
        co_return fail(ErrorCode::weak_password, "password", std::move(*reason));
    }
    const std::string hash = co_await hash_password(context_.hashing, password);
    auto body = [&](db::Transaction& tx) { return replace_password(tx, email, hash); };
    co_return co_await context_.db.transact(body);
}

awaitable<Result<void>> Administer::replace_password(db::Transaction& tx, const std::string& email,
                                                     const std::string& hash) {
    const auto record = co_await users_.find_by_email(tx, email);
    if (!record) co_return fail(ErrorCode::user_not_found);
    const UserChanges changes{.password_hash = hash};
    const auto updated = co_await users_.update(tx, record->id(), changes);
    if (!updated) co_return std::unexpected{updated.error()};
    co_await sessions_.end_all(tx, record->id());
    co_await codes_.end_reset(tx, record->id());
    tx.touch(context_.users, record->id().text());
    co_return Result<void>{};
}

}  // namespace haat::accounts
