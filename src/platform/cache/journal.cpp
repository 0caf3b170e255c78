#include "platform/cache/journal.hpp"

#include <algorithm>

namespace haat::cache {

std::optional<Journal::Changes> Journal::since(std::uint64_t version) const {
    const std::lock_guard lock{mutex_};
    if (version < first_ || version > last_) return std::nullopt;
    Changes changes{.version = last_};
    changes.keys.assign(keys_.begin() + static_cast<std::ptrdiff_t>(version - first_), keys_.end());
    std::ranges::sort(changes.keys);
    const auto repeated = std::ranges::unique(changes.keys);
    changes.keys.erase(repeated.begin(), repeated.end());
    return changes;
}

}  // namespace haat::cache
