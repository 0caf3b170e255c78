// Where the password of `haat admin create` and `haat admin reset-password` comes from.
#pragma once

#include <expected>
#include <string>

#include "app/cli.hpp"
#include "platform/crypto/secret.hpp"

namespace haat::app {

struct AdminPassword {
    crypto::Secret password;
    bool made = false;  // by us, so it has to be printed: nobody knows it yet
};

// From --password-file (its first line; `-` is standard input), made at random (24 letters and digits, 142
// bits), or asked for twice on the terminal, without echo. Whether it is a good one, accounts decides. The
// error is one line that says what to do. Blocking.
std::expected<AdminPassword, std::string> admin_password(const AdminOptions& options);

}  // namespace haat::app
