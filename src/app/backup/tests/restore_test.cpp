#include "app/backup/restore.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "app/backup/make_backup.hpp"
#include "platform/db/migrate.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"
#include "tests/contract/mounted_disk.hpp"

namespace haat::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kImage = "0123456789abcdef0123.webp";
constexpr const char* kHalfAnImage = "0123456789abcdef0123.tmp";

void tell_nobody(std::int64_t, std::int64_t) {}

void write(const fs::path& path, const std::string& bytes) {
    fs::create_directories(path.parent_path());
    std::ofstream{path, std::ios::binary} << bytes;
}

std::string read(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

config::Settings shop_in(const fs::path& data_dir) {
    config::Settings settings;
    settings.storage.data_dir = data_dir;
    settings.storage.database_file = data_dir / "haat.db";
    return settings;
}

enum ChildExit : int { kRestored = 10, kNoMount, kFailed, kNotWhole };

int restore_beside_another_disk(const fs::path& backup, const fs::path& data_dir, const std::string& image) {
    fs::create_directories(data_dir / "media");
    if (!contract::mount_disk(data_dir / "media")) return kNoMount;
    write(data_dir / images_folder() / kHalfAnImage, "what a restore that was cut off has left");
    try {
        restore(shop_in(data_dir), backup, false, tell_nobody);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return kFailed;
    }
    const bool whole = read(data_dir / images_folder() / kImage) == image &&
                       fs::exists(data_dir / "haat.db") &&
                       !read(data_dir / keys_folder() / "otp.key").empty();
    const bool is_clean = !fs::exists(data_dir / images_folder() / kHalfAnImage) &&
                          !fs::exists(data_dir / "restore.unfinished") &&
                          !fs::exists(data_dir / "restore.unfinished-mark");
    return whole && is_clean ? kRestored : kNotWhole;
}

class Restoring : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "haat-restore-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path folder_;
};

TEST_F(Restoring, ImagesMayLieOnAnotherFileSystem) {
    const auto shop = shop_in(folder_ / "shop");
    const std::string image(200'000, 'x');
    write(shop.storage.data_dir / images_folder() / kImage, image);
    write(shop.storage.data_dir / keys_folder() / "otp.key", "key");
    db::migrate_sqlite(shop.storage.database_file.string(), db::embedded_migrations());
    const auto backup = folder_ / "shop.tar";
    ASSERT_EQ(make_backup(shop, backup, tell_nobody).images, 1);

    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(restore_beside_another_disk(backup, folder_ / "elsewhere", image));
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == kNoMount)
        GTEST_SKIP() << "this machine does not allow a file system of one's own";
    EXPECT_EQ(WEXITSTATUS(status), kRestored);
}

}  // namespace
}  // namespace haat::backup
