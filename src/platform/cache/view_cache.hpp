// Finished answers to private reads: a bounded cache of texts for each thread.
//
// An entry is used only while the topics it depends on have the versions that were read before its data
// was, so an answer is never older than the last write that was acknowledged (cache/topic.hpp). The entry
// that was not used for longest goes first.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace haat::cache {

// Of the topics that an entry depends on; what is not needed stays 0.
struct Versions {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint64_t third = 0;

    friend bool operator==(const Versions&, const Versions&) = default;
};

// Safe from any thread; each sees only what it kept itself, so a hit takes no lock.
class ViewCache {
public:
    static constexpr std::size_t kMaxThreads = 256;  // threads beyond keep nothing

    explicit ViewCache(std::size_t max_bytes_per_thread);
    ~ViewCache();
    ViewCache(const ViewCache&) = delete;
    ViewCache& operator=(const ViewCache&) = delete;

    // What this thread kept under the key, nullptr when there is nothing of these versions. Valid until the
    // thread's next keep().
    const std::string* find(std::string_view key, const Versions& versions);

    // versions: as they were before the data was read. A text that alone takes more than an eighth of the
    // bytes is not kept.
    void keep(std::string_view key, const Versions& versions, std::string_view text);

private:
    class Shard;

    Shard* mine();
    Shard* shard_of(std::uint64_t thread);

    const std::size_t max_bytes_;
    const std::uint64_t serial_;  // tells this cache from others that the thread has used
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::unique_ptr<Shard>> shards_;
};

}  // namespace haat::cache
