// Numbers that look random and are the same on every machine.
#pragma once

#include <bit>
#include <cstdint>
#include <iterator>

#include "kernel/error.hpp"

namespace haat::seed {

// Scrambles all bits (the finalizer of splitmix64). A bijection.
constexpr std::uint64_t mix(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
}

// One number of several, in which their order counts.
template <class... Rest>
constexpr std::uint64_t mix(std::uint64_t first, std::uint64_t second, Rest... rest) {
    return mix(mix(first) ^ second, rest...);
}

// splitmix64. Made anew for every document, so that each can be made without those before it.
class Random {
public:
    explicit constexpr Random(std::uint64_t state) : state_{state} {}

    constexpr std::uint32_t next() {
        const std::uint64_t drawn = mix(state_);
        state_ += 0x9E3779B97F4A7C15;
        return static_cast<std::uint32_t>(drawn >> 32);
    }

    // 0 to bound - 1. The bias is below bound / 2^32.
    constexpr std::uint32_t below(std::uint64_t bound) {
        HAAT_ASSERT(bound > 0 && bound <= UINT32_MAX);
        return static_cast<std::uint32_t>((next() * bound) >> 32);
    }

    // Both ends included.
    constexpr std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + below(static_cast<std::uint64_t>(high - low + 1));
    }

    constexpr bool one_in(std::uint32_t n) { return below(n) == 0; }

    template <class List>
    constexpr const auto& pick(const List& from) {
        return from[below(std::size(from))];
    }

private:
    std::uint64_t state_;
};

// Where index goes when the numbers 0 to count - 1 are shuffled: no two go to one place. A Feistel network
// over the next even number of bits, walked until it ends below count; at most 4 steps on average.
constexpr std::uint32_t shuffled(std::uint32_t index, std::uint32_t count, std::uint64_t key) {
    HAAT_ASSERT(index < count);
    const auto half_bits = (std::bit_width(count - 1) + 1) / 2;
    const std::uint64_t mask = (std::uint64_t{1} << half_bits) - 1;
    std::uint64_t place = index;
    do {
        for (std::uint64_t round = 0; round < 4; ++round) {
            const std::uint64_t low = place & mask;
            place = (low << half_bits) | ((place >> half_bits) ^ (mix(key, round, low) & mask));
        }
    } while (place >= count);
    return static_cast<std::uint32_t>(place);
}

}  // namespace haat::seed
