#include "app/progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace haat::app {
namespace {

TEST(SeedProgress, IsALineEveryTenPercentWithoutATerminal) {
    std::ostringstream out;
    Progress progress{out, false};
    for (int done = 1; done <= 1'000; ++done) progress.show(done, 1'000);
    EXPECT_EQ(out.str(), "0 %\n10 %\n20 %\n30 %\n40 %\n50 %\n60 %\n70 %\n80 %\n90 %\n100 %\n");
}

TEST(SeedProgress, IsABarThatGrowsOnATerminal) {
    std::ostringstream out;
    Progress progress{out, true};
    progress.show(1, 4);
    EXPECT_EQ(out.str(), "\r[##########------------------------------]  25 %");
    progress.show(1, 4);
    progress.show(4, 4);
    EXPECT_EQ(out.str(),
              "\r[##########------------------------------]  25 %"
              "\r[########################################] 100 %\n");
}

TEST(SeedProgress, DoesNotMindMoreThanAll) {
    std::ostringstream out;
    Progress progress{out, false};
    progress.show(5, 4);
    EXPECT_EQ(out.str(), "100 %\n");
}

}  // namespace
}  // namespace haat::app
