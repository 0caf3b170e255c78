// Counts failures in a sliding window, to slow down who guesses.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "platform/cache/lru.hpp"

namespace haat::accounts {

struct ThrottleLimit {
    std::size_t count;       // events
    std::int64_t window_ms;  // within
};

// Safe from any thread: a lock, held briefly, on routes that hash passwords anyway. Bounded: beyond
// kMaxKeys the key that was not used for longest is forgotten.
class Throttle {
public:
    static constexpr std::size_t kMaxKeys = 50'000;

    explicit Throttle(ThrottleLimit limit) : limit_{limit} {}

    // Seconds until the key may try again; 0: now.
    int wait_s(const std::string& key);
    void count(const std::string& key);
    void forget(const std::string& key);
    // Counts unless the limit is reached; the seconds to wait in that case. What takes long counts before it
    // begins, or as many as run at once get by.
    int try_count(const std::string& key);
    // Takes the last count back: it was no failure after all.
    void take_back(const std::string& key);
    // How many keys are held.
    [[nodiscard]] std::size_t keys() const;

private:
    using Times = std::vector<std::int64_t>;

    [[nodiscard]] bool has_passed(std::int64_t at_ms, std::int64_t now_ms) const;
    int wait_locked(const std::string& key, std::int64_t now_ms);
    void count_locked(const std::string& key, std::int64_t now_ms);

    const ThrottleLimit limit_;
    mutable std::mutex mutex_;
    cache::Lru<std::string, cache::Timeless, Times> times_{
        kMaxKeys};  // of each key one at least, oldest first
};

}  // namespace haat::accounts
