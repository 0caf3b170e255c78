// Pages of a list.
#pragma once

#include <cstdint>

namespace haat {

inline constexpr std::int64_t kDefaultPageLimit = 10;
inline constexpr std::int64_t kMaxPageLimit = 100;

struct Page {
    std::int64_t page = 1;                   // from 1
    std::int64_t limit = kDefaultPageLimit;  // 1 to kMaxPageLimit
    double asked = 1;                        // the page as clients see it: also one that no int64 counts

    // How many rows come before this page; saturates instead of overflowing.
    [[nodiscard]] std::int64_t offset() const {
        constexpr std::int64_t kFarAway = INT64_MAX / 2;
        return page - 1 > kFarAway / limit ? kFarAway : (page - 1) * limit;
    }
};

// How many pages total rows fill.
inline std::int64_t pages_of(std::int64_t total, std::int64_t limit) { return (total + limit - 1) / limit; }

}  // namespace haat
