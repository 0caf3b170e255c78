#include "app/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/assistant.hpp"
#include "app/cli.hpp"
#include "app/config/secrets.hpp"
#include "app/config/url_parts.hpp"
#include "app/core.hpp"
#include "app/probe.hpp"
#include "app/unsafe_settings.hpp"
#include "media/folder_mark.hpp"
#include "media/folder_mark_store.hpp"
#include "media/vips.hpp"
#include "platform/cache/redis/link.hpp"
#include "platform/db/postgres/postgres_database.hpp"
#include "platform/run_sync.hpp"

namespace haat::app {
namespace {

using config::Settings;

constexpr std::uintmax_t kMiB = std::uintmax_t{1024} * 1024;
constexpr std::uintmax_t kLowSpace = 256 * kMiB;
constexpr std::chrono::milliseconds kMailTimeout{2'000};
constexpr std::int64_t kRedisTimeoutMs = 2'000;

// Empty, or why the server cannot be used.
awaitable<std::string> try_redis(const cache::redis::Address& address, cache::redis::Tls* tls) {
    const auto executor = co_await asio::this_coro::executor;
    const auto link = co_await cache::redis::open_link(executor.context(), address, tls, kRedisTimeoutMs);
    if (link.stream) link.stream->close();
    co_return link.problem;
}

// By words of libpq and the server; where they speak another language the advice is the general one.
std::string advice_on_database(std::string_view problem) {
    if (problem.contains("certificate"))
        return "name the host in DATABASE_URL as its certificate does, and in sslrootcert who signed it";
    if (problem.contains("no encryption"))
        return "add ?sslmode=require to DATABASE_URL, or to pg_hba.conf a line for this machine";
    if (problem.contains("password"))
        return "correct it in DATABASE_PASSWORD_FILE, PGPASSFILE's file or DATABASE_URL";
    if (problem.contains("pool_mode"))
        return "set it so in pgbouncer, or name the server itself in DATABASE_URL";
    if (problem.contains("default_pool_size"))
        return "raise it in pgbouncer, or lower DATABASE_POOL on each node";
    return "check DATABASE_URL, the server and the firewall";
}

class Doctor {
public:
    explicit Doctor(const config::LoadedSettings& loaded) : settings_{loaded.settings} {
        for (const auto& warning : loaded.warnings) warn(warning, "correct it");
        ok(fmt::format("settings: all {} are valid", loaded.shown.size()));
    }

    std::vector<Finding> run() {
        check_folders();
        check_database();
        std::ranges::move(judge_secrets(settings_), std::back_inserter(findings_));
        check_token_keys();
        check_admin_secrets();
        check_urls();
        check_proxies();
        check_mail();
        check_images();
        check_redis();
        check_port();
        return std::move(findings_);
    }

private:
    void check_folders() {
        const auto& storage = settings_.storage;
        check_folder("data folder", storage.data_dir, "DATA_DIR");
        if (on_postgres(storage)) return;
        const auto database_dir = std::filesystem::absolute(storage.database_file).parent_path();
        if (database_dir.lexically_normal() !=
            std::filesystem::absolute(storage.data_dir).lexically_normal()) {
            check_folder("database's folder", database_dir, "DATABASE_URL");
        }
    }

    void check_database() {
        const auto& storage = settings_.storage;
        if (!on_postgres(storage)) return;
        const auto options = postgres_options(settings_);
        try {
            const auto server = db::inspect_postgres(options);
            ok(fmt::format("database: PostgreSQL {} answers", server.version));
            has_postgres_ = true;
            for (const auto& risk : server.risks)
                warn(fmt::format("database: {}, so a crash may lose orders", risk), "turn it on");
            if (server.is_superuser)
                warn("database: Haat logs in as a superuser", "make a role that owns this database only");
            if (server.is_remote && !server.asked_for_password)
                warn("database: a remote server that asks for no password",
                     "set scram-sha-256 in pg_hba.conf");
            if (server.is_remote && !server.is_encrypted)
                warn("database: the connection is not encrypted", "add ?sslmode=verify-full to DATABASE_URL");
            check_connections(options);
        } catch (const std::exception& error) {
            fail(fmt::format("database: {}", error.what()), advice_on_database(error.what()));
        }
    }

    void check_connections(const db::PostgresOptions& options) {
        const std::string missing = db::missing_connections(options);
        if (missing.empty()) return ok("database: it has the connections that a node needs");
        warn("database: " + missing,
             "fine if this node is running; else raise max_connections there, in pgbouncer "
             "default_pool_size, or lower DATABASE_POOL");
    }

    void check_folder(std::string_view role, const std::filesystem::path& dir, std::string_view setting) {
        const auto existing = nearest_existing(dir);
        std::error_code error;
        if (!std::filesystem::is_directory(existing, error)) {
            return fail(fmt::format("{}: {} is no folder", role, existing.string()),
                        fmt::format("point {} to a folder", setting));
        }
        if (!may_write(existing)) {
            return fail(fmt::format("{}: no right to write in {}", role, existing.string()),
                        fmt::format("give this user the right, or point {} elsewhere", setting));
        }
        const auto free = std::filesystem::space(existing, error).available;
        if (error) return fail(fmt::format("{}: {}", role, error.message()), "check the disk");
        const auto what = fmt::format("{}: {}, {} MiB free", role, dir.string(), free / kMiB);
        free < kLowSpace ? warn(what, "make room: when the disk is full, nothing more is stored") : ok(what);
    }

    void check_token_keys() {
        const auto& access = settings_.access;
        check_token_key("SECRET_KEY_ACCESS_TOKEN", access.access_key, "access.key");
        check_token_key("SECRET_KEY_REFRESH_TOKEN", access.refresh_key, "refresh.key");
        // On PostgreSQL it is made of the others, so that all nodes have the same.
        if (!on_postgres(settings_.storage)) check_token_key("", {}, "otp.key");
        if (!access.access_key.empty() && access.access_key.reveal() == access.refresh_key.reveal()) {
            warn("token keys: both are the same", "give SECRET_KEY_REFRESH_TOKEN a value of its own");
        }
    }

    void check_token_key(std::string_view name, const crypto::Secret& key, const char* file) {
        if (!key.empty()) return;
        if (on_postgres(settings_.storage)) {
            return warn(
                fmt::format("{}: unset, so another node of this shop would not know its tokens", name),
                "set it to the same on all nodes: what `openssl rand -hex 32` prints");
        }
        const auto path = config::secrets_dir(settings_) / file;
        const auto kept = config::read_key_file(path);
        if (!kept) return fail("key: " + kept.error(), "do as it says");
        ok(fmt::format("key: {} {}", path.string(),
                       kept->empty() ? "is made at the first start" : "is in order"));
    }

    void check_admin_secrets() {
        const auto& access = settings_.access;
        if (access.admin_key.empty()) ok("ADMIN_SECRET_KEY: unset, nobody registers as an administrator");
        if (access.default_admin_password.empty())
            ok("DEFAULT_ADMIN_PASSWORD: unset, a random one is made when there is no administrator");
    }

    void check_urls() {
        const auto& server = settings_.server;
        if (server.frontend_urls.empty()) {
            warn("FRONTEND_URL: unset, so browsers may call from no other origin",
                 "set it to where the shop's pages come from, such as https://shop.example");
        }
        if (auto pages = judge_pages(settings_)) findings_.push_back(std::move(*pages));
        if (in_production(settings_) && !server.rate_limits) {
            warn("RATE_LIMITS: off, so passwords and codes can be guessed", "remove RATE_LIMITS=off");
        }
    }

    void check_proxies() {
        if (auto proxies = judge_proxies(settings_)) {
            findings_.push_back(std::move(*proxies));
        } else if (in_production(settings_)) {
            warn(
                "TRUSTED_PROXIES: unset, though PUBLIC_URL is https: behind a proxy all clients look like "
                "one",
                "set it to the address of the proxy that speaks TLS, such as 127.0.0.1");
        } else {
            ok("TRUSTED_PROXIES: none");
        }
    }

    void check_mail() {
        const auto& mail = settings_.mail;
        if (mail.transport == config::MailTransport::file) {
            const auto what =
                fmt::format("mail: written to files in {}, nobody receives it", mail.dir.string());
            return in_production(settings_) ? warn(what, "set SMTP_URL or RESEND_API") : ok(what);
        }
        if (mail.from.contains("@localhost")) {
            warn("MAIL_FROM: an address at localhost, which mail servers refuse",
                 "set it to an address of your domain");
        }
        if (mail.transport == config::MailTransport::resend) return ok("mail: sent by Resend");
        const auto parts = config::split_url(mail.smtp_url.reveal());
        const int usual = parts->scheme == "smtps" ? 465 : 25;
        const int port = parts->port == 0 ? usual : parts->port;
        const auto where = fmt::format("mail: SMTP server {}:{}", parts->host, port);
        const auto error = try_connect(std::string{parts->host}, port, kMailTimeout);
        error ? fail(fmt::format("{}: {}", where, *error), "check SMTP_URL, the server and the firewall")
              : ok(where + " answers");
    }

    void check_images() {
        try {
            media::vips();
        } catch (const std::runtime_error& error) {
            fail(error.what(), "install libvips");
        }
        const auto& images = settings_.images;
        if (images.store == config::ImageStore::cloudinary) return ok("images: kept at Cloudinary");
        const auto set =
            !images.cloud_name.empty() + !images.cloud_key.empty() + !images.cloud_secret.empty();
        if (set == 1 || set == 2) {
            return warn("images: kept in the data folder, as Cloudinary is only partly set",
                        "set CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET, or none");
        }
        if (has_postgres_) return check_shared_folder();
        ok("images: kept in the data folder");
    }

    // All nodes of a shop need the same one.
    void check_shared_folder() {
        const auto path = media::mark_path(settings_.storage.data_dir);
        try {
            const auto own = media::find_mark(settings_.storage.data_dir);
            const auto database = db::open_postgres(postgres_options(settings_));
            const auto shops = run_sync(media::find_folder(*database));
            if (shops && shops != own) {
                return warn(fmt::format("images: {} is not the folder that the shop's images are in",
                                        path.parent_path().string()),
                            "mount the other nodes' folder there, or keep images at Cloudinary");
            }
            ok(fmt::format(
                "images: kept in {}{}", path.parent_path().string(),
                shops ? ", which is the shop's" : ", which becomes the shop's at the first start"));
        } catch (const db::StatementError&) {
            ok("images: kept in the data folder, which other nodes will have to share");  // no migration yet
        } catch (const std::exception& error) {
            warn(fmt::format("images: {}", error.what()), "correct it, or keep images at Cloudinary");
        }
    }

    void check_redis() {
        const auto address = redis_address(settings_.redis);
        if (!address) return ok("Redis: none, limits and caches are this process's own");
        const auto where = "Redis: " + cache::redis::to_text(*address);
        std::string problem;
        try {
            std::optional<cache::redis::Tls> tls;
            if (address->tls) tls.emplace(*address);
            problem = run_sync(try_redis(*address, tls ? &*tls : nullptr));
        } catch (const std::runtime_error& error) {
            return fail(error.what(), "correct the file, or REDIS_URL");
        }
        if (!problem.empty()) {
            return warn(fmt::format("{}: {}", where, problem),
                        "check REDIS_URL and the server; until then the shop works without it");
        }
        if (address->password.empty() && !std::ranges::all_of(address->hosts, cache::redis::is_loopback)) {
            return fail(where + " lets everybody in who reaches it: it has no password",
                        "set requirepass or an ACL there, and the password in REDIS_URL");
        }
        ok(where + " answers");
    }

    void check_port() {
        const auto& server = settings_.server;
        const auto where = fmt::format("port: {} on {}", server.port, server.host);
        const auto error = try_listen(server.host, server.port);
        if (!error) return ok(where + " is free");
        if (error == std::errc::address_in_use) {
            return warn(where + " is in use", "fine if Haat is running; else stop who uses it, or set PORT");
        }
        fail(fmt::format("{}: {}", where, error.message()),
             "set HOST to an address of this machine and PORT above 1023");
    }

    void ok(std::string what) { findings_.push_back({Verdict::ok, std::move(what)}); }
    void warn(std::string what, std::string advice) {
        findings_.push_back({Verdict::warn, std::move(what), std::move(advice)});
    }
    void fail(std::string what, std::string advice) {
        findings_.push_back({Verdict::fail, std::move(what), std::move(advice)});
    }

    const Settings& settings_;
    bool has_postgres_ = false;  // which answers
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> diagnose(const std::expected<config::LoadedSettings, config::LoadErrors>& loaded) {
    if (loaded) return Doctor{*loaded}.run();
    std::vector<Finding> findings;
    for (const auto& error : loaded.error())
        findings.push_back({Verdict::fail, error, "correct it and run this again"});
    return findings;
}

std::string render(const std::vector<Finding>& findings) {
    static constexpr std::array<std::string_view, 3> kWords{"ok", "warn", "FAIL"};
    std::string text;
    for (const auto& [verdict, what, advice] : findings) {
        text += fmt::format("{:<4}  {}", kWords[static_cast<std::size_t>(verdict)], what);
        text += advice.empty() ? "\n" : fmt::format("  -> {}\n", advice);
    }
    return text;
}

int exit_code_of(const std::vector<Finding>& findings) {
    return std::ranges::count(findings, Verdict::fail, &Finding::verdict) > 0 ? kFailure : kSuccess;
}

}  // namespace haat::app
