// Finished answers of public routes, for one thread.
//
// An entry is valid while the topic still has the version that was read before the answer was made, so an
// answer is never older than the last write that was acknowledged. Bounded in bytes; the entry that was
// not used for longest goes first.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platform/cache/lru.hpp"
#include "platform/http/response_writer.hpp"

namespace haat::http {

class ResponseCache {
public:
    explicit ResponseCache(std::size_t max_bytes) : keeps_any_{max_bytes > 0}, answers_{max_bytes} {}

    // false: of no size, so that nothing need be made for it.
    [[nodiscard]] bool keeps_any() const { return keeps_any_; }

    // nullptr when there is none of this version. Valid until the next call of add.
    CachedAnswer* find(std::string_view key, std::uint64_t version);

    // Keeps an answer. One that alone takes more than an eighth of the cache is not kept.
    void add(std::string key, std::uint64_t version, std::unique_ptr<CachedAnswer> answer);

private:
    bool keeps_any_;
    cache::Lru<std::string, std::uint64_t, std::unique_ptr<CachedAnswer>> answers_;
};

}  // namespace haat::http
