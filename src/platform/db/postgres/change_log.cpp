#include "platform/db/postgres/change_log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "kernel/clock.hpp"
#include "platform/timer.hpp"

namespace haat::db::postgres {
namespace {

constexpr char kNextEntry = ';';
constexpr char kNextKey = ':';

constexpr Query kAppend{
    "db.append_change",
    "WITH next AS (UPDATE change_position SET last = last + 1 RETURNING last), "
    "entry AS (INSERT INTO changes (position, topics, committed_at) SELECT last, $1, "
    "(extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM next RETURNING position) "
    "SELECT position FROM entry, pg_notify('haat_changes', position::text)"};
constexpr Query kCountBehind{"db.count_nodes_behind",
                             "SELECT count(*) FROM nodes WHERE seen < $1 AND lease_until > "
                             "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"};

constexpr std::int64_t kFirstPauseMs = 1;
constexpr std::int64_t kLongestPauseMs = 32;

struct Entry {
    std::string_view topic;
    std::string_view keys;  // each behind a kNextKey; empty: all
};

// Off the beginning of the text.
Entry take_entry(std::string_view& change) {
    const std::string_view entry = change.substr(0, change.find(kNextEntry));
    change.remove_prefix(std::min(change.size(), entry.size() + 1));
    const std::string_view topic = entry.substr(0, entry.find(kNextKey));
    return {.topic = topic, .keys = entry.substr(topic.size())};
}

awaitable<std::int64_t> count_nodes(Session& session, std::int64_t position) {
    const Rows rows = co_await session.run(kCountBehind, position);
    co_return rows.front().int64(0);
}

awaitable<std::int64_t> count_behind(Database& database, std::int64_t position) {
    const auto count = [position](Session& session) { return count_nodes(session, position); };
    co_return co_await database.read_one(count);
}

struct Count {
    Timer limit;
    std::int64_t behind = -1;
    bool is_done = false;
};

// Nodes that have not seen the position yet; -1 when the database does not say, or not by then (steady_ms): a
// count without an answer is left to itself.
awaitable<std::int64_t> count_behind_by(Database& database, std::int64_t position, std::int64_t until_ms) {
    const Executor executor = co_await asio::this_coro::executor;
    const std::chrono::milliseconds left{until_ms - steady_ms()};
    const auto count = std::make_shared<Count>(Count{.limit = Timer{executor, left}});
    auto told = [count](const std::exception_ptr& error, std::int64_t behind) {
        count->is_done = true;
        if (!error) count->behind = behind;
        count->limit.cancel();
    };
    asio::co_spawn(executor, count_behind(database, position), std::move(told));
    boost::system::error_code ignored;
    if (!count->is_done) co_await count->limit.async_wait(asio::redirect_error(use_awaitable, ignored));
    co_return count->behind;
}

}  // namespace

std::string change_text(std::span<const TouchedKey> touched) {
    std::map<std::string_view, std::set<std::string_view>> keys_of;
    for (const auto& [topic, key] : touched) {
        if (!topic->name().empty()) keys_of[topic->name()].insert(key);
    }
    std::string text;
    for (const auto& [topic, keys] : keys_of) {
        if (!text.empty()) text += kNextEntry;
        text += topic;
        if (keys.size() > kMaxKeys || keys.contains("")) continue;
        for (const std::string_view key : keys) (text += kNextKey) += key;
    }
    return text;
}

void move_topics(std::string_view change, std::span<cache::Topic* const> topics) {
    while (!change.empty()) {
        auto [name, keys] = take_entry(change);
        const auto topic = std::ranges::find(topics, name, [](const auto* known) { return known->name(); });
        if (topic == topics.end()) continue;
        if (keys.empty()) (*topic)->move_all();
        while (!keys.empty()) {
            keys.remove_prefix(1);
            const std::string_view key = keys.substr(0, keys.find(kNextKey));
            (*topic)->move(key);
            keys.remove_prefix(key.size());
        }
    }
}

bool names_topic(std::string_view change, std::string_view topic) {
    while (!change.empty()) {
        if (take_entry(change).topic == topic) return true;
    }
    return false;
}

awaitable<std::int64_t> append_change(Session& transaction, const std::string& change) {
    const Rows rows = co_await transaction.run(kAppend, change);
    co_return rows.front().int64(0);
}

awaitable<> wait_until_seen(Database& database, std::int64_t position) {
    const std::int64_t all_leases_end_ms = steady_ms() + kLeaseMs;
    std::int64_t pause_ms = kFirstPauseMs;
    while (steady_ms() < all_leases_end_ms) {
        const std::int64_t behind = co_await count_behind_by(database, position, all_leases_end_ms);
        if (behind == 0) co_return;
        co_await pause_for(std::chrono::milliseconds{pause_ms});
        pause_ms = std::min(pause_ms * 2, kLongestPauseMs);
    }
}

}  // namespace haat::db::postgres
