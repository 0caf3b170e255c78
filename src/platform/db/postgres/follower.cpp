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
constexpr std::int64_t kSweptAtOnce = 1'000;
constexpr std::int64_t kBite = 1'000;    // changes that are read at once
constexpr std::int64_t kMostBites = 20;  // of one reading; with more, everything moves

// Times are the database's: nodes' clocks need not agree.
#define HAAT_DATABASE_MS "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

constexpr const char* kName = "SET application_name = 'haat-follower'";
constexpr const char* kListen = "LISTEN haat_changes";
// What a crash of the database loses of this, its connections are lost with; so it need not wait for the
// disk.
constexpr const char* kNoWait = "SET synchronous_commit = off";
constexpr const char* kLastEntry =
    "SELECT p.last::text, c.committed_at::text FROM change_position p LEFT JOIN changes c ON c.position = "
    "p.last";
constexpr const char* kEntry = "SELECT committed_at::text FROM changes WHERE position = $1::bigint";
constexpr const char* kTimeline =
    "SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint::text";
constexpr const char* kRenew =
    "INSERT INTO nodes (id, seen, lease_until) VALUES ($1, $2::bigint, " HAAT_DATABASE_MS
    " + $3::bigint) ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, lease_until = excluded.lease_until";
constexpr const char* kSeen = "UPDATE nodes SET seen = $2::bigint WHERE id = $1";
constexpr const char* kLeave = "DELETE FROM nodes WHERE id = $1";
constexpr const char* kReadChanges =
    "SELECT p.last::text, c.position::text, c.topics, c.committed_at::text FROM change_position p "
    "LEFT JOIN changes c ON c.position > $1::bigint ORDER BY c.position LIMIT $2::bigint";
// By one node at a time: the lock, any number that is the same in all versions, ends with the statement. The
// last entry stays, by which a node that was away finds its place.
constexpr const char* kSweepChanges =
    "WITH swept AS (DELETE FROM changes WHERE (SELECT pg_try_advisory_xact_lock(4847430002)) AND position IN "
    "(SELECT position FROM changes WHERE committed_at < (SELECT " HAAT_DATABASE_MS
    " - 600000) AND position < (SELECT last FROM change_position) ORDER BY committed_at LIMIT $1::bigint) "
    "RETURNING position) SELECT count(*)::text FROM swept";
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
    const std::int64_t timeline = to_int64(connection.run(kTimeline).front().text(0));
    if (timeline_.exchange(timeline) != timeline) committed_at_ms_ = 0;
    if (!finds_its_place(connection)) begin_anew(connection);
    renew(connection);
}

// Whoever writes an entry holds the lock on the position, and sees all entries before his own. So where the
// entry of position_ is still the one that was read, all before it is the same, too, even when the server has
// lost its last commits or is a backup. What comes after it renew() reads before there is a lease, as it does
// after a stall; and finds out if entries are missing.
bool Follower::finds_its_place(ControlConnection& connection) {
    if (committed_at_ms_ == 0) return false;
    const Rows rows = connection.run(kEntry, {std::to_string(position())});
    return !rows.empty() && to_int64(rows.front().text(0)) == committed_at_ms_;
}

// For when nobody knows what has changed.
void Follower::begin_anew(ControlConnection& connection) {
    const Rows rows = connection.run(kLastEntry);
    committed_at_ms_ = 0;
    position_.store(to_int64(rows.front().text(0)), std::memory_order_release);
    first_moved_at_ = position();
    for (cache::Topic* topic : topics_) topic->move_all();
    if (!rows.front().is_null(1)) committed_at_ms_ = to_int64(rows.front().text(1));
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
    std::int64_t bites_left = kMostBites;
    while (read_bite(connection, bites_left)) --bites_left;
    return position() != before;
}

// False at the end of the log, which the last bite that is left reaches.
bool Follower::read_bite(ControlConnection& connection, std::int64_t bites_left) {
    const std::int64_t before = position();
    const Rows rows = connection.run(kReadChanges, {std::to_string(before), std::to_string(kBite)});
    HAAT_ASSERT(!rows.empty());
    const std::int64_t last = to_int64(rows.front().text(0));
    if (last == before) return false;
    const std::int64_t missing = last - before;
    const std::int64_t wanted = std::min(missing, kBite);
    const Row latest = rows[rows.size() - 1];
    // Else positions went back, or entries are gone or too many.
    const bool is_whole = missing > 0 && missing <= bites_left * kBite && !latest.is_null(1) &&
                          static_cast<std::int64_t>(rows.size()) == wanted &&
                          to_int64(latest.text(1)) == before + wanted;
    if (is_whole) {
        follow_to(latest, rows);
    } else {
        begin_anew(connection);
    }
    return is_whole && wanted < missing;
}

// The position goes before the topics: who sees a topic's new version must ask replicas for no older a
// position, and must not share what he has under an older stamp.
void Follower::follow_to(const Row& latest, const Rows& rows) {
    committed_at_ms_ = 0;  // until all of it is done
    position_.store(to_int64(latest.text(1)), std::memory_order_release);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string_view change = rows[i].text(2);
        if (names_topic(change, topics_.front()->name())) first_moved_at_ = to_int64(rows[i].text(1));
        move_topics(change, topics_);
    }
    committed_at_ms_ = to_int64(latest.text(3));
}

std::optional<std::string> Follower::stamp() const {
    const std::int64_t moved_at = first_moved_at_;
    const std::int64_t timeline = timeline_;
    if (!lease_.holds()) return std::nullopt;
    return fmt::format("{}.{}", timeline, moved_at);
}

// A batch at a time, between two renewals.
void Follower::sweep(ControlConnection& connection) {
    if (steady_ms() < next_sweep_ms_) return;
    next_sweep_ms_ = steady_ms() + kSweepEveryMs;
    const Rows swept = connection.run(kSweepChanges, {std::to_string(kSweptAtOnce)});
    if (to_int64(swept.front().text(0)) == kSweptAtOnce) {
        next_sweep_ms_ = 0;
        return;
    }
    connection.run(kSweepNodes);
}

}  // namespace haat::db::postgres
