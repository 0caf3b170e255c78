#include "platform/cache/topic.hpp"

#include <gtest/gtest.h>

namespace haat::cache {
namespace {

TEST(Topic, VersionsOfAKeyStayUntilItsStripeMoves) {
    Topic topic{64};
    const auto before = topic.version("a");
    EXPECT_EQ(topic.version("a"), before);
    topic.move("a");
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

using Keys = std::vector<std::string>;

TEST(Topic, AJournalSaysWhichKeysHaveChanged) {
    Topic topic;
    topic.move("before");
    topic.keep_journal();
    const auto begin = topic.version();
    EXPECT_EQ(topic.changes_since(begin)->keys, Keys{});
    for (const auto* key : {"b", "a", "b"}) topic.move(key);
    const auto changes = topic.changes_since(begin);
    ASSERT_TRUE(changes);
    EXPECT_EQ(changes->keys, (Keys{"a", "b"})) << "each once";
    EXPECT_EQ(changes->version, topic.version());
    EXPECT_EQ(topic.changes_since(begin + 2)->keys, Keys{"b"});
    EXPECT_EQ(topic.changes_since(changes->version)->keys, Keys{});
    EXPECT_FALSE(topic.changes_since(begin - 1)) << "it was not kept then";
    EXPECT_FALSE(topic.changes_since(changes->version + 1)) << "not yet";
}

TEST(Topic, AJournalDoesNotKnowWhatNobodySaid) {
    Topic topic;
    topic.keep_journal();
    for (const auto* kind : {"a change without a key", "everything"}) {
        const auto before = topic.version();
        topic.move("a");
        kind == std::string_view{"everything"} ? topic.move_all() : topic.move({});
        EXPECT_FALSE(topic.changes_since(before)) << kind;
        EXPECT_FALSE(topic.changes_since(before + 1)) << kind;
        EXPECT_TRUE(topic.changes_since(topic.version())) << kind;
    }
    EXPECT_FALSE(Topic{}.changes_since(0)) << "without a journal";
}

TEST(Topic, AJournalIsBounded) {
    Topic topic;
    topic.keep_journal();
    for (std::size_t i = 0; i < Journal::kMaxKeys + 2; ++i) topic.move(std::to_string(i));
    EXPECT_FALSE(topic.changes_since(1));
    EXPECT_EQ(topic.changes_since(2)->keys.size(), Journal::kMaxKeys);
}

TEST(Topic, WithoutALeaseTheJournalIsSilent) {
    Lease lease;
    Topic topic{"catalog", 1, lease};
    topic.keep_journal();
    const auto before = topic.version();
    topic.move("a");
    lease.end();
    EXPECT_FALSE(topic.changes_since(before));
    lease.extend_to(steady_ms() + 60'000);
    EXPECT_EQ(topic.changes_since(before)->keys, Keys{"a"});
}

}  // namespace
}  // namespace haat::cache
