// Every setting of the program, with its type. What each one means, may be and is by default stands in one
// table (settings.cpp), from which `haat config`, the options of the command line and the README's list are
// made.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "platform/crypto/secret.hpp"

namespace haat::config {

// The values stand in the order of the words in the table.
enum class MailTransport : std::uint8_t { file, smtp, resend };
enum class ImageStore : std::uint8_t { local, cloudinary };
enum class LogFormat : std::uint8_t { pretty, json, combined };
enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

struct ServerSettings {
    std::string host;                        // an IPv4 or IPv6 address
    int port = 0;                            // 0: any free one
    int threads = 0;                         // at least 1
    std::string public_url;                  // scheme and host in lower case, no slash at its end
    std::vector<std::string> frontend_urls;  // as browsers write Origin: lower case, no default port or slash
    std::vector<std::string> trusted_proxies;  // `address` or `address/prefix length`
    std::vector<std::string> metrics_allow;    // the same
    bool rate_limits = true;
    int max_connections = 0;
    int max_in_flight = 0;
    std::chrono::seconds shutdown_grace{};
};

struct StorageSettings {
    std::filesystem::path data_dir;
    std::filesystem::path database_file;    // SQLite's; empty when postgres_url is set
    crypto::Secret postgres_url;            // carries the password
    std::vector<crypto::Secret> read_urls;  // of replicas; carry passwords
    int database_pool = 0;                  // connections to PostgreSQL
    std::filesystem::path database_password_file;
    int cache_memory_mib = 0;
    int search_memory_mib = 0;
};

inline bool on_postgres(const StorageSettings& storage) { return !storage.postgres_url.empty(); }

struct AccessSettings {
    crypto::Secret access_key;   // empty: see secrets.hpp
    crypto::Secret refresh_key;  // empty: see secrets.hpp
    crypto::Secret admin_key;    // empty: nobody registers as an administrator
    std::chrono::seconds access_token_ttl{};
    bool require_verified_email = false;
    std::string default_admin_email;
    crypto::Secret default_admin_password;  // empty: a random one is made and printed once
};

struct ShopSettings {
    std::string name;
};

struct MailSettings {
    MailTransport transport = MailTransport::file;
    std::string from;  // `Name <address>` or `address`
    std::filesystem::path dir;
    crypto::Secret smtp_url;    // set when the transport is smtp; carries the password
    crypto::Secret resend_key;  // set when the transport is resend
    std::string resend_url;
};

struct ImageSettings {
    ImageStore store = ImageStore::local;
    std::string cloud_name;  // this and the keys are set when the store is cloudinary
    crypto::Secret cloud_key;
    crypto::Secret cloud_secret;
    std::string cloud_url_base;
};

struct RedisSettings {
    crypto::Secret url;  // goes before the other three; carries the password
    std::string host;    // empty like url: no Redis
    int port = 0;
    crypto::Secret password;
};

struct LogSettings {
    LogFormat format = LogFormat::json;
    LogLevel level = LogLevel::info;
};

struct Settings {
    ServerSettings server;
    StorageSettings storage;
    AccessSettings access;
    ShopSettings shop;
    MailSettings mail;
    ImageSettings images;
    RedisSettings redis;
    LogSettings log;
};

}  // namespace haat::config
