// What nodes that share a database tell each other: which topics a transaction has changed, so that nobody
// answers from a cache what is out of date.
//
// The log is a table. A transaction that changes a named topic adds an entry before it commits, and with it
// the next position; a lock on the position's row makes entries visible in order and without a gap. Each
// node follows the log (follower.hpp) and holds a lease: the right to use its caches for kLeaseMs from when
// it began to read the log to its end. A writer is answered only when each node has seen the entry or its
// lease has ended (Gray and Cheriton, Leases, 1989). So whoever saw a write acknowledged never gets anything
// older, on whichever node he comes next; a node that is cut off stops to use its caches, and delays those
// who write meanwhile, for the rest of its lease.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "kernel/object_id.hpp"
#include "platform/async.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"

namespace haat::db::postgres {

using NodeId = Id<struct NodeTag>;

inline constexpr std::int64_t kLeaseMs = 1'000;

// `catalog;users:65f0c2a1b4e9d3f7a8c6b5e4`: what an entry says of the keys. Empty when none of the topics has
// a name. Of a topic with more keys than kMaxKeys only the name stands, which means all of it.
std::string change_text(std::span<const TouchedKey> touched);
inline constexpr std::size_t kMaxKeys = 64;

// Moves what the entry names. Topics that this program does not know are passed over.
void move_topics(std::string_view change, std::span<cache::Topic* const> topics);

// Whether an entry names the topic.
bool names_topic(std::string_view change, std::string_view topic);

// Adds an entry to the caller's transaction, as its last statement. The position.
awaitable<std::int64_t> append_change(Session& transaction, const std::string& change);

// After the commit. Comes back when every node with a running lease, this one included, is known to have seen
// the position, and after kLeaseMs at the latest: then all leases of now have ended, whether the database
// says so or not. Throws nothing that the database does.
awaitable<> wait_until_seen(Database& database, std::int64_t position);

}  // namespace haat::db::postgres
