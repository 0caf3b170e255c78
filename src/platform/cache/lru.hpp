// A bounded map that forgets what was not used for longest. Belongs to one thread.
//
// An entry is of a version (cache/topic.hpp) and found under that one only; asked for under another it goes.
// Timeless is for what does not go out of date.
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <list>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace haat::cache {

struct Timeless {
    friend bool operator==(Timeless, Timeless) = default;
};

// What entries weigh is the user's unit: bytes, or 1 each. Strings are looked up by views.
template <class Key, class Version, class Value>
class Lru {
    using View = std::conditional_t<std::is_same_v<Key, std::string>, std::string_view, Key>;

public:
    // Of a list node, a map node and what the allocator adds, in bytes.
    static constexpr std::size_t kEntryOverhead = 200;
    // One entry must not push all others out: at most this part of the whole.
    static constexpr std::size_t kLargestShare = 8;

    // max_weight: of all entries together.
    explicit Lru(std::size_t max_weight) : max_weight_{max_weight} {}
    Lru(const Lru&) = delete;
    Lru& operator=(const Lru&) = delete;
    Lru(Lru&&) noexcept = default;
    Lru& operator=(Lru&&) noexcept = default;
    ~Lru() = default;

    // nullptr when there is none of this version. Valid until the next call.
    Value* find(const View& key, const Version& version) {
        const auto found = by_key_.find(key);
        if (found == by_key_.end()) return nullptr;
        const auto entry = found->second;
        if (entry->version != version) {
            remove(entry);
            return nullptr;
        }
        if (entry != entries_.begin()) entries_.splice(entries_.begin(), entries_, entry);
        return &entry->value;
    }

    // In the place of what the key had. What alone weighs more than kLargestShare allows is not kept.
    void add(Key key, Version version, Value value, std::size_t weight = 1) {
        if (const auto found = by_key_.find(key); found != by_key_.end()) remove(found->second);
        if (weight > max_weight_ / kLargestShare) return;
        while (weight_ + weight > max_weight_) remove(std::prev(entries_.end()));
        entries_.push_front({std::move(key), std::move(version), std::move(value), weight});
        try {
            by_key_.emplace(entries_.front().key, entries_.begin());
        } catch (...) {
            entries_.pop_front();
            throw;
        }
        weight_ += weight;
    }

    void forget(const View& key) {
        if (const auto found = by_key_.find(key); found != by_key_.end()) remove(found->second);
    }

    // How many entries there are.
    [[nodiscard]] std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Key key;
        Version version;
        Value value;
        std::size_t weight;
    };
    using Entries = std::list<Entry>;

    void remove(typename Entries::iterator entry) {
        weight_ -= entry->weight;
        by_key_.erase(entry->key);
        entries_.erase(entry);
    }

    std::size_t max_weight_;
    std::size_t weight_ = 0;
    Entries entries_;  // last used first; the map's views point into it
    std::unordered_map<View, typename Entries::iterator> by_key_;
};

}  // namespace haat::cache
