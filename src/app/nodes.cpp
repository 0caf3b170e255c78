#include "app/nodes.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "platform/db/postgres/postgres_database.hpp"
#include "platform/db/postgres/target.hpp"
#include "platform/observe/log.hpp"

namespace haat::app {
namespace {

db::postgres::Target primary_of(const Core& core) {
    const auto& storage = core.settings.storage;
    return {storage.postgres_url, storage.database_password_file};
}

void report(std::string_view line) { observe::log_warn("nodes", {{"reason", line}}); }

std::vector<std::unique_ptr<db::Database>> open_replicas(const Core& core) {
    std::vector<std::unique_ptr<db::Database>> replicas;
    for (const auto& url : core.settings.storage.read_urls) {
        auto options = postgres_options(core.settings);
        options.url = url;
        options.is_replica = true;
        replicas.push_back(db::open_postgres(options));
    }
    return replicas;
}

}  // namespace

Nodes::Nodes(Core& core)
    : core_{core},
      follower_{db::postgres::NodeId::make(),
                primary_of(core),
                {&core.catalog_topic, &core.users_topic},
                core.lease,
                report} {
    if (!core.settings.storage.read_urls.empty()) {
        auto position = [this]() -> std::optional<std::int64_t> {
            // In this order: a position that was read while the lease held is good for as long as it does.
            const std::int64_t known = follower_.position();
            if (!core_.lease.holds()) return std::nullopt;
            return known;
        };
        replicas_ =
            std::make_unique<db::postgres::ReplicaReads>(*core.db, open_replicas(core), std::move(position));
    }
    watch();
}

db::Database& Nodes::catalog_reads() {
    if (replicas_) return *replicas_;
    return *core_.db;
}

void Nodes::attach(asio::io_context& context) {
    if (replicas_) replicas_->attach(context);
}

void Nodes::watch() {
    observe::Registry& metrics = core_.metrics;
    metrics.gauge_at_scrape(
        {"haat_node_lease", "1 while this node hears of the others' changes and uses its caches."}, {},
        [this] { return core_.lease.holds() ? 1.0 : 0.0; });
    metrics.gauge_at_scrape(
        {"haat_node_position", "The last change of the shop that this node has heard of."}, {},
        [this] { return static_cast<double>(follower_.position()); });
    if (!replicas_) return;
    metrics.gauge_at_scrape({"haat_replica_reads", "Reads that a replica has answered, since the start."}, {},
                            [this] { return static_cast<double>(replicas_->served()); });
    metrics.gauge_at_scrape({"haat_replica_reads_passed_on",
                             "Reads that no replica was good for at the moment, since the start."},
                            {}, [this] { return static_cast<double>(replicas_->passed_on()); });
}

}  // namespace haat::app
