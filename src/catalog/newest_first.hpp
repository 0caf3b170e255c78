// The order of lists: the newest product first.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "catalog/search_postings.hpp"

namespace haat::catalog {

// Slots in the order of a key that each has, where the n-th is found without counting: pieces of a few
// thousand, of which only the sizes are added up. What is newer than all others is added in constant time.
class NewestFirst {
public:
    // is_older(a, b): a strict order of all slots in it. It outlives this.
    explicit NewestFirst(std::function<bool(Slot, Slot)> is_older) : is_older_{std::move(is_older)} {}

    void insert(Slot slot);
    // It is there.
    void erase(Slot slot);

    // Up to limit slots behind the first `skipped`.
    [[nodiscard]] std::vector<Slot> page(std::size_t skipped, std::size_t limit) const;

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const;

private:
    static constexpr std::size_t kMaxPiece = 4'096;
    using Piece = std::vector<Slot>;

    // Where the slot is, or would be: in the last piece that does not begin with a newer one.
    std::vector<Piece>::iterator piece_of(Slot slot);

    std::function<bool(Slot, Slot)> is_older_;
    std::vector<Piece> pieces_;  // the oldest first, and so within each; none is empty
    std::size_t size_ = 0;
};

}  // namespace haat::catalog
