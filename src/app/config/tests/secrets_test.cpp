#include "app/config/secrets.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

namespace haat::config {
namespace {

class ServerKeyFiles : public testing::Test {
protected:
    ServerKeyFiles() {
        settings_.storage.data_dir = testing::TempDir() + "haat_keys_" + std::to_string(getpid());
        std::filesystem::remove_all(settings_.storage.data_dir);
    }
    ~ServerKeyFiles() override { std::filesystem::remove_all(settings_.storage.data_dir); }

    static mode_t mode(const std::filesystem::path& path) {
        struct stat status{};
        EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 07777;
    }
    [[nodiscard]] std::filesystem::path file(const char* name) const { return secrets_dir(settings_) / name; }

    Settings settings_;
};

TEST_F(ServerKeyFiles, AreMadeOnceAndReadAgain) {
    const auto first = load_keys(settings_);
    ASSERT_TRUE(first) << first.error().front();
    const auto second = load_keys(settings_);
    ASSERT_TRUE(second) << second.error().front();
    EXPECT_EQ(first->access.reveal(), second->access.reveal());
    EXPECT_EQ(first->refresh.reveal(), second->refresh.reveal());
    EXPECT_EQ(first->otp.reveal(), second->otp.reveal());
    const std::set<std::string_view> keys{first->access.reveal(), first->refresh.reveal(),
                                          first->otp.reveal()};
    EXPECT_EQ(keys.size(), 3U);
    for (const auto key : keys) EXPECT_EQ(key.size(), 64U);
}

TEST_F(ServerKeyFiles, AreReadableByTheirOwnerOnlyWhateverTheUmask) {
    const mode_t before = umask(0);
    const auto keys = load_keys(settings_);
    umask(before);
    ASSERT_TRUE(keys) << keys.error().front();
    EXPECT_EQ(mode(settings_.storage.data_dir), 0700U);
    EXPECT_EQ(mode(secrets_dir(settings_)), 0700U);
    for (const auto name : {"access.key", "refresh.key", "otp.key"})
        EXPECT_EQ(mode(file(name)), 0600U) << name;
}

TEST_F(ServerKeyFiles, NothingElseIsLeftBehind) {
    ASSERT_TRUE(load_keys(settings_));
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{secrets_dir(settings_)}) {
        names.insert(entry.path().filename().string());
    }
    EXPECT_EQ(names, (std::set<std::string>{"access.key", "refresh.key", "otp.key"}));
}

TEST_F(ServerKeyFiles, SettingsGoBeforeThem) {
    settings_.access.access_key = crypto::Secret{"from the environment"};
    const auto keys = load_keys(settings_);
    ASSERT_TRUE(keys) << keys.error().front();
    EXPECT_EQ(keys->access.reveal(), "from the environment");
    EXPECT_FALSE(std::filesystem::exists(file("access.key")));
    EXPECT_TRUE(std::filesystem::exists(file("refresh.key")));
}

TEST_F(ServerKeyFiles, OneThatOthersCanReadIsRefusedWithTheCommandThatMendsIt) {
    ASSERT_TRUE(load_keys(settings_));
    ASSERT_EQ(chmod(file("otp.key").c_str(), 0640), 0);
    ASSERT_EQ(chmod(file("access.key").c_str(), 0604), 0);
    const auto keys = load_keys(settings_);
    ASSERT_FALSE(keys);
    ASSERT_EQ(keys.error().size(), 2U);
    EXPECT_TRUE(keys.error()[0].contains("chmod 600 " + file("access.key").string())) << keys.error()[0];
    EXPECT_TRUE(keys.error()[1].contains("chmod 600 " + file("otp.key").string())) << keys.error()[1];
}

TEST_F(ServerKeyFiles, AFolderThatOthersCanReadIsClosed) {
    ASSERT_TRUE(load_keys(settings_));
    ASSERT_EQ(chmod(secrets_dir(settings_).c_str(), 0755), 0);
    ASSERT_TRUE(load_keys(settings_));
    EXPECT_EQ(mode(secrets_dir(settings_)), 0700U);
}

TEST_F(ServerKeyFiles, ADamagedOneIsRefusedAndKept) {
    ASSERT_TRUE(load_keys(settings_));
    const std::vector<std::string> texts{"", "abc\n", std::string(64, 'g'), std::string(65, 'a') + "\n"};
    for (const auto& damaged : texts) {
        std::ofstream{file("access.key")} << damaged;
        const auto keys = load_keys(settings_);
        ASSERT_FALSE(keys) << damaged;
        EXPECT_TRUE(keys.error().front().contains("access.key"));
        EXPECT_EQ(std::filesystem::file_size(file("access.key")), damaged.size());
    }
}

TEST_F(ServerKeyFiles, ALinkIsNotFollowed) {
    ASSERT_TRUE(load_keys(settings_));
    std::filesystem::remove(file("access.key"));
    std::filesystem::create_symlink(file("otp.key"), file("access.key"));
    EXPECT_FALSE(load_keys(settings_));
}

TEST_F(ServerKeyFiles, TheFolderMayNotBeAFile) {
    std::filesystem::create_directories(settings_.storage.data_dir);
    std::ofstream{secrets_dir(settings_)} << "x";
    const auto keys = load_keys(settings_);
    ASSERT_FALSE(keys);
    EXPECT_TRUE(keys.error().front().contains("is no directory"));
}

TEST_F(ServerKeyFiles, ReadingDoesNotMakeThem) {
    const auto key = read_key_file(file("access.key"));
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->empty());
    EXPECT_FALSE(std::filesystem::exists(settings_.storage.data_dir));
}

TEST_F(ServerKeyFiles, ProcessesThatStartTogetherEndUpWithTheSame) {
    constexpr int kProcesses = 8;
    const auto report = settings_.storage.data_dir.string() + ".report";
    std::filesystem::remove_all(report);
    std::filesystem::create_directory(report);
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const auto keys = load_keys(settings_);
            if (keys) std::ofstream{report + "/" + std::to_string(i)} << keys->access.reveal();
            _exit(keys ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) waitpid(child, nullptr, 0);
    std::set<std::string> seen;
    int answered = 0;
    for (const auto& entry : std::filesystem::directory_iterator{report}) {
        std::string key;
        std::ifstream{entry.path()} >> key;
        seen.insert(key);
        ++answered;
    }
    std::filesystem::remove_all(report);
    EXPECT_EQ(answered, kProcesses);
    EXPECT_EQ(seen.size(), 1U);
}

}  // namespace
}  // namespace haat::config
