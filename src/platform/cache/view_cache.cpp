#include "platform/cache/view_cache.hpp"

#include <atomic>
#include <list>

namespace haat::cache {
namespace {

constexpr std::size_t kEntryOverhead = 200;  // list node, map node, allocator
constexpr std::size_t kLargestShare = 8;

std::uint64_t next_number() {
    static std::atomic<std::uint64_t> last{0};
    return ++last;
}

// Never given twice, as the system's own thread ids are.
std::uint64_t thread_number() {
    thread_local const std::uint64_t number = next_number();
    return number;
}

}  // namespace

// What one thread keeps.
class ViewCache::Shard {
public:
    explicit Shard(std::size_t max_bytes) : max_bytes_{max_bytes} {}

    const std::string* find(std::string_view key, const Versions& versions) {
        const auto found = by_key_.find(key);
        if (found == by_key_.end()) return nullptr;
        const auto entry = found->second;
        if (entry->versions != versions) {
            remove(entry);
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, entry);
        return &entry->text;
    }

    void keep(std::string_view key, const Versions& versions, std::string_view text) {
        if (const auto found = by_key_.find(key); found != by_key_.end()) remove(found->second);
        const std::size_t bytes = key.size() + text.size() + kEntryOverhead;
        if (bytes > max_bytes_ / kLargestShare) return;
        while (bytes_ + bytes > max_bytes_) remove(std::prev(entries_.end()));
        entries_.push_front({.key = std::string{key}, .versions = versions, .text = std::string{text}});
        by_key_.emplace(entries_.front().key, entries_.begin());
        bytes_ += bytes;
    }

private:
    struct Entry {
        std::string key;
        Versions versions;
        std::string text;
    };
    using Entries = std::list<Entry>;

    void remove(Entries::iterator entry) {
        bytes_ -= entry->key.size() + entry->text.size() + kEntryOverhead;
        by_key_.erase(entry->key);
        entries_.erase(entry);
    }

    const std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    Entries entries_;  // last used first
    std::unordered_map<std::string_view, Entries::iterator> by_key_;
};

ViewCache::ViewCache(std::size_t max_bytes_per_thread)
    : max_bytes_{max_bytes_per_thread}, serial_{next_number()} {}

ViewCache::~ViewCache() = default;

const std::string* ViewCache::find(std::string_view key, const Versions& versions) {
    Shard* shard = mine();
    return shard != nullptr ? shard->find(key, versions) : nullptr;
}

void ViewCache::keep(std::string_view key, const Versions& versions, std::string_view text) {
    Shard* shard = mine();
    if (shard != nullptr) shard->keep(key, versions, text);
}

ViewCache::Shard* ViewCache::mine() {
    thread_local std::uint64_t serial = 0;
    thread_local Shard* shard = nullptr;
    if (serial != serial_) {
        shard = shard_of(thread_number());
        serial = serial_;
    }
    return shard;
}

ViewCache::Shard* ViewCache::shard_of(std::uint64_t thread) {
    const std::lock_guard lock{mutex_};
    const auto found = shards_.find(thread);
    if (found != shards_.end()) return found->second.get();
    if (shards_.size() == kMaxThreads) return nullptr;
    return shards_.emplace(thread, std::make_unique<Shard>(max_bytes_)).first->second.get();
}

}  // namespace haat::cache
