#include "app/core.hpp"

#include <unordered_map>

#include "platform/crypto/hash.hpp"

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

std::size_t threads_of(const config::Settings& settings) {
    return static_cast<std::size_t>(settings.server.threads);
}

accounts::AccountOptions account_options(const config::Settings& settings, const config::ServerKeys& keys) {
    return {.admin_key = settings.access.admin_key,
            .otp_key = keys.otp,
            .access_ttl_ms = std::chrono::milliseconds{settings.access.access_token_ttl}.count(),
            .require_verified_email = settings.access.require_verified_email,
            .rate_limits = settings.server.rate_limits};
}

}  // namespace

Core::Core(const config::Settings& settings_, const config::ServerKeys& keys)
    : settings{settings_},
      folder{settings_.storage.data_dir},
      statements{metrics},
      migrations{db::migrate_sqlite(settings_.storage.database_file.string(), db::embedded_migrations())},
      db{db::open_sqlite({.path = settings_.storage.database_file.string(),
                          .observe =
                              [this](const db::Query& query, std::int64_t nanoseconds) {
                                  count_statement(statements, query, nanoseconds);
                              }})},
      hashing{"haat-hash", threads_of(settings_), kMaxQueuedHashes},
      outbox{outbox_topic},
      node_key{crypto::hmac_sha256_hex(keys.access.reveal(), "nodes of this shop")},
      access_tokens{keys.access, crypto::TokenType::access},
      refresh_tokens{keys.refresh, crypto::TokenType::refresh},
      accounts{.db = *db,
               .users = users_topic,
               .hashing = hashing,
               .outbox = outbox,
               .access_tokens = access_tokens,
               .refresh_tokens = refresh_tokens,
               .options = account_options(settings_, keys)} {}

}  // namespace haat::app
