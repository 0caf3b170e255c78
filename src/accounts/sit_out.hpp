// Answers whose time tells nothing.
#pragma once

#include <chrono>
#include <cstdint>

#include "kernel/clock.hpp"
#include "platform/timer.hpp"

namespace haat::accounts {

// Waits until the next whole multiple of step_ms after began_ms, of steady_ms(): however long it took to find
// out whether there is an account, it is not seen from outside. A step of 0 waits for nothing.
inline awaitable<> sit_out(std::int64_t began_ms, std::int64_t step_ms) {
    if (step_ms == 0) co_return;
    const std::int64_t left_ms = step_ms - (steady_ms() - began_ms) % step_ms;
    co_await pause_for(std::chrono::milliseconds{left_ms});
}

}  // namespace haat::accounts
