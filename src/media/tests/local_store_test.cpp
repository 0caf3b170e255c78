#include "media/local_store.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "tests/contract/mounted_disk.hpp"

namespace haat::media {
namespace {

namespace fs = std::filesystem;

class LocalImages : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "haat-media-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        data_ = pattern;
    }
    void TearDown() override { fs::remove_all(data_); }

    [[nodiscard]] fs::path folder() const { return data_ / "media" / "Ecommerce_images"; }

    void put(const std::string& name, const std::string& bytes) const {
        std::ofstream{folder() / name, std::ios::binary} << bytes;
    }

    [[nodiscard]] std::set<std::string> files() const {
        std::set<std::string> names;
        for (const auto& entry : fs::directory_iterator{folder()}) names.insert(entry.path().filename());
        return names;
    }

    fs::path data_;
};

TEST_F(LocalImages, StoresUnderARandomName) {
    LocalStore store{data_, "https://shop.example"};
    const auto stored = store.store("bytes");
    ASSERT_TRUE(stored);
    const std::string prefix = "Ecommerce_images/";
    ASSERT_TRUE(stored->public_id.starts_with(prefix));
    const auto file = stored->public_id.substr(prefix.size()) + ".webp";
    EXPECT_TRUE(is_stored_name(file));
    EXPECT_EQ(stored->url, "https://shop.example/media/Ecommerce_images/" + file);
    EXPECT_EQ(files(), std::set<std::string>{file});
    const auto read = read_stored(data_, file);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->bytes, "bytes");
    EXPECT_LT(Timestamp::now().ms - read->modified.ms, kMinuteMs);
}

TEST_F(LocalImages, NamesDifferAlsoBetweenThreads) {
    LocalStore store{data_, ""};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&store] {
                for (int n = 0; n < 10; ++n) (void)store.store("same bytes");
            });
        }
    }
    EXPECT_EQ(files().size(), 40U);
}

TEST_F(LocalImages, OnlyNamesOfStoredFilesAreLookedUp) {
    LocalStore store{data_, ""};
    const std::string good = "0123456789abcdef0123.webp";
    std::ofstream{data_ / "secret.webp"} << "secret";  // what the names below would find
    put("0123456789abcdef0123.tmp", "unfinished");
    put("CON", "no image");
    EXPECT_TRUE(is_stored_name(good));
    for (const std::string bad :
         {"", ".webp", "../../secret.webp", "0123456789abcdef012.webp", "0123456789abcdef01234.webp",
          "0123456789ABCDEF0123.webp", "0123456789abcdef012g.webp", "0123456789abcdef0123.webP",
          "0123456789abcdef0123.tmp", "0123456789abcdef0123.webp/", "/123456789abcdef0123.webp", "CON",
          "../3456789abcdef0123.webp", "0123456789abcdef0123%2ewebp", "0123456789abcdef0123.webp\n"}) {
        EXPECT_FALSE(is_stored_name(bad)) << bad;
        EXPECT_FALSE(read_stored(data_, bad)) << bad;
    }
    EXPECT_FALSE(is_stored_name(std::string{"0123456789abcdef0123\0webp", 25}));
    EXPECT_FALSE(is_stored_name(std::string(4096, 'a')));
    EXPECT_FALSE(read_stored(data_, good));
    EXPECT_FALSE(read_stored(data_ / "nowhere", good));
}

TEST_F(LocalImages, WhatIsNoPlainFileIsNotServed) {
    LocalStore store{data_, ""};
    std::ofstream{data_ / "secret"} << "secret";
    fs::create_symlink(data_ / "secret", folder() / "00000000000000000001.webp");
    fs::create_directory(folder() / "00000000000000000002.webp");
    ASSERT_EQ(::mkfifo((folder() / "00000000000000000003.webp").c_str(), 0600), 0);
    put("00000000000000000004.webp", "");
    fs::resize_file(folder() / "00000000000000000004.webp", 64 * 1024 * 1024 + 1);
    for (const auto* name : {"00000000000000000001.webp", "00000000000000000002.webp",
                             "00000000000000000003.webp", "00000000000000000004.webp"}) {
        EXPECT_FALSE(read_stored(data_, name)) << name;
    }
}

TEST_F(LocalImages, RemovesWhatACrashLeftBehind) {
    fs::create_directories(folder());
    put("0123456789abcdef0123.tmp", "half");
    put("1123456789abcdef0123.tmp", "of an upload that still runs");
    put("2123456789abcdef0123.webp", "whole");
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours{2};
    fs::last_write_time(folder() / "0123456789abcdef0123.tmp", long_ago);
    fs::last_write_time(folder() / "2123456789abcdef0123.webp", long_ago);
    const LocalStore store{data_, ""};
    EXPECT_EQ(files(), (std::set<std::string>{"1123456789abcdef0123.tmp", "2123456789abcdef0123.webp"}));
}

enum ChildExit : int { kStorageFull = 10, kNoMount, kWrongOutcome, kLeftover };

int store_on_a_full_disk(const fs::path& data) {
    if (!contract::mount_disk(data, "size=64k")) return kNoMount;
    try {
        LocalStore store{data, ""};
        (void)store.store(std::string(1024, 'x'));
        try {
            (void)store.store(std::string(256 * 1024, 'x'));
        } catch (const StorageFull&) {
            const auto left = std::distance(fs::directory_iterator{data / "media" / kFolder}, {});
            return left == 1 ? kStorageFull : kLeftover;
        }
    } catch (const std::exception&) {
        return kWrongOutcome;
    }
    return kWrongOutcome;
}

TEST_F(LocalImages, AFullDiskIsStorageFull) {
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(store_on_a_full_disk(data_));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kNoMount)
        GTEST_SKIP() << "this machine does not allow a file system of one's own";
    EXPECT_EQ(WEXITSTATUS(status), kStorageFull);
}

// A write that the system refuses leaves nothing behind. The limit on the size of files stands for a bad
// disk.
TEST_F(LocalImages, AFailedWriteLeavesNothingBehind) {
    LocalStore store{data_, ""};
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    EXPECT_THROW((void)store.store(std::string(2000, 'x')), std::runtime_error);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);
    EXPECT_TRUE(files().empty());
    EXPECT_TRUE(store.store("bytes"));
}

}  // namespace
}  // namespace haat::media
