// Which keys the latest changes of a topic were of, for what is kept in step with the data rather than thrown
// away (an index, say).
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace haat::cache {

// Bounded: of more than kMaxKeys changes it forgets the oldest. Safe from any thread.
class Journal {
public:
    static constexpr std::size_t kMaxKeys = 4'096;

    struct Changes {
        std::uint64_t version = 0;        // with them
        std::vector<std::string> keys{};  // sorted, each once
    };

    explicit Journal(std::uint64_t version) : first_{version}, last_{version} {}

    // make_version() moves the topic and gives its new version, one more than before. An empty key: anything
    // may have changed.
    template <class MakeVersion>
    void add(MakeVersion make_version, std::string_view key) {
        const std::lock_guard lock{mutex_};
        last_ = make_version();
        if (key.empty()) return forget();
        try {
            keys_.emplace_back(key);
        } catch (const std::bad_alloc&) {
            return forget();  // the change is made, and nobody is to miss it
        }
        if (keys_.size() <= kMaxKeys) return;
        keys_.pop_front();
        ++first_;
    }

    // nullopt when it does not know any more, or the version is none of this topic's.
    [[nodiscard]] std::optional<Changes> since(std::uint64_t version) const;

private:
    void forget() {
        keys_.clear();
        first_ = last_;
    }

    mutable std::mutex mutex_;
    std::uint64_t first_;           // keys_[i] was changed by the move to version first_ + i + 1
    std::uint64_t last_;            // the version now
    std::deque<std::string> keys_;  // the latest last
};

}  // namespace haat::cache
