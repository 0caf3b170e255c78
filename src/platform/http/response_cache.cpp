#include "platform/http/response_cache.hpp"

namespace haat::http {

CachedAnswer* ResponseCache::find(std::string_view key, std::uint64_t version) {
    const auto* answer = answers_.find(key, version);
    return answer != nullptr ? answer->get() : nullptr;
}

void ResponseCache::add(std::string key, std::uint64_t version, std::unique_ptr<CachedAnswer> answer) {
    // Compressed forms are made later; count them in advance, so that they cannot break the bound.
    constexpr std::size_t kFormsFactor = 2;
    const std::size_t bytes =
        answer->bytes() * kFormsFactor + key.size() + decltype(answers_)::kEntryOverhead;
    answers_.add(std::move(key), version, std::move(answer), bytes);
}

}  // namespace haat::http
