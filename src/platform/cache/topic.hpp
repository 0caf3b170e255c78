// Versions of things that caches hold, by which they see that an entry is out of date.
//
// A cache stores beside an entry the version it read *before* it read the data, and uses the entry only
// while the version is still the same. A transaction names what it changed (Transaction::touch); the
// version moves after its commit is durable and before its caller is answered. So whoever has seen a
// write acknowledged never gets an older answer.
//
// Keys share a fixed number of stripes: a collision costs a needless miss, never a stale hit. Safe from
// any thread, without a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/clock.hpp"
#include "kernel/error.hpp"
#include "platform/cache/journal.hpp"

namespace haat::cache {

// Until when this node may trust what it has cached. Where several nodes share a database, each extends its
// lease whenever it has heard of all changes so far (db/change_log.hpp); a node that is cut off hears of
// none, and its lease ends. Safe from any thread.
class Lease {
public:
    // Of a program that is alone on its database: without an end.
    Lease() = default;

    [[nodiscard]] bool holds() const { return steady_ms() < until_ms_.load(std::memory_order_acquire); }
    void extend_to(std::int64_t until_steady_ms) {
        until_ms_.store(until_steady_ms, std::memory_order_release);
    }
    void end() { extend_to(std::numeric_limits<std::int64_t>::min()); }

private:
    std::atomic<std::int64_t> until_ms_ = std::numeric_limits<std::int64_t>::max();
};

class Topic {
public:
    // What only this process changes. stripes: 1 for "any change counts", a power of two where changes
    // concern single keys.
    explicit Topic(std::size_t stripes = 1)
        : mask_{stripes - 1}, versions_{std::make_unique<std::atomic<std::uint64_t>[]>(stripes)} {}

    // What other nodes change too, who know it by this name. The lease outlives the topic.
    Topic(std::string_view name, std::size_t stripes, const Lease& lease) : Topic{stripes} {
        name_ = name;
        lease_ = &lease;
    }

    // Empty: not told to other nodes.
    [[nodiscard]] const std::string& name() const { return name_; }

    // While the lease has ended, one that is never seen again: so nothing that is cached is used.
    [[nodiscard]] std::uint64_t version(std::string_view key = {}) const {
        if (lease_ != nullptr && !lease_->holds()) return never_again();
        return versions_[stripe_of(key)].load(std::memory_order_acquire);
    }

    // What has changed under this key is out of date. An empty key: nobody says which, or stripe 0.
    void move(std::string_view key) {
        const auto next = [&] {
            return versions_[stripe_of(key)].fetch_add(1, std::memory_order_acq_rel) + 1;
        };
        if (journal_) {
            journal_->add(next, key);
        } else {
            next();
        }
    }
    void move_all() {
        if (journal_) return move({});
        for (std::size_t stripe = 0; stripe <= mask_; ++stripe)
            versions_[stripe].fetch_add(1, std::memory_order_acq_rel);
    }

    // Of a topic of one stripe: from now on it remembers which keys have changed. Before it is shared.
    void keep_journal() {
        HAAT_ASSERT(mask_ == 0);
        journal_ = std::make_unique<Journal>(versions_[0].load());
    }
    // What has changed since version() was `version`, and what the version is with that. nullopt: without a
    // journal, without a lease, when it was too long ago, or when nobody said which keys.
    [[nodiscard]] std::optional<Journal::Changes> changes_since(std::uint64_t version) const {
        if (!journal_ || (lease_ != nullptr && !lease_->holds())) return std::nullopt;
        return journal_->since(version);
    }

private:
    // Which stripe a key belongs to; an empty key is stripe 0.
    [[nodiscard]] std::size_t stripe_of(std::string_view key) const {
        return mask_ == 0 || key.empty() ? 0 : std::hash<std::string_view>{}(key)&mask_;
    }

    static std::uint64_t never_again() {
        static std::atomic<std::uint64_t> next{std::uint64_t{1} << 63U};  // versions count from 0
        return next.fetch_add(1, std::memory_order_relaxed);
    }

    std::string name_;
    const Lease* lease_ = nullptr;
    std::size_t mask_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> versions_;
    std::unique_ptr<Journal> journal_;  // nullptr: none is kept
};

}  // namespace haat::cache
