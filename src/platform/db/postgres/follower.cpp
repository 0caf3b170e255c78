#include "platform/db/postgres/follower.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <string>

#include "kernel/clock.hpp"
#include "platform/memory.hpp"

namespace haat::db::postgres {
namespace {

constexpr std::int64_t kRenewMs = kLeaseMs / 4;
constexpr std::int64_t kFirstRetryMs = 50;
constexpr std::int64_t kLongestRetryMs = 1'000;
constexpr std::int64_t kSweepEveryMs = 60 * kSecondMs;
constexpr std::size_t kMostChanges = 1'000;  // of one reading; with more, everything moves

// Times are the database's: nodes' clocks need not agree.
#define HAAT_DATABASE_MS "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

constexpr const char* kName = "SET application_name = 'haat-follower'";
constexpr const char* kListen = "LISTEN haat_changes";
// What a crash of the database loses of this, its connections are lost with; so it need not wait for the
// disk.
constexpr const char* kNoWait = "SET synchronous_commit = off";
constexpr const char* kLastPosition = "SELECT last::text FROM change_position";
constexpr const char* kTimeline =
    "SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint::text";
constexpr const char* kRenew =
    "INSERT INTO nodes (id, seen, lease_until) VALUES ($1, $2::bigint, " HAAT_DATABASE_MS
    " + $3::bigint) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, lease_until = excluded.lease_until";
constexpr const char* kSeen = "UPDATE nodes SET seen = $2::bigint WHERE id = $1";
constexpr const char* kLeave = "DELETE FROM nodes WHERE id = $1";
constexpr const char* kReadChanges =
    "SELECT p.last::text, c.position::text, c.topics FROM change_position p "
    "LEFT JOIN changes c ON c.position > $1::bigint ORDER BY c.position LIMIT 1001";
constexpr const char* kSweepChanges =
    "DELETE FROM changes WHERE committed_at < " HAAT_DATABASE_MS " - 600000";
constexpr const char* kSweepNodes = "DELETE FROM nodes WHERE lease_until < " HAAT_DATABASE_MS " - 86400000";

std::int64_t to_int64(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    HAAT_ASSERT(error == std::errc{} && end == text.data() + text.size());
    return number;
}

}  // namespace

Follower::Follower(NodeId node, Target target, std::vector<cache::Topic*> topics, cache::Lease& lease,
                   Log log)
    : node_{node},
      target_{std::move(target)},
      topics_{std::move(topics)},
      lease_{lease},
      log_{std::move(log)} {
    lease_.end();
    thread_ = std::jthread{[this] { work(); }};
}

Follower::~Follower() {
    stop_.raise();
    thread_.join();
    lease_.end();
    try {
        const Interruption never;
        ControlConnection connection{target_, never};
        connection.run(kLeave, {node_.str()});
    } catch (const std::exception& error) {
        if_possible([&] { log_(fmt::format("the node's lease runs out by itself: {}", error.what())); });
    }
}

void Follower::work() {
    pthread_setname_np(pthread_self(), "haat-follower");
    std::int64_t retry_ms = kFirstRetryMs;
    bool is_away = false;
    do {
        try {
            ControlConnection connection{target_, stop_};
            join(connection);
            if (std::exchange(is_away, false)) log_("hears of the changes of other nodes again");
            retry_ms = kFirstRetryMs;
            follow(connection);
        } catch (const std::exception& error) {
            lease_.end();
            if (!stop_.is_raised() && !std::exchange(is_away, true)) {
                if_possible([&] {
                    log_(fmt::format("hears no changes of other nodes and uses no cache: {}", error.what()));
                });
            }
        }
        retry_ms = std::min(retry_ms * 2, kLongestRetryMs);
    } while (stop_.pause(retry_ms));
}

void Follower::join(ControlConnection& connection) {
    connection.run(kName);
    connection.run(kNoWait);
    connection.run(kListen);
    timeline_ = to_int64(connection.run(kTimeline).front().text(0));
    position_ = to_int64(connection.run(kLastPosition).front().text(0));
    first_moved_at_ = position();
    move_everything();
    renew(connection);
}

void Follower::follow(ControlConnection& connection) {
    std::int64_t next_renewal_ms = steady_ms() + kRenewMs;
    for (;;) {
        if (connection.wait_for_notification(std::max<std::int64_t>(0, next_renewal_ms - steady_ms()))) {
            if (read_changes(connection)) connection.run(kSeen, {node_.str(), std::to_string(position())});
        }
        if (steady_ms() < next_renewal_ms) continue;
        next_renewal_ms = steady_ms() + kRenewMs;
        renew(connection);
        sweep(connection);
    }
}

// The order is what the truth of the caches rests on. A writer that commits after this has read the log finds
// the lease in the table, which was written before, and waits; one that committed before is read of.
void Follower::renew(ControlConnection& connection) {
    const std::int64_t begun_ms = steady_ms();
    connection.run(kRenew, {node_.str(), std::to_string(position()), std::to_string(kLeaseMs)});
    const bool moved = read_changes(connection);
    lease_.extend_to(begun_ms + kLeaseMs);
    if (moved) connection.run(kSeen, {node_.str(), std::to_string(position())});
}

// False when there was nothing new.
bool Follower::read_changes(ControlConnection& connection) {
    const std::int64_t before = position();
    const Rows rows = connection.run(kReadChanges, {std::to_string(before)});
    HAAT_ASSERT(!rows.empty());
    const std::int64_t last = to_int64(rows.front().text(0));
    if (last == before) return false;
    // Positions that went back, or entries that are gone or too many: nobody knows what has changed.
    const auto missing = last - before;
    const bool is_whole = missing > 0 && missing <= static_cast<std::int64_t>(kMostChanges) &&
                          !rows.front().is_null(1) && static_cast<std::int64_t>(rows.size()) == missing;
    // Before the topics: who sees a topic's new version must ask replicas for no older a position, and must
    // not share what he has under an older stamp.
    position_.store(last, std::memory_order_release);
    if (is_whole) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::string_view change = rows[i].text(2);
            if (names_topic(change, topics_.front()->name())) first_moved_at_ = to_int64(rows[i].text(1));
            move_topics(change, topics_);
        }
    } else {
        first_moved_at_ = last;
        move_everything();
    }
    return true;
}

std::optional<std::string> Follower::stamp() const {
    const std::int64_t moved_at = first_moved_at_;
    const std::int64_t timeline = timeline_;
    if (!lease_.holds()) return std::nullopt;
    return fmt::format("{}.{}", timeline, moved_at);
}

void Follower::sweep(ControlConnection& connection) {
    if (steady_ms() < next_sweep_ms_) return;
    next_sweep_ms_ = steady_ms() + kSweepEveryMs;
    connection.run(kSweepChanges);
    connection.run(kSweepNodes);
}

void Follower::move_everything() {
    for (cache::Topic* topic : topics_) topic->move_all();
}

}  // namespace haat::db::postgres
