#include "app/config/settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "app/config/nearest.hpp"
#include "app/config/read_value.hpp"
#include "app/config/setting.hpp"
#include "app/config/texts.hpp"
#include "app/config/url_parts.hpp"
#include "platform/db/postgres/postgres_database.hpp"

namespace haat::config {
namespace {

template <auto Group, auto Member>
bool into(const Setting& setting, std::string_view text, Settings& settings) {
    return read_value(setting, text, settings.*Group.*Member);
}

constexpr int kMaxThreads = 256;

std::string cores(const Texts&) {
    const auto count = static_cast<int>(std::thread::hardware_concurrency());
    return std::to_string(std::clamp(count, 1, kMaxThreads));
}

std::string in_data_dir(const Texts& texts, std::string_view name) {
    return (std::filesystem::path{texts.text("DATA_DIR")} / name).string();
}
std::string database_url(const Texts& texts) { return "sqlite:" + in_data_dir(texts, "haat.db"); }
// A read-only and a few exclusive connections for each thread, and as many for what is not a request.
std::string database_pool(const Texts& texts) {
    constexpr int kUsual = 20, kForEach = 4;
    const int threads = std::atoi(std::string{texts.text("THREADS")}.c_str());
    return std::to_string(std::max(kUsual, kForEach * (threads + 1)));
}

bool into_database(const Setting& setting, std::string_view text, Settings& settings) {
    auto& storage = settings.storage;
    if (db::is_postgres_url(text)) return read_value(setting, text, storage.postgres_url);
    return read_value(setting, text, storage.database_file);
}

// Parted by blanks, as a URL of several hosts has commas in it.
bool into_read_urls(const Setting&, std::string_view text, Settings& settings) {
    auto& urls = settings.storage.read_urls;
    urls.clear();
    std::istringstream words{std::string{text}};
    for (std::string url; words >> url;) {
        if (!db::is_postgres_url(url)) return false;
        urls.emplace_back(std::move(url));
    }
    return true;
}

std::string mail_dir(const Texts& texts) { return in_data_dir(texts, "mail"); }

std::string mail_transport(const Texts& texts) {
    if (texts.chosen("RESEND_API")) return "resend";
    return texts.chosen("SMTP_URL") ? "smtp" : "file";
}

std::string image_store(const Texts& texts) {
    const bool complete = texts.chosen("CLOUDINARY_CLOUD_NAME") && texts.chosen("CLOUDINARY_API_KEY") &&
                          texts.chosen("CLOUDINARY_API_SECRET");
    return complete ? "cloudinary" : "local";
}

std::string log_format(const Texts& texts) { return texts.terminal ? "pretty" : "json"; }

constexpr auto kServer = &Settings::server;
constexpr auto kStorage = &Settings::storage;
constexpr auto kAccess = &Settings::access;
constexpr auto kMail = &Settings::mail;
constexpr auto kImages = &Settings::images;
constexpr auto kRedis = &Settings::redis;
constexpr auto kLog = &Settings::log;

constexpr std::int64_t kDay = 86'400;  // seconds

// clang-format off
constexpr auto kTable = std::to_array<Setting>({
    // group, name, alias, kind, constraint, default,
    // meaning,
    // member
    {"Server", "HOST", "", Kind::address, {}, {"0.0.0.0"},
     "The address to listen on. 127.0.0.1 behind a proxy on the same machine.",
     into<kServer, &ServerSettings::host>},
    {"Server", "PORT", "", Kind::integer, {0, 65'535}, {"3001"},
     "The TCP port to listen on; 0 takes any free one.",
     into<kServer, &ServerSettings::port>},
    {"Server", "FRONTEND_URL", "", Kind::origins, {}, {},
     "Where the shop's pages come from: the only origins that browsers may call from (CORS, CSRF). "
     "Unset: none.",
     into<kServer, &ServerSettings::frontend_urls>},
    {"Server", "PUBLIC_URL", "", Kind::url, {.words = "http|https"},
     {},
     "Where this server is reached from outside: links in mails and addresses of images begin with it. Unset: "
     "http://localhost:PORT, but for mails the first FRONTEND_URL if there is one. Where it is https, the server "
     "does not start with a weak secret or a FRONTEND_URL without TLS.",
     into<kServer, &ServerSettings::public_url>},
    {"Server", "TRUSTED_PROXIES", "", Kind::networks, {}, {},
     "Proxies whose X-Forwarded-For is believed. Unset: none, and the peer's address is the client's.",
     into<kServer, &ServerSettings::trusted_proxies>},
    {"Server", "METRICS_ALLOW", "", Kind::networks, {},
     {"127.0.0.0/8, 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 169.254.0.0/16, ::1, fc00::/7, fe80::/10"},
     "Who may read /metrics: this machine and private networks. For all others it is not there.",
     into<kServer, &ServerSettings::metrics_allow>},
    {"Server", "RATE_LIMITS", "", Kind::boolean, {}, {"on"},
     "Limits on logins, codes, mails and requests per client. Off is for load tests.",
     into<kServer, &ServerSettings::rate_limits>},
    {"Server", "THREADS", "", Kind::integer, {1, kMaxThreads}, {"one per core", cores},
     "Threads that serve connections.",
     into<kServer, &ServerSettings::threads>},
    {"Server", "MAX_CONNECTIONS", "", Kind::integer, {1, 1'000'000}, {"10240"},
     "Open connections; one more gets 503 and is closed.",
     into<kServer, &ServerSettings::max_connections>},
    {"Server", "MAX_IN_FLIGHT", "", Kind::integer, {1, 100'000}, {"1024"},
     "Requests being answered at the same time; one more is answered with 503.",
     into<kServer, &ServerSettings::max_in_flight>},
    {"Server", "SHUTDOWN_GRACE", "", Kind::duration, {0, 600}, {"10"},
     "How long running requests may take to finish when the server stops.",
     into<kServer, &ServerSettings::shutdown_grace>},

    {"Storage", "DATA_DIR", "", Kind::path, {}, {"./data"},
     "The folder of the database, images, mails and keys. Back it up.",
     into<kStorage, &StorageSettings::data_dir>},
    {"Storage", "DATABASE_URL", "", Kind::database, {}, {"sqlite:DATA_DIR/haat.db", database_url},
     "The database: a file of SQLite in this machine, or a PostgreSQL server (15 or newer) that several nodes "
     "may share. What libpq knows may stand behind it: ?sslmode=verify-full&sslrootcert=PATH.",
     into_database},
    {"Storage", "DATABASE_READ_URLS", "", Kind::secret, {}, {},
     "Streaming replicas for reads of the catalogue: postgres:// URLs, parted by blanks. A replica that lags "
     "behind is passed over.",
     into_read_urls},
    {"Storage", "DATABASE_POOL", "", Kind::integer, {4, 10'000}, {"20, or 4 for each thread and 4 more if that is more", database_pool},
     "Connections of this process to PostgreSQL, divided evenly among the threads and what is no request: at least "
     "2 for each thread and 2 more. So many again to each replica; and up to three more, by which it hears of other "
     "nodes.",
     into<kStorage, &StorageSettings::database_pool>},
    {"Storage", "DATABASE_PASSWORD_FILE", "", Kind::path, {}, {},
     "A file with the password for PostgreSQL, for when DATABASE_URL has none. Read at every connect.",
     into<kStorage, &StorageSettings::database_password_file>},
    {"Storage", "CACHE_MEMORY", "", Kind::integer, {0, 65'536}, {"32"},
     "MiB of memory for finished answers of the catalog; 0 keeps none.",
     into<kStorage, &StorageSettings::cache_memory_mib>},
    {"Storage", "SEARCH_MEMORY", "", Kind::integer, {0, 65'536}, {"256"},
     "MiB of memory that the index of products may take, some 80 bytes for each of the demo shop's. Where it is not "
     "enough, or 0, the database lists and searches by itself.",
     into<kStorage, &StorageSettings::search_memory_mib>},

    {"Access", "SECRET_KEY_ACCESS_TOKEN", "", Kind::secret, {}, {},
     "The key that signs access tokens, 32 bytes or more. Unset: made at the first start and kept in "
     "DATA_DIR/secrets.",
     into<kAccess, &AccessSettings::access_key>},
    {"Access", "SECRET_KEY_REFRESH_TOKEN", "", Kind::secret, {}, {},
     "The same for refresh tokens.",
     into<kAccess, &AccessSettings::refresh_key>},
    {"Access", "ACCESS_TOKEN_TTL", "", Kind::duration, {1, kDay}, {"900"},
     "How long an access token lives.",
     into<kAccess, &AccessSettings::access_token_ttl>},
    {"Access", "REQUIRE_VERIFIED_EMAIL", "", Kind::boolean, {}, {"false"},
     "Refuse logins until the address in the mail is confirmed.",
     into<kAccess, &AccessSettings::require_verified_email>},
    {"Access", "ADMIN_SECRET_KEY", "", Kind::secret, {}, {},
     "Who registers with this as adminKey becomes an administrator. Unset: nobody does.",
     into<kAccess, &AccessSettings::admin_key>},
    {"Access", "DEFAULT_ADMIN_EMAIL", "", Kind::email, {}, {"admin@example.com"},
     "The administrator who is made at the first start, when there is none.",
     into<kAccess, &AccessSettings::default_admin_email>},
    {"Access", "DEFAULT_ADMIN_PASSWORD", "", Kind::secret, {}, {},
     "The password of that administrator. Unset: a random one is made and printed once.",
     into<kAccess, &AccessSettings::default_admin_password>},

    {"Mail", "SHOP_NAME", "", Kind::text, {}, {"Haat"},
     "The name of the shop in mails.",
     into<&Settings::shop, &ShopSettings::name>},
    {"Mail", "MAIL_FROM", "", Kind::mailbox, {}, {"Haat <no-reply@localhost>"},
     "The sender of all mails.",
     into<kMail, &MailSettings::from>},
    {"Mail", "SMTP_URL", "", Kind::url, {.words = "smtp|smtps"}, {},
     "The mail server: smtp://user:password@mail.example.com:587 (STARTTLS) or smtps://… (TLS).",
     into<kMail, &MailSettings::smtp_url>},
    {"Mail", "RESEND_API", "RESEND_API_KEY", Kind::secret, {}, {},
     "The key of the mail service Resend.",
     into<kMail, &MailSettings::resend_key>},
    {"Mail", "RESEND_URL", "", Kind::url, {.words = "http|https"}, {"https://api.resend.com"},
     "Where Resend's API is reached.",
     into<kMail, &MailSettings::resend_url>},
    {"Mail", "MAIL_TRANSPORT", "", Kind::choice, {.words = "file|smtp|resend"},
     {"resend when RESEND_API is set, smtp when SMTP_URL is, else file", mail_transport},
     "How mails leave: as files in MAIL_DIR, by SMTP, or by Resend.",
     into<kMail, &MailSettings::transport>},
    {"Mail", "MAIL_DIR", "", Kind::path, {}, {"DATA_DIR/mail", mail_dir},
     "The folder for MAIL_TRANSPORT=file.",
     into<kMail, &MailSettings::dir>},

    {"Images", "CLOUDINARY_CLOUD_NAME", "", Kind::text, {}, {},
     "The cloud of the image service Cloudinary.",
     into<kImages, &ImageSettings::cloud_name>},
    {"Images", "CLOUDINARY_API_KEY", "", Kind::secret, {}, {},
     "Its API key.",
     into<kImages, &ImageSettings::cloud_key>},
    {"Images", "CLOUDINARY_API_SECRET", "", Kind::secret, {}, {},
     "Its API secret.",
     into<kImages, &ImageSettings::cloud_secret>},
    {"Images", "CLOUDINARY_URL_BASE", "", Kind::url, {.words = "http|https"}, {"https://api.cloudinary.com"},
     "Where Cloudinary's API is reached.",
     into<kImages, &ImageSettings::cloud_url_base>},
    {"Images", "IMAGE_STORE", "", Kind::choice, {.words = "local|cloudinary"},
     {"cloudinary when the three CLOUDINARY_ settings are set, else local", image_store},
     "Where images are kept: in DATA_DIR, served under /media/, or at Cloudinary.",
     into<kImages, &ImageSettings::store>},

    {"Redis", "REDIS_HOST", "", Kind::text, {}, {},
     "A Redis server, which several nodes share their limits and caches by. Unset like REDIS_URL: none.",
     into<kRedis, &RedisSettings::host>},
    {"Redis", "REDIS_PORT", "", Kind::integer, {1, 65'535}, {"6379"},
     "Its port.",
     into<kRedis, &RedisSettings::port>},
    {"Redis", "REDIS_PASSWORD", "", Kind::secret, {}, {},
     "Its password.",
     into<kRedis, &RedisSettings::password>},
    {"Redis", "REDIS_URL", "", Kind::redis, {}, {},
     "The three above in one, and more: a user, a database, TLS (?ca=FILE, cert=FILE, key=FILE), sentinels. Goes "
     "before them.",
     into<kRedis, &RedisSettings::url>},

    {"Log", "LOG_FORMAT", "", Kind::choice, {.words = "pretty|json|combined"},
     {"pretty on a terminal, else json", log_format},
     "How log lines look; combined is the access log of Apache and nginx.",
     into<kLog, &LogSettings::format>},
    {"Log", "LOG_LEVEL", "", Kind::choice, {.words = "debug|info|warn|error|off"}, {"info"},
     "The least important lines that are written.",
     into<kLog, &LogSettings::level>},
});
// clang-format on

}  // namespace

std::span<const Setting> settings_table() { return kTable; }

const Setting* find_setting(std::string_view name) {
    if (name.empty()) return nullptr;
    const auto at = std::ranges::find_if(
        kTable, [&](const Setting& setting) { return setting.name == name || setting.alias == name; });
    return at == kTable.end() ? nullptr : &*at;
}

std::optional<std::string_view> nearest_setting(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Setting& setting : kTable) {
        names.push_back(setting.name);
        if (!setting.alias.empty()) names.push_back(setting.alias);
    }
    return nearest(name, names);
}

}  // namespace haat::config
