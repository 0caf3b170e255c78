// What to do where memory runs out, for those whom nobody would do it for later.
#pragma once

#include <chrono>
#include <exception>
#include <new>
#include <thread>

namespace haat {

// Tries again until there is memory for it. Holds up the thread meanwhile, as a timer would want some, too.
template <class Act>
void surely(const Act& act) {
    for (;;) {
        try {
            return act();
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(std::chrono::milliseconds{1});
        }
    }
}

// For what can be left out, such as a line of the log, by who has to go on.
template <class Act>
void if_possible(const Act& act) noexcept {
    try {
        act();
    } catch (const std::exception&) {
        return;
    }
}

}  // namespace haat
