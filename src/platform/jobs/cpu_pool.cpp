#include "platform/jobs/cpu_pool.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "platform/handoff.hpp"

namespace haat::jobs {
namespace {

// Lets I/O threads go first when there are fewer cores than threads.
constexpr int kNiceness = 10;

}  // namespace

CpuPool::CpuPool(std::string name, std::size_t threads, std::size_t max_queued,
                 std::function<void()> when_idle)
    : name_{std::move(name)}, max_queued_{max_queued}, when_idle_{std::move(when_idle)} {
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { work(); });
    }
}

CpuPool::~CpuPool() {
    {
        const std::lock_guard lock{mutex_};
        stopping_ = true;
    }
    wake_.notify_all();
}

std::size_t CpuPool::queued() const {
    const std::lock_guard lock{mutex_};
    return queue_.size();
}

bool CpuPool::is_full() const { return queued() >= max_queued_; }

bool CpuPool::submit(std::function<void()> task) {
    {
        const std::lock_guard lock{mutex_};
        if (queue_.size() >= max_queued_) return false;
        queue_.push_back(std::move(task));
    }
    wake_.notify_one();
    return true;
}

awaitable<> CpuPool::wait_for(const std::function<void()>& task) {
    bool full = false;
    auto enqueue = [this, &task, &full](const Resume& resume) {
        full = !submit([&task, resume] {
            task();
            resume();
        });
        if (full) resume();
    };
    co_await handoff(enqueue);
    if (full) throw Unavailable{"the queue of " + name_ + " is full"};
}

std::function<void()> CpuPool::next() {
    std::unique_lock lock{mutex_};
    const auto is_called = [this] { return stopping_ || !queue_.empty(); };
    if (when_idle_ && !wake_.wait_for(lock, kIdle, is_called)) {
        lock.unlock();
        when_idle_();
        lock.lock();
    }
    wake_.wait(lock, is_called);
    if (queue_.empty()) return {};
    std::function<void()> task = std::move(queue_.front());
    queue_.pop_front();
    return task;
}

void CpuPool::work() {
    pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
    while (const auto task = next()) task();
}

}  // namespace haat::jobs
