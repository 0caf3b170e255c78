// A node's part in the change log: reads it, moves the topics that others have changed, and holds the lease.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "platform/cache/topic.hpp"
#include "platform/db/postgres/change_log.hpp"
#include "platform/db/postgres/control_connection.hpp"

namespace haat::db::postgres {

// A thread with a connection of its own, so that a pool that is busy costs nobody the lease. It reads the log
// when it is notified, and four times a second anyway. When it finds the connection lost, or without an
// answer for too long, it ends the lease. With a new one it goes on from its place in the log; where that is
// not to be found, as on another timeline, or the log does not have all since then any more, all topics move.
class Follower {
public:
    // One line without its end, for the log. On the follower's thread.
    using Log = std::function<void(std::string_view line)>;

    // The first topic is the one of stamp(). The topics have names and rest on the lease, which ends here
    // until the log has been read. All outlive the follower.
    Follower(NodeId node, Target target, std::vector<cache::Topic*> topics, cache::Lease& lease, Log log);
    // Ends the lease, and tells the others that nobody need wait for this node any more.
    ~Follower();
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    // Of the last change that this node has heard of.
    [[nodiscard]] std::int64_t position() const { return position_.load(std::memory_order_acquire); }

    // A text that is the same on all nodes while the first topic is; nullopt without a lease. What was made
    // of data that was read after the stamp may be used wherever the stamp is the same.
    [[nodiscard]] std::optional<std::string> stamp() const;

private:
    void work();
    void follow(ControlConnection& connection);
    void join(ControlConnection& connection);
    void renew(ControlConnection& connection);
    bool finds_its_place(ControlConnection& connection);
    void begin_anew(ControlConnection& connection);
    bool read_changes(ControlConnection& connection);
    bool read_bite(ControlConnection& connection, std::int64_t bites_left);
    void follow_to(const Row& latest, const Rows& rows);
    void sweep(ControlConnection& connection);

    const NodeId node_;
    const Target target_;
    const std::vector<cache::Topic*> topics_;
    cache::Lease& lease_;
    const Log log_;
    std::atomic<std::int64_t> position_{0};
    std::atomic<std::int64_t> first_moved_at_{0};  // the position at which the first topic moved last
    std::atomic<std::int64_t> timeline_{0};        // of the server: positions may come again after a failover
    std::int64_t committed_at_ms_ = 0;             // of the entry at position_; 0: it is not known
    std::int64_t next_sweep_ms_ = 0;
    Interruption stop_;
    std::jthread thread_;  // the last member: ends before the others do
};

}  // namespace haat::db::postgres
