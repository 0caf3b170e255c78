#include "app/core.hpp"

#include <unordered_map>

#include "platform/crypto/hash.hpp"
#include "platform/crypto/hash_memory.hpp"
#include "platform/db/postgres/postgres_database.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"

namespace haat::app {
namespace {

constexpr std::size_t kMaxQueuedHashes = 64;  // some 600 ms of work a thread: later ones are better refused

// Statements are counted by thread, so that the name is looked up once.
void count_statement(observe::StatementMetrics& metrics, const db::Query& query, std::int64_t nanoseconds) {
    thread_local std::unordered_map<const db::Query*, observe::StatementMetrics::Statement> known;
    auto found = known.find(&query);
    if (found == known.end()) found = known.emplace(&query, metrics.of(query.name)).first;
    found->second.ran(std::chrono::nanoseconds{nanoseconds});
}

db::MigrationReport migrate(const config::Settings& settings) {
    if (on_postgres(settings.storage))
        return db::migrate_postgres(postgres_options(settings), db::embedded_migrations());
    return db::migrate_sqlite(settings.storage.database_file.string(), db::embedded_migrations());
}

// Figures of the pools join the metrics.
std::unique_ptr<db::Database> open_server(const db::PostgresOptions& options, observe::Registry& metrics) {
    auto database = db::open_postgres(options);
    const auto* pools = database.get();
    metrics.gauge_at_scrape({"haat_db_connections", "Open connections to PostgreSQL."}, {},
                            [pools] { return static_cast<double>(pools->gauges().connections); });
    metrics.gauge_at_scrape({"haat_db_connections_in_use", "Connections that run a transaction."}, {},
                            [pools] { return static_cast<double>(pools->gauges().in_use); });
    metrics.gauge_at_scrape({"haat_db_waiting", "Who waits for a connection to PostgreSQL."}, {},
                            [pools] { return static_cast<double>(pools->gauges().waiting); });
    return database;
}

std::unique_ptr<db::Database> open(const config::Settings& settings, observe::Registry& metrics,
                                   observe::StatementMetrics& statements) {
    auto observe = [&statements](const db::Query& query, std::int64_t nanoseconds) {
        count_statement(statements, query, nanoseconds);
    };
    if (!on_postgres(settings.storage))
        return db::open_sqlite({.path = settings.storage.database_file.string(), .observe = observe});
    auto options = postgres_options(settings);
    options.observe = observe;
    return open_server(options, metrics);
}

// What several nodes share has a name and rests on the lease.
cache::Topic make_topic(const config::Settings& settings, std::string_view name, std::size_t stripes,
                        const cache::Lease& lease) {
    if (on_postgres(settings.storage)) return cache::Topic{name, stripes, lease};
    return cache::Topic{stripes};
}

accounts::AccountOptions account_options(const config::Settings& settings, const config::ServerKeys& keys) {
    return {.admin_key = settings.access.admin_key,
            .otp_key = keys.otp,
            .access_ttl_ms = std::chrono::milliseconds{settings.access.access_token_ttl}.count(),
            .require_verified_email = settings.access.require_verified_email,
            .rate_limits = settings.server.rate_limits};
}

}  // namespace

std::size_t threads_of(const config::Settings& settings) {
    return static_cast<std::size_t>(settings.server.threads);
}

db::PostgresOptions postgres_options(const config::Settings& settings) {
    const auto& storage = settings.storage;
    db::PostgresOptions options;
    options.url = storage.postgres_url;
    options.password_file = storage.database_password_file;
    options.connections = static_cast<std::size_t>(storage.database_pool);
    options.attached = threads_of(settings);
    return options;
}

Core::Core(const config::Settings& settings_, const config::ServerKeys& keys)
    : settings{settings_},
      folder{settings_.storage.data_dir},
      database_lock{settings_.storage.database_file},
      statements{metrics},
      migrations{migrate(settings_)},
      catalog_topic{make_topic(settings_, "catalog", 1, lease)},
      users_topic{make_topic(settings_, "users", 4'096, lease)},
      db{open(settings_, metrics, statements)},
      hashing{"haat-hash", threads_of(settings_), kMaxQueuedHashes, crypto::release_hash_memory},
      outbox{outbox_topic},
      node_key{crypto::hmac_sha256_hex(keys.access.reveal(), "nodes of this shop")},
      access_tokens{keys.access, crypto::TokenType::access},
      refresh_tokens{keys.refresh, crypto::TokenType::refresh},
      accounts{.db = *db,
               .users = users_topic,
               .profiles = profiles_topic,
               .hashing = hashing,
               .outbox = outbox,
               .access_tokens = access_tokens,
               .refresh_tokens = refresh_tokens,
               .options = account_options(settings_, keys)} {
    catalog_topic.keep_journal();  // for catalog::ProductIndex
}

}  // namespace haat::app
