#include "catalog/newest_first.hpp"

#include <algorithm>

#include "kernel/error.hpp"

namespace haat::catalog {

std::vector<NewestFirst::Piece>::iterator NewestFirst::piece_of(Slot slot) {
    const auto begins_newer = [this](Slot wanted, const Piece& piece) {
        return is_older_(wanted, piece.front());
    };
    const auto after = std::upper_bound(pieces_.begin(), pieces_.end(), slot, begins_newer);
    return after == pieces_.begin() ? after : std::prev(after);
}

void NewestFirst::insert(Slot slot) {
    ++size_;
    const bool is_newest = pieces_.empty() || is_older_(pieces_.back().back(), slot);
    if (is_newest && (pieces_.empty() || pieces_.back().size() >= kMaxPiece)) {
        pieces_.emplace_back(1, slot);
        return;
    }
    const auto piece = is_newest ? std::prev(pieces_.end()) : piece_of(slot);
    piece->insert(std::upper_bound(piece->begin(), piece->end(), slot, is_older_), slot);
    if (piece->size() <= kMaxPiece) return;
    const auto middle = piece->begin() + kMaxPiece / 2;
    Piece newer{middle, piece->end()};
    piece->erase(middle, piece->end());
    pieces_.insert(std::next(piece), std::move(newer));
}

void NewestFirst::erase(Slot slot) {
    HAAT_ASSERT(!pieces_.empty());
    const auto piece = piece_of(slot);
    const auto place = std::lower_bound(piece->begin(), piece->end(), slot, is_older_);
    HAAT_ASSERT(place != piece->end() && *place == slot);
    piece->erase(place);
    if (piece->empty()) pieces_.erase(piece);
    --size_;
}

std::vector<Slot> NewestFirst::page(std::size_t skipped, std::size_t limit) const {
    std::vector<Slot> slots;
    auto piece = pieces_.rbegin();
    for (; piece != pieces_.rend() && skipped >= piece->size(); ++piece) skipped -= piece->size();
    for (; piece != pieces_.rend() && slots.size() < limit; ++piece, skipped = 0) {
        for (auto slot = piece->rbegin() + static_cast<std::ptrdiff_t>(skipped);
             slot != piece->rend() && slots.size() < limit; ++slot) {
            slots.push_back(*slot);
        }
    }
    return slots;
}

std::size_t NewestFirst::bytes() const {
    std::size_t bytes = pieces_.capacity() * sizeof(Piece);
    for (const Piece& piece : pieces_) bytes += piece.capacity() * sizeof(Slot);
    return bytes;
}

}  // namespace haat::catalog
