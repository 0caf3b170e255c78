#include "mail/file_transport.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "mail/tests/example_mail.hpp"
#include "mail/tests/temporary_folder.hpp"

namespace haat::mail {
namespace {

using Outcome = jobs::Attempt::Outcome;
namespace fs = std::filesystem;

constexpr auto kName = "20240131T093000123Z-65a1b2c3d4e5f60718293a4b.eml";

std::vector<std::string> names_in(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{folder}) names.push_back(entry.path().filename());
    return names;
}

std::string content_of(const fs::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(FileTransport, WritesTheWholeMessageUnderTimeAndId) {
    const TemporaryFolder folder;
    FileTransport transport{folder.path() / "deep" / "mail"};
    const auto mail = example_mail();
    ASSERT_EQ(transport.send(mail, {}).outcome, Outcome::done);
    EXPECT_EQ(names_in(folder.path() / "deep" / "mail"), std::vector<std::string>{kName});
    EXPECT_EQ(content_of(folder.path() / "deep" / "mail" / kName), format_message(mail));
}

TEST(FileTransport, HidesCodesFromOthers) {
    const TemporaryFolder folder;
    FileTransport transport{folder.path() / "mail"};
    ASSERT_EQ(transport.send(example_mail(), {}).outcome, Outcome::done);
    struct stat status{};
    ASSERT_EQ(::stat((folder.path() / "mail").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    ASSERT_EQ(::stat((folder.path() / "mail" / kName).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(FileTransport, KeepsARepeatedMailOnce) {
    const TemporaryFolder folder;
    FileTransport transport{folder.path()};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&transport] {
            for (int k = 0; k < 5; ++k) EXPECT_EQ(transport.send(example_mail(), {}).outcome, Outcome::done);
        });
    }
    threads.clear();
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{kName});
    EXPECT_EQ(content_of(folder.path() / kName), format_message(example_mail()));
}

TEST(FileTransport, ReplacesWhatACrashLeftHalfWritten) {
    const TemporaryFolder folder;
    FileTransport transport{folder.path()};
    std::ofstream{folder.path() / ("." + std::string{kName} + ".part")} << std::string(100'000, 'x');
    ASSERT_EQ(transport.send(example_mail(), {}).outcome, Outcome::done);
    EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{kName});
    EXPECT_EQ(content_of(folder.path() / kName), format_message(example_mail()));
}

TEST(FileTransport, TriesAgainWhenTheDiskFails) {
    const TemporaryFolder folder;
    FileTransport transport{folder.path() / "mail"};
    fs::remove(folder.path() / "mail");
    const auto attempt = transport.send(example_mail(), {});
    EXPECT_EQ(attempt.outcome, Outcome::retry);
    EXPECT_EQ(attempt.reason, "file: No such file or directory");
}

TEST(FileTransport, GivesUpWhatHasNoAddress) {
    const TemporaryFolder folder;
    FileTransport transport{folder.path()};
    EXPECT_EQ(transport.send(example_mail("nobody"), {}).outcome, Outcome::give_up);
    EXPECT_TRUE(names_in(folder.path()).empty());
}

}  // namespace
}  // namespace haat::mail
