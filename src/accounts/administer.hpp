// Administrators made from the command line, and the first one made at the first start.
#pragma once

#include <optional>
#include <string>

#include "accounts/code_store.hpp"
#include "accounts/context.hpp"
#include "accounts/session_store.hpp"
#include "accounts/user_store.hpp"

namespace haat::accounts {

class Administer {
public:
    explicit Administer(Context& context) : context_{context} {}

    awaitable<bool> has_admin();
    // A verified administrator, unless there is one already: then nothing comes back. Of nodes that start
    // together one makes it. Errors as of create_admin.
    awaitable<Result<std::optional<User>>> create_first_admin(const std::string& name,
                                                              const std::string& email,
                                                              const std::string& password);
    // A verified administrator. Errors: invalid_email, weak_password, user_exists.
    awaitable<Result<User>> create_admin(const std::string& name, const std::string& email,
                                         const std::string& password);
    // All sessions of the user end, and a reset that is under way. Errors: weak_password, user_not_found.
    awaitable<Result<void>> set_password(const std::string& email, const std::string& password);

private:
    awaitable<Result<UserRecord>> new_admin(const std::string& name, const std::string& email,
                                            const std::string& password);
    awaitable<Result<User>> insert(db::Transaction& tx, const UserRecord& record);
    awaitable<Result<std::optional<User>>> insert_first(db::Transaction& tx, const UserRecord& record);
    awaitable<Result<void>> replace_password(db::Transaction& tx, const std::string& email,
                                             const std::string& hash);

    Context& context_;
    UserStore users_;
    SessionStore sessions_;
    CodeStore codes_;
};

}  // namespace haat::accounts
