#include "kernel/page.hpp"

#include <gtest/gtest.h>

namespace haat {
namespace {

TEST(Page, SkipsTheRowsOfThePagesBefore) {
    EXPECT_EQ(Page{}.offset(), 0);
    EXPECT_EQ((Page{.page = 2, .limit = 10}.offset()), 10);
    EXPECT_EQ((Page{.page = 7, .limit = 100}.offset()), 600);
}

TEST(Page, OneThatIsFarAwayDoesNotOverflow) {
    for (const std::int64_t limit : {std::int64_t{1}, std::int64_t{3}, kMaxPageLimit}) {
        const Page page{.page = INT64_MAX, .limit = limit};
        EXPECT_GE(page.offset(), INT64_MAX / 4);
    }
}

TEST(Page, AListFillsThePagesItNeeds) {
    EXPECT_EQ(pages_of(0, 10), 0);
    EXPECT_EQ(pages_of(1, 10), 1);
    EXPECT_EQ(pages_of(10, 10), 1);
    EXPECT_EQ(pages_of(11, 10), 2);
}

}  // namespace
}  // namespace haat
