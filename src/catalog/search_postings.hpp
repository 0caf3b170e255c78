// In which products a word occurs: the list of one word in a search index.
#pragma once

#include <cstdint>
#include <vector>

namespace haat::catalog {

// A product's place in the index.
using Slot = std::uint32_t;

// Slots in ascending order, each with how much the word weighs there, as a difference to the slot before: a
// byte or two for each of a frequent word (variable-byte code; Manning, Raghavan, Schütze, Introduction to
// Information Retrieval, 5.3.1).
class Postings {
public:
    static constexpr unsigned kMaxWeight = 15;  // what is more counts as this

    // The slot is above all so far; the weight is 1 or more.
    void add(Slot slot, unsigned weight);

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const { return codes_.capacity(); }
    void shrink() { codes_.shrink_to_fit(); }

    // Goes through a list that does not change meanwhile.
    class Cursor {
    public:
        static constexpr Slot kEnd = UINT32_MAX;

        explicit Cursor(const Postings& postings)
            : next_{postings.codes_.data()}, end_{next_ + postings.codes_.size()} {
            advance();
        }
        // kEnd behind the last one.
        [[nodiscard]] Slot slot() const { return slot_; }
        [[nodiscard]] unsigned weight() const { return weight_; }

        void advance() {
            if (next_ == end_) {
                slot_ = kEnd;
                return;
            }
            std::uint64_t code = *next_ & kLowBits;
            for (unsigned shift = 7; (*next_++ & kMore) != 0; shift += 7) {
                code |= static_cast<std::uint64_t>(*next_ & kLowBits) << shift;
            }
            slot_ += static_cast<Slot>(code >> kWeightBits);
            weight_ = static_cast<unsigned>(code & kMaxWeight);
        }

    private:
        const std::uint8_t* next_;
        const std::uint8_t* end_;
        Slot slot_ = 0;
        unsigned weight_ = 0;
    };

private:
    static constexpr unsigned kWeightBits = 4;
    static constexpr std::uint8_t kMore = 0x80;  // another byte follows
    static constexpr std::uint8_t kLowBits = 0x7F;

    std::vector<std::uint8_t> codes_;
    Slot last_ = 0;
    Slot size_ = 0;
};

}  // namespace haat::catalog
