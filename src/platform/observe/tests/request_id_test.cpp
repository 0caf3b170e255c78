#include "platform/observe/request_id.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace haat::observe {
namespace {

TEST(RequestId, IsUniqueAcrossThreadsAndAcceptable) {
    std::mutex mutex;
    std::set<std::string> seen;
    constexpr std::size_t kThreads = 4;
    constexpr std::size_t kIds = 5'000;
    {
        std::vector<std::jthread> threads;
        for (std::size_t t = 0; t < kThreads; ++t) {
            threads.emplace_back([&] {
                for (std::size_t i = 0; i < kIds; ++i) {
                    const auto id = make_request_id();
                    EXPECT_TRUE(is_acceptable_request_id(view(id)));
                    const std::lock_guard lock{mutex};
                    seen.emplace(view(id));
                }
            });
        }
    }
    EXPECT_EQ(seen.size(), kThreads * kIds);
}

TEST(RequestId, UsesItsWholeAlphabet) {
    std::set<char> seen;
    for (int i = 0; i < 1'000; ++i) {
        const auto id = make_request_id();
        seen.insert(id.begin(), id.end());
    }
    EXPECT_EQ(seen.size(), 64U);
}

TEST(RequestId, TakesAClientsOwnOnlyWhenItIsShortAndPlain) {
    for (const auto* good :
         {"a", "A-b_c.9", "0123456789012345678901234567890123456789012345678901234567890123"}) {
        EXPECT_TRUE(is_acceptable_request_id(good)) << good;
    }
    for (const auto* bad : {"", "a b", "a\r\nX: y", "ü", "a/b", "\x1b[31m", "a,b",
                            "01234567890123456789012345678901234567890123456789012345678901234"}) {
        EXPECT_FALSE(is_acceptable_request_id(bad)) << bad;
    }
}

}  // namespace
}  // namespace haat::observe
