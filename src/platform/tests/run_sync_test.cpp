#include "platform/run_sync.hpp"

#include <gtest/gtest.h>
#include <boost/asio/post.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "kernel/error.hpp"
#include "platform/jobs/cpu_pool.hpp"

namespace haat {
namespace {

struct NoDefault {
    explicit NoDefault(int number_) : number{number_} {}
    int number;
};

awaitable<NoDefault> make(int number) { co_return NoDefault{number}; }

awaitable<std::unique_ptr<int>> make_unique_number(int number) { co_return std::make_unique<int>(number); }

awaitable<Result<std::string>> refuse() { co_return fail(ErrorCode::unavailable); }

awaitable<> set(bool& done) {
    done = true;
    co_return;
}

awaitable<int> throw_late() {
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, use_awaitable);
    throw std::runtime_error{"late"};
}

awaitable<std::thread::id> thread_of_pool(jobs::CpuPool& pool) {
    const auto work = [] { return std::this_thread::get_id(); };
    co_return co_await pool.run(work);
}

TEST(RunSync, GivesBackValuesWithoutADefault) { EXPECT_EQ(run_sync(make(7)).number, 7); }

TEST(RunSync, GivesBackValuesThatOnlyMove) { EXPECT_EQ(*run_sync(make_unique_number(7)), 7); }

TEST(RunSync, GivesBackOutcomes) {
    const auto outcome = run_sync(refuse());
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, ErrorCode::unavailable);
}

TEST(RunSync, RunsWorkWithoutAValue) {
    bool done = false;
    run_sync(set(done));
    EXPECT_TRUE(done);
}

TEST(RunSync, ThrowsWhatTheWorkThrew) { EXPECT_THROW(run_sync(throw_late()), std::runtime_error); }

TEST(RunSync, WaitsForWorkThatOtherThreadsDo) {
    jobs::CpuPool pool{"test", 1, 1};
    const auto worker = run_sync(thread_of_pool(pool));
    EXPECT_NE(worker, std::this_thread::get_id());
}

awaitable<> hand_off(std::function<void(Resume)> submit) { co_await handoff(submit); }

TEST(RunSync, ThrowsWhereNobodyIsLeftToResumeTheWork) {
    const auto forget = [](const Resume&) {};
    EXPECT_THROW(run_sync(hand_off(forget)), Unavailable);
    const auto fail = [](const Resume&) { throw std::bad_alloc{}; };
    EXPECT_THROW(run_sync(hand_off(fail)), Unavailable);
    std::jthread other;
    const auto forget_later = [&other](Resume resume) {
        other = std::jthread{[kept = std::optional{std::move(resume)}]() mutable { kept.reset(); }};
    };
    for (int i = 0; i < 500; ++i) EXPECT_THROW(run_sync(hand_off(forget_later)), Unavailable);
}

// Whoever resumed the work may still be waking the context: the thread sanitizer sees it if that has ended.
TEST(RunSync, EndsAfterTheThreadsThatResumedIt) {
    jobs::CpuPool pool{"test", 1, 1};
    for (int i = 0; i < 2'000; ++i) EXPECT_NE(run_sync(thread_of_pool(pool)), std::this_thread::get_id());
}

}  // namespace
}  // namespace haat
