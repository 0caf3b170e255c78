// What every command needs that touches the shop's data: the folder, the database, the accounts.
#pragma once

#include <memory>

#include "accounts/context.hpp"
#include "app/config/secrets.hpp"
#include "app/config/settings.hpp"
#include "app/data_folder.hpp"
#include "platform/cache/topic.hpp"
#include "platform/crypto/token.hpp"
#include "platform/db/database.hpp"
#include "platform/db/migrate.hpp"
#include "platform/db/postgres/postgres_database.hpp"
#include "platform/jobs/cpu_pool.hpp"
#include "platform/jobs/outbox.hpp"
#include "platform/observe/metrics.hpp"
#include "platform/observe/server_metrics.hpp"

namespace haat::app {

// That serve requests, one event loop each.
std::size_t threads_of(const config::Settings& settings);

// The order of the members is the order of their lives.
class Core {
public:
    // Locks the data folder and the embedded database, migrates and opens the database. Throws
    // std::runtime_error with a line for the operator.
    Core(const config::Settings& settings, const config::ServerKeys& keys);

    const config::Settings& settings;
    DataFolder folder;
    DatabaseLock database_lock;
    observe::Registry metrics;
    observe::StatementMetrics statements;
    db::MigrationReport migrations;
    cache::Lease lease;  // of a database that is not shared: without an end
    cache::Topic catalog_topic;
    cache::Topic users_topic;  // sessions and roles
    std::unique_ptr<db::Database> db;
    cache::Topic carts_topic{4'096};
    cache::Topic profiles_topic{4'096};
    cache::Topic outbox_topic{};
    jobs::CpuPool hashing;
    jobs::Outbox outbox;
    crypto::Secret node_key;  // what all nodes of the shop know and nobody else
    crypto::TokenSigner access_tokens;
    crypto::TokenSigner refresh_tokens;
    accounts::Context accounts;
};

// What its connections to PostgreSQL have in common.
db::PostgresOptions postgres_options(const config::Settings& settings);

}  // namespace haat::app
