#include "platform/db/postgres/change_log.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace haat::db::postgres {
namespace {

class ChangeTextTest : public ::testing::Test {
protected:
    // Whether an entry with this text moves the key.
    bool moves(std::string_view change, cache::Topic& topic, std::string_view key = {}) {
        const auto before = topic.version(key);
        const std::array<cache::Topic*, 2> topics{&catalog_, &users_};
        move_topics(change, topics);
        return topic.version(key) != before;
    }

    cache::Lease lease_;
    cache::Topic catalog_{"catalog", 1, lease_};
    cache::Topic users_{"users", 4'096, lease_};
    cache::Topic carts_{4'096};
};

TEST_F(ChangeTextTest, NamesTopicsAndKeysOnce) {
    const std::vector<TouchedKey> touched{
        {&users_, "bob"}, {&catalog_, ""}, {&users_, "amy"}, {&users_, "bob"}};
    EXPECT_EQ(change_text(touched), "catalog;users:amy:bob");
}

TEST_F(ChangeTextTest, IsEmptyForWhatConcernsThisProcessOnly) {
    const std::vector<TouchedKey> touched{{&carts_, "bob"}};
    EXPECT_EQ(change_text(touched), "");
    EXPECT_EQ(change_text({}), "");
}

TEST_F(ChangeTextTest, OfManyKeysOnlyTheTopicStands) {
    std::vector<TouchedKey> touched;
    for (std::size_t i = 0; i <= kMaxKeys; ++i) touched.push_back({&users_, std::to_string(i)});
    EXPECT_EQ(change_text(touched), "users");
    touched.pop_back();
    EXPECT_NE(change_text(touched), "users");
}

TEST_F(ChangeTextTest, MovesWhatItNamesAndNothingElse) {
    EXPECT_TRUE(moves("catalog", catalog_));
    EXPECT_FALSE(moves("catalog", users_, "amy"));
    EXPECT_TRUE(moves("catalog;users:amy:bob", catalog_));
    EXPECT_TRUE(moves("catalog;users:amy:bob", users_, "amy"));
    EXPECT_TRUE(moves("catalog;users:amy:bob", users_, "bob"));
    EXPECT_FALSE(moves("catalog;users:amy:bob", users_, "cy"));
    EXPECT_TRUE(moves("users", users_, "cy"));
}

TEST_F(ChangeTextTest, NamesWholeTopics) {
    EXPECT_TRUE(names_topic("catalog;users:amy", "catalog"));
    EXPECT_TRUE(names_topic("catalog;users:amy", "users"));
    EXPECT_FALSE(names_topic("catalogs;users:catalog", "catalog"));
    EXPECT_FALSE(names_topic("", "catalog"));
}

TEST_F(ChangeTextTest, PassesOverTopicsOfNewerPrograms) {
    EXPECT_TRUE(moves("orders:1:2;users:amy", users_, "amy"));
    for (const std::string_view change : {"", "orders", "orders:1", ";", ":", ";;:", "orders;"}) {
        EXPECT_FALSE(moves(change, catalog_)) << change;
    }
}

}  // namespace
}  // namespace haat::db::postgres
