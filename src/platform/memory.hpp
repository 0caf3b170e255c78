// What to do where memory runs out, for those whom nobody would do it for later.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
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

// Counts what is under way by those who see to it: also when they end for want of memory.
class Owners {
public:
    using One = std::shared_ptr<void>;
    [[nodiscard]] One one_more() const { return first_; }
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(first_.use_count() - 1); }

private:
    One first_ = std::make_shared<char>();
};

}  // namespace haat
