#include "accounts/throttle.hpp"

#include <algorithm>

#include "kernel/clock.hpp"

namespace haat::accounts {

bool Throttle::has_passed(std::int64_t at_ms, std::int64_t now_ms) const {
    return now_ms - at_ms >= limit_.window_ms;
}

int Throttle::wait_locked(const std::string& key, std::int64_t now_ms) {
    Times* times = times_.find(key, {});
    if (times == nullptr) return 0;
    std::erase_if(*times, [&](std::int64_t at_ms) { return has_passed(at_ms, now_ms); });
    if (times->empty()) {
        times_.forget(key);
        return 0;
    }
    if (times->size() < limit_.count) return 0;
    const std::int64_t left_ms = times->front() + limit_.window_ms - now_ms;
    return static_cast<int>(std::max<std::int64_t>(1, (left_ms + kSecondMs - 1) / kSecondMs));
}

void Throttle::count_locked(const std::string& key, std::int64_t now_ms) {
    Times* times = times_.find(key, {});
    if (times == nullptr) {
        times_.add(key, {}, Times{now_ms});
        return;
    }
    if (times->size() >= limit_.count) times->erase(times->begin());
    times->push_back(now_ms);
}

int Throttle::wait_s(const std::string& key) {
    const std::lock_guard lock{mutex_};
    return wait_locked(key, steady_ms());
}

void Throttle::count(const std::string& key) {
    const std::lock_guard lock{mutex_};
    count_locked(key, steady_ms());
}

void Throttle::forget(const std::string& key) {
    const std::lock_guard lock{mutex_};
    times_.forget(key);
}

int Throttle::try_count(const std::string& key) {
    const std::lock_guard lock{mutex_};
    const std::int64_t now_ms = steady_ms();
    const int wait = wait_locked(key, now_ms);
    if (wait == 0) count_locked(key, now_ms);
    return wait;
}

void Throttle::take_back(const std::string& key) {
    const std::lock_guard lock{mutex_};
    Times* times = times_.find(key, {});
    if (times == nullptr) return;
    times->pop_back();
    if (times->empty()) times_.forget(key);
}

std::size_t Throttle::keys() const {
    const std::lock_guard lock{mutex_};
    return times_.size();
}

}  // namespace haat::accounts
