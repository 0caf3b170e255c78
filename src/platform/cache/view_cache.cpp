#include "platform/cache/view_cache.hpp"

#include <atomic>

#include "platform/cache/lru.hpp"

namespace haat::cache {
namespace {

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
    explicit Shard(std::size_t max_bytes) : texts_{max_bytes} {}

    const std::string* find(std::string_view key, const Versions& versions) {
        return texts_.find(key, versions);
    }

    void keep(std::string_view key, const Versions& versions, std::string_view text) {
        const std::size_t bytes = key.size() + text.size() + Texts::kEntryOverhead;
        texts_.add(std::string{key}, versions, std::string{text}, bytes);
    }

private:
    using Texts = Lru<std::string, Versions, std::string>;
    Texts texts_;
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
