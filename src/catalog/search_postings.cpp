#include "catalog/search_postings.hpp"

#include <algorithm>

#include "kernel/error.hpp"

namespace haat::catalog {

void Postings::add(Slot slot, unsigned weight) {
    HAAT_ASSERT(weight > 0 && slot != Cursor::kEnd && (size_ == 0 || slot > last_));
    std::uint64_t code = (std::uint64_t{slot - last_} << kWeightBits) | std::min(weight, kMaxWeight);
    for (; code > kLowBits; code >>= 7U) codes_.push_back(static_cast<std::uint8_t>(code | kMore));
    codes_.push_back(static_cast<std::uint8_t>(code));
    last_ = slot;
    ++size_;
}

}  // namespace haat::catalog
