#include "platform/cache/redis/breaker.hpp"

#include <algorithm>

#include "kernel/error.hpp"

namespace haat::cache::redis {

bool Breaker::call_failed() {
    if (state_ != State::closed) return false;
    return ++failures_ >= limits_.failures;
}

void Breaker::lost(std::int64_t now_ms, double chance) {
    pause_ms_ = limits_.first_pause_ms;
    open(now_ms, chance);
}

void Breaker::begin_try() {
    HAAT_ASSERT(state_ == State::open);
    state_ = State::half_open;
}

void Breaker::try_succeeded() {
    HAAT_ASSERT(state_ == State::half_open);
    state_ = State::closed;
    failures_ = 0;
}

void Breaker::try_failed(std::int64_t now_ms, double chance) {
    HAAT_ASSERT(state_ == State::half_open);
    pause_ms_ = std::clamp(pause_ms_ * 2, limits_.first_pause_ms, limits_.longest_pause_ms);
    open(now_ms, chance);
}

void Breaker::open(std::int64_t now_ms, double chance) {
    state_ = State::open;
    const double half = static_cast<double>(pause_ms_) / 2;
    try_at_ms_ = now_ms + static_cast<std::int64_t>(half + half * chance);
}

}  // namespace haat::cache::redis
