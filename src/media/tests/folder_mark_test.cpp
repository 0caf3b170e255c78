#include "media/folder_mark.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>
#include <vector>

namespace haat::media {
namespace {

namespace fs = std::filesystem;

class FolderMark : public testing::Test {
protected:
    FolderMark() : folder_{testing::TempDir() + "haat_mark_" + std::to_string(getpid())} {
        fs::remove_all(folder_);
    }
    ~FolderMark() override { fs::remove_all(folder_); }

    const fs::path folder_;
};

TEST_F(FolderMark, IsMadeOnceAndKept) {
    EXPECT_FALSE(find_mark(folder_));
    const ObjectId mark = make_mark(folder_);
    EXPECT_EQ(find_mark(folder_), mark);
    EXPECT_EQ(make_mark(folder_), mark);
}

TEST_F(FolderMark, IsAnotherInEachFolderAndGoesWithACopy) {
    const ObjectId mark = make_mark(folder_ / "one");
    EXPECT_NE(make_mark(folder_ / "two"), mark);
    fs::copy(folder_ / "one", folder_ / "copy", fs::copy_options::recursive);
    EXPECT_EQ(make_mark(folder_ / "copy"), mark);
}

TEST_F(FolderMark, IsTheSameForAllWhoMakeItAtOnce) {
    constexpr std::size_t kNodes = 16;
    std::vector<ObjectId> marks(kNodes);
    {
        std::vector<std::jthread> nodes;
        for (ObjectId& mark : marks) nodes.emplace_back([&] { mark = make_mark(folder_); });
    }
    EXPECT_EQ(std::set(marks.begin(), marks.end()).size(), 1U);
    const auto left = std::distance(fs::directory_iterator{folder_ / "media"}, fs::directory_iterator{});
    EXPECT_EQ(left, 1) << "and nothing unfinished lies about";
}

TEST_F(FolderMark, IsNotReplacedByAnotherWhenItCannotBeRead) {
    make_mark(folder_);
    std::ofstream{mark_path(folder_)} << "something else\n";
    EXPECT_THROW(find_mark(folder_), std::runtime_error);
    EXPECT_THROW(make_mark(folder_), std::runtime_error);
}

}  // namespace
}  // namespace haat::media
