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
#include <memory>
#include <string_view>

namespace haat::cache {

class Topic {
public:
    // stripes: 1 for "any change counts", a power of two where changes concern single keys.
    explicit Topic(std::size_t stripes = 1)
        : mask_{stripes - 1}, versions_{std::make_unique<std::atomic<std::uint64_t>[]>(stripes)} {}

    [[nodiscard]] std::uint64_t version(std::string_view key = {}) const {
        return versions_[stripe_of(key)].load(std::memory_order_acquire);
    }

    void move(std::size_t stripe) { versions_[stripe].fetch_add(1, std::memory_order_acq_rel); }

    // Which stripe a key belongs to; an empty key is stripe 0.
    [[nodiscard]] std::size_t stripe_of(std::string_view key) const {
        return mask_ == 0 ? 0 : std::hash<std::string_view>{}(key)&mask_;
    }

private:
    std::size_t mask_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> versions_;
};

}  // namespace haat::cache
