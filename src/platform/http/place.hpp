// Admission to what only so many may do at once.
#pragma once

#include <atomic>
#include <cstddef>

namespace haat::http {

// One of a limited number of places, given back on every way out.
class Place {
public:
    Place(std::atomic<std::size_t>& taken, std::size_t limit)
        : taken_{taken}, granted_{taken.fetch_add(1) < limit} {}
    ~Place() { --taken_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    [[nodiscard]] bool granted() const { return granted_; }

private:
    std::atomic<std::size_t>& taken_;
    const bool granted_;
};

}  // namespace haat::http
