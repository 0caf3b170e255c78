// Finished answers of public routes, for one thread.
//
// An entry is valid while the topic still has the version that was read before the answer was made, so an
// answer is never older than the last write that was acknowledged. Bounded in bytes; the entry that was
// not used for longest goes first.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "platform/http/response_writer.hpp"

namespace haat::http {

class ResponseCache {
public:
    explicit ResponseCache(std::size_t max_bytes) : max_bytes_{max_bytes} {}

    // nullptr when there is none of this version. Valid until the next call of add.
    CachedAnswer* find(std::string_view key, std::uint64_t version);

    // Keeps an answer. One that alone takes more than an eighth of the cache is not kept.
    void add(std::string key, std::uint64_t version, std::unique_ptr<CachedAnswer> answer);

private:
    struct Entry {
        std::string key;
        std::uint64_t version;
        std::unique_ptr<CachedAnswer> answer;
        std::size_t bytes;
    };
    using Entries = std::list<Entry>;

    void remove(Entries::iterator entry);

    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    Entries entries_;  // last used first
    std::unordered_map<std::string_view, Entries::iterator> by_key_;
};

}  // namespace haat::http
