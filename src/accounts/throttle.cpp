#include "accounts/throttle.hpp"

#include <algorithm>
#include <iterator>

namespace haat::accounts {

Throttle::Times* Throttle::live(TimesByKey& times, const std::string& key, std::int64_t now_ms) const {
    Times* found = times.find(key, {});
    if (found == nullptr) return nullptr;
    std::erase_if(*found, [&](std::int64_t at_ms) { return now_ms - at_ms >= limit_.window_ms; });
    if (!found->empty()) return found;
    times.forget(key);
    return nullptr;
}

int Throttle::wait_locked(const std::string& key, std::int64_t now_ms) {
    Times all;
    for (TimesByKey* times : {&times_, &heard_}) {
        const Times* found = live(*times, key, now_ms);
        if (found != nullptr) all.insert(all.end(), found->begin(), found->end());
    }
    if (all.size() < limit_.count) return 0;
    // The one with whose end the limit is no longer reached.
    const auto last = all.begin() + static_cast<std::ptrdiff_t>(all.size() - limit_.count);
    std::ranges::nth_element(all, last);
    const std::int64_t left_ms = *last + limit_.window_ms - now_ms;
    return static_cast<int>(std::max<std::int64_t>(1, (left_ms + kSecondMs - 1) / kSecondMs));
}

void Throttle::count_locked(TimesByKey& times, const std::string& key, std::int64_t now_ms) const {
    Times* found = times.find(key, {});
    if (found == nullptr) {
        times.add(key, {}, Times{now_ms});
        return;
    }
    if (found->size() >= limit_.count) found->erase(found->begin());
    found->push_back(now_ms);
}

void Throttle::take_back_locked(TimesByKey& times, const std::string& key) {
    Times* found = times.find(key, {});
    if (found == nullptr) return;
    found->pop_back();
    if (found->empty()) times.forget(key);
}

int Throttle::wait_s(const std::string& key) {
    const std::lock_guard lock{mutex_};
    return wait_locked(key, clock_());
}

void Throttle::count(const std::string& key) {
    {
        const std::lock_guard lock{mutex_};
        count_locked(times_, key, clock_());
    }
    tell(Counted::one_more, key);
}

void Throttle::forget(const std::string& key) {
    {
        const std::lock_guard lock{mutex_};
        times_.forget(key);
        heard_.forget(key);
    }
    tell(Counted::nothing, key);
}

int Throttle::try_count(const std::string& key) {
    int wait = 0;
    {
        const std::lock_guard lock{mutex_};
        const std::int64_t now_ms = clock_();
        wait = wait_locked(key, now_ms);
        if (wait == 0) count_locked(times_, key, now_ms);
    }
    if (wait == 0) tell(Counted::one_more, key);
    return wait;
}

void Throttle::take_back(const std::string& key) {
    {
        const std::lock_guard lock{mutex_};
        take_back_locked(times_, key);
    }
    tell(Counted::one_less, key);
}

void Throttle::hear(Counted counted, const std::string& key) {
    const std::lock_guard lock{mutex_};
    switch (counted) {
        case Counted::one_more:
            return count_locked(heard_, key, clock_());
        case Counted::one_less:
            return take_back_locked(heard_, key);
        case Counted::nothing:
            return heard_.forget(key);
    }
}

std::size_t Throttle::keys() const {
    const std::lock_guard lock{mutex_};
    return times_.size();
}

}  // namespace haat::accounts
