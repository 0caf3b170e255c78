#include "platform/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

namespace haat {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
protected:
    Files() : folder_{testing::TempDir() + "haat_files_" + std::to_string(getpid())} {
        fs::create_directories(folder_);
    }
    ~Files() override { fs::remove_all(folder_); }

    [[nodiscard]] std::string read(const fs::path& path) const {
        std::ifstream file{path};
        return {std::istreambuf_iterator<char>{file}, {}};
    }

    const fs::path folder_;
};

TEST_F(Files, ANewFileHasAllBytesAndItsMode) {
    const std::string bytes(300'000, 'x');
    ASSERT_TRUE(write_new_file(folder_ / "a", bytes, S_IRUSR | S_IWUSR));
    EXPECT_EQ(read(folder_ / "a"), bytes);
    struct stat status{};
    ASSERT_EQ(stat((folder_ / "a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Files, WhatIsThereIsNotWrittenOver) {
    ASSERT_TRUE(write_new_file(folder_ / "a", "first", 0600));
    EXPECT_FALSE(write_new_file(folder_ / "a", "second", 0600));
    EXPECT_EQ(errno, EEXIST);
    EXPECT_EQ(read(folder_ / "a"), "first");
    fs::create_symlink(folder_ / "elsewhere", folder_ / "link");
    EXPECT_FALSE(write_new_file(folder_ / "link", "text", 0600));
    EXPECT_FALSE(fs::exists(folder_ / "elsewhere"));
}

TEST_F(Files, WhyNotIsInErrno) {
    EXPECT_FALSE(sync_folder(folder_ / "gone"));
    EXPECT_EQ(errno, ENOENT);
    EXPECT_FALSE(write_all(-1, "text"));
    EXPECT_EQ(errno, EBADF);
    EXPECT_TRUE(sync_folder(folder_));
}

}  // namespace
}  // namespace haat
