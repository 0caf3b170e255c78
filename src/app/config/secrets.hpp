// The keys of the server: those given as settings, and those that it makes for itself and keeps.
//
// Kept keys lie in DATA_DIR/secrets (directory 0700), one file each (0600): 64 hex digits, 32 random bytes.
// Losing access.key and refresh.key signs everybody out; losing otp.key voids the codes under way.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "app/config/settings.hpp"
#include "platform/crypto/secret.hpp"

namespace haat::config {

struct ServerKeys {
    crypto::Secret access;   // signs access tokens: SECRET_KEY_ACCESS_TOKEN, else access.key
    crypto::Secret refresh;  // signs refresh tokens: SECRET_KEY_REFRESH_TOKEN, else refresh.key
    crypto::Secret otp;      // under which one-time codes are stored: otp.key; on PostgreSQL made from
                             // SECRET_KEY_REFRESH_TOKEN if that is set, so that it is the same on all nodes
};

// Makes the folders and keys that are missing; two processes that start at once end up with the same keys. A
// key is on disk, or was there, before it is returned. Errors, one line each: a key that others may read,
// that is damaged or cannot be read or written. Blocking; for the start of the program.
std::expected<ServerKeys, std::vector<std::string>> load_keys(const Settings& settings);

// The folder of the kept keys.
std::filesystem::path secrets_dir(const Settings& settings);

// The key in this file, without making it. An empty Secret when there is no file.
std::expected<crypto::Secret, std::string> read_key_file(const std::filesystem::path& path);

}  // namespace haat::config
