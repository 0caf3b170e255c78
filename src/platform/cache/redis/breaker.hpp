// A circuit breaker: whether a server is worth a call, and when to try it again. Without I/O and without a
// clock of its own: it is told what happened and when.
//
//   closed      calls go out
//   open        nobody calls; at try_at_ms() one try may begin
//   half open   that try is under way; callers are still refused
#pragma once

#include <cstdint>

namespace haat::cache::redis {

struct BreakerLimits {
    int failures = 3;  // calls in a row that were not answered in time
    std::int64_t first_pause_ms = 50;
    std::int64_t longest_pause_ms = 1'000;
};

// Begins open, with a try that is due. Belongs to one thread.
class Breaker {
public:
    enum class State : std::uint8_t { closed, open, half_open };

    explicit Breaker(BreakerLimits limits = {}) : limits_{limits} {}

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool allows() const { return state_ == State::closed; }

    // While closed: what became of a call. true: too many failed in a row, the connection is to be given up.
    void call_succeeded() { failures_ = 0; }
    bool call_failed();

    // The connection is gone. chance, from 0 to 1, spreads the tries of many nodes over the pause.
    void lost(std::int64_t now_ms, double chance);

    // While open: when a try may begin; any time when in the past.
    [[nodiscard]] std::int64_t try_at_ms() const { return try_at_ms_; }
    void begin_try();
    void try_succeeded();
    // The next pause is twice as long.
    void try_failed(std::int64_t now_ms, double chance);

private:
    void open(std::int64_t now_ms, double chance);

    BreakerLimits limits_;
    State state_ = State::open;
    int failures_ = 0;
    std::int64_t pause_ms_ = 0;
    std::int64_t try_at_ms_ = 0;
};

}  // namespace haat::cache::redis
