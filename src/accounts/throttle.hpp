// Counts failures in a sliding window, to slow down who guesses.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/clock.hpp"
#include "platform/cache/lru.hpp"
#include "platform/memory.hpp"

namespace haat::accounts {

struct ThrottleLimit {
    std::size_t count;       // events
    std::int64_t window_ms;  // within
};

// What became of a key's count, as nodes tell each other.
enum class Counted : char { one_more = '+', one_less = '-', nothing = '.' };

// Safe from any thread: a lock, held briefly, on routes that hash passwords anyway. Bounded: beyond
// kMaxKeys the key that was not used for longest is forgotten.
//
// What other nodes counted may be added to what was counted here. It is kept apart, so that nothing that is
// heard lets anybody try more often than this node alone would.
class Throttle {
public:
    static constexpr std::size_t kMaxKeys = 50'000;
    using Tell = std::function<void(Counted, std::string_view key)>;
    using Clock = std::int64_t (*)();  // milliseconds, never going back

    explicit Throttle(ThrottleLimit limit, Clock clock = steady_ms) : limit_{limit}, clock_{clock} {}

    // tell hears what is counted here; it must not wait. Before any other call.
    void share(Tell tell) { tell_ = std::move(tell); }
    // Another node counted.
    void hear(Counted counted, const std::string& key);

    // Seconds until the key may try again; 0: now.
    int wait_s(const std::string& key);
    void count(const std::string& key);
    // Here; what others counted themselves stays with them.
    void forget(const std::string& key);
    // Counts unless the limit is reached; the seconds to wait in that case.
    int try_count(const std::string& key);
    // Takes the last count back: it was no failure after all.
    void take_back(const std::string& key);
    // How many keys are held.
    [[nodiscard]] std::size_t keys() const;

private:
    using Times = std::vector<std::int64_t>;  // one at least, oldest first
    using TimesByKey = cache::Lru<std::string, cache::Timeless, Times>;

    // Those within the window; others are dropped. nullptr: none.
    Times* live(TimesByKey& times, const std::string& key, std::int64_t now_ms) const;
    int wait_locked(const std::string& key, std::int64_t now_ms);
    void count_locked(TimesByKey& times, const std::string& key, std::int64_t now_ms) const;
    static void take_back_locked(TimesByKey& times, const std::string& key);
    // Others may miss it: what is counted here holds without them.
    void tell(Counted counted, const std::string& key) const noexcept {
        if_possible([&] {
            if (tell_) tell_(counted, key);
        });
    }

    const ThrottleLimit limit_;
    const Clock clock_;
    Tell tell_{};
    mutable std::mutex mutex_;
    TimesByKey times_{kMaxKeys};
    TimesByKey heard_{kMaxKeys};
};

// Something that is limited, while it is tried: counted from the beginning, or as many as are tried at once
// get by. Taken back at its end unless it stands: what came to nothing, as when the database was away, counts
// for nobody.
class Attempt {
public:
    Attempt(Throttle& throttle, std::string key)
        : throttle_{throttle}, key_{std::move(key)}, wait_s_{throttle_.try_count(key_)} {}
    ~Attempt() { take_back(); }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

    // Seconds to wait; 0: it may be tried, and is counted.
    [[nodiscard]] int wait_s() const { return wait_s_; }
    void stands() { is_open_ = false; }
    void take_back() {
        if (is_open_ && wait_s_ == 0) throttle_.take_back(key_);
        is_open_ = false;
    }

private:
    Throttle& throttle_;
    const std::string key_;
    const int wait_s_;
    bool is_open_ = true;
};

}  // namespace haat::accounts
