// Admission to what there is only so much of: connections, requests in flight, memory for bodies and answers.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace haat::http {

// A part of a limited amount, given back on every way out. The amount is shared by all threads and outlives
// it; the part itself belongs to one.
class Share {
public:
    // taken: of all shares together.
    Share(std::atomic<std::size_t>& taken, std::size_t limit) : taken_{&taken}, limit_{limit} {}
    ~Share() { give_back(); }
    Share(Share&& other) noexcept
        : taken_{other.taken_}, limit_{other.limit_}, held_{std::exchange(other.held_, 0)} {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    Share& operator=(Share&&) = delete;

    // Takes more. false: there is not as much left, and it is as large as before.
    [[nodiscard]] bool grow(std::size_t amount = 1) {
        if (taken_->fetch_add(amount) + amount > limit_) {
            taken_->fetch_sub(amount);
            return false;
        }
        held_ += amount;
        return true;
    }

    // Takes what it lacks of that amount.
    [[nodiscard]] bool grow_to(std::size_t amount) { return amount <= held_ || grow(amount - held_); }

    void give_back() {
        if (held_ > 0) taken_->fetch_sub(std::exchange(held_, 0));
    }

private:
    std::atomic<std::size_t>* taken_;
    std::size_t limit_;
    std::size_t held_ = 0;
};

}  // namespace haat::http
