#include "platform/cache/topic.hpp"

#include <gtest/gtest.h>

namespace haat::cache {
namespace {

TEST(Topic, VersionsOfAKeyStayUntilItsStripeMoves) {
    Topic topic{64};
    const auto before = topic.version("a");
    EXPECT_EQ(topic.version("a"), before);
    topic.move(topic.stripe_of("a"));
    EXPECT_NE(topic.version("a"), before);
}

TEST(Topic, MoveAllMovesEachKey) {
    Topic topic{64};
    for (const std::string_view key : {"a", "b", "c"}) {
        const auto before = topic.version(key);
        topic.move_all();
        EXPECT_NE(topic.version(key), before) << key;
    }
}

TEST(Topic, AVersionReadWhileTheLeaseHasEndedNeverComesAgain) {
    Lease lease;
    Topic topic{"catalog", 1, lease};
    const auto trusted = topic.version();
    lease.end();
    const auto first = topic.version();
    EXPECT_NE(first, trusted);
    EXPECT_NE(topic.version(), first);
    lease.extend_to(steady_ms() + 60'000);
    EXPECT_NE(topic.version(), first);
    EXPECT_EQ(topic.version(), trusted);
}

TEST(Topic, ALeaseEndsByItself) {
    Lease lease;
    EXPECT_TRUE(lease.holds());
    lease.extend_to(steady_ms() - 1);
    EXPECT_FALSE(lease.holds());
}

}  // namespace
}  // namespace haat::cache
