#include "platform/jobs/cpu_pool.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <set>

#include "platform/handoff.hpp"
#include "platform/run_sync.hpp"

namespace haat::jobs {
namespace {

using namespace std::chrono_literals;

// Keeps threads of a pool busy until it is opened.
class Gate {
public:
    void wait() {
        ++waiting_;
        open_.wait();
    }
    void open() { open_.count_down(); }
    void wait_for_waiting(int count) const {
        while (waiting_ < count) std::this_thread::yield();
    }

private:
    std::latch open_{1};
    std::atomic<int> waiting_ = 0;
};

template <class Work>
auto run(CpuPool& pool, Work work) {
    return run_sync(pool.run(std::move(work)));
}

TEST(CpuPool, GivesBackWhatTheWorkGave) {
    CpuPool pool{"test", 1, 10};
    EXPECT_EQ(run(pool, [] { return 42; }), 42);
    EXPECT_EQ(*run(pool, [] { return std::make_unique<int>(7); }), 7) << "also what cannot be copied";
}

TEST(CpuPool, RunsOnAThreadOfItsOwnWithLowPriority) {
    CpuPool pool{"test-pool-with-a-long-name", 1, 10};
    EXPECT_NE(run(pool, [] { return std::this_thread::get_id(); }), std::this_thread::get_id());
    const int own = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
    EXPECT_GT(run(pool, [] { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); }), own);
}

awaitable<std::pair<std::thread::id, std::thread::id>> threads_around(CpuPool& pool) {
    const auto before = std::this_thread::get_id();
    auto work = [] { return true; };
    co_await pool.run(work);
    co_return std::pair{before, std::this_thread::get_id()};
}

TEST(CpuPool, AThreadWithNothingToDoIsToldOnceUntilItHasWorkedAgain) {
    std::atomic<int> told = 0;
    CpuPool pool{"test", 1, 10, [&] { ++told; }};
    const auto wait_until_told = [&](int times) {
        const auto give_up_at = std::chrono::steady_clock::now() + 20 * CpuPool::kIdle;
        while (told < times && std::chrono::steady_clock::now() < give_up_at)
            std::this_thread::sleep_for(10ms);
    };
    for (int times = 1; times <= 2; ++times) {
        run(pool, [] { return 1; });
        EXPECT_EQ(told, times - 1);
        wait_until_told(times);
        std::this_thread::sleep_for(CpuPool::kIdle + 200ms);
        EXPECT_EQ(told, times);
    }
}

TEST(CpuPool, TheCallerGoesOnWhereItWas) {
    CpuPool pool{"test", 2, 10};
    const auto [before, after] = run_sync(threads_around(pool));
    EXPECT_EQ(before, after);
    EXPECT_EQ(after, std::this_thread::get_id());
}

TEST(CpuPool, WhatTheWorkThrowsComesBackAndThePoolGoesOn) {
    CpuPool pool{"test", 1, 10};
    const auto fail_work = []() -> int { throw StorageFull{"disk"}; };
    EXPECT_THROW(run(pool, fail_work), StorageFull);
    EXPECT_EQ(run(pool, [] { return 1; }), 1);
}

TEST(CpuPool, AFullQueueRefusesAtOnceAndForgetsNothing) {
    constexpr std::size_t kQueued = 3;
    CpuPool pool{"test", 1, kQueued};
    Gate gate;
    std::atomic<int> done = 0;
    std::vector<std::jthread> callers;
    const auto call = [&] {
        callers.emplace_back([&] {
            run(pool, [&] {
                gate.wait();
                return ++done;
            });
        });
    };
    call();
    gate.wait_for_waiting(1);
    for (std::size_t i = 0; i < kQueued; ++i) call();
    while (pool.queued() < kQueued) std::this_thread::yield();
    std::atomic<bool> is_refused = false;
    callers.emplace_back([&] {
        try {
            run(pool, [] { return 0; });
        } catch (const Unavailable&) {
            is_refused = true;
        }
    });
    while (!is_refused && pool.queued() == kQueued) std::this_thread::yield();
    EXPECT_TRUE(is_refused);
    gate.open();
    callers.clear();
    EXPECT_EQ(done, static_cast<int>(kQueued) + 1);
    EXPECT_EQ(run(pool, [] { return 5; }), 5) << "there is room again";
    EXPECT_EQ(pool.queued(), 0U);
}

TEST(CpuPool, AllItsThreadsWorkAtOnce) {
    CpuPool pool{"test", 3, 10};
    std::latch together{3};
    {
        std::vector<std::jthread> callers;
        for (int i = 0; i < 3; ++i) {
            callers.emplace_back([&] {
                run(pool, [&] {
                    together.arrive_and_wait();
                    return true;
                });
            });
        }
    }
    EXPECT_TRUE(together.try_wait());
}

TEST(CpuPool, WhatIsQueuedIsFinishedBeforeItEnds) {
    asio::io_context context{1};
    const ResumersLeave resumers_leave;
    std::atomic<int> done = 0;
    {
        CpuPool pool{"test", 1, 100};
        for (int i = 0; i < 50; ++i) {
            auto work = [&] { return ++done; };
            asio::co_spawn(context, pool.run(work), [](std::exception_ptr, int) {});
        }
        context.poll();  // each has queued its work
        EXPECT_GT(pool.queued() + static_cast<std::size_t>(done), 0U);
    }
    EXPECT_EQ(done, 50);
    context.run();
}

}  // namespace
}  // namespace haat::jobs
