#include "platform/http/response_cache.hpp"

namespace haat::http {
namespace {

// Compressed forms are made later; count them in advance, so that they cannot break the bound.
constexpr std::size_t kFormsFactor = 2;
constexpr std::size_t kEntryOverhead = 200;  // list node, map node, allocator

}  // namespace

CachedAnswer* ResponseCache::find(std::string_view key, std::uint64_t version) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    if (found->second->version != version) {
        remove(found->second);
        return nullptr;
    }
    if (found->second != entries_.begin()) entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front().answer.get();
}

void ResponseCache::add(std::string key, std::uint64_t version, std::unique_ptr<CachedAnswer> answer) {
    const std::size_t bytes = answer->bytes() * kFormsFactor + key.size() + kEntryOverhead;
    if (bytes > max_bytes_ / 8) return;
    if (const auto found = by_key_.find(key); found != by_key_.end()) remove(found->second);
    while (bytes_ + bytes > max_bytes_ && !entries_.empty()) remove(std::prev(entries_.end()));
    entries_.push_front({std::move(key), version, std::move(answer), bytes});
    by_key_.emplace(entries_.front().key, entries_.begin());
    bytes_ += bytes;
}

void ResponseCache::remove(Entries::iterator entry) {
    bytes_ -= entry->bytes;
    by_key_.erase(entry->key);
    entries_.erase(entry);
}

}  // namespace haat::http
