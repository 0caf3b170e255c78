// What to do where memory runs out, for those whom nobody would do it for later.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
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

// What a callback of C keeps of a text: none of `more` when there is no memory for it, or it would be longer
// than `most` bytes. Returns how many bytes it took.
inline std::size_t append_within(std::size_t most, std::string& text, std::string_view more) noexcept {
    if (more.size() > most - text.size()) return 0;
    std::size_t taken = 0;
    if_possible([&] {
        text.append(more);
        taken = more.size();
    });
    return taken;
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
