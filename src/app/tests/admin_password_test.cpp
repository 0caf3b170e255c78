#include "app/admin_password.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <optional>

namespace haat::app {
namespace {

class PasswordFile : public testing::Test {
protected:
    PasswordFile() : path_{testing::TempDir() + "haat_password_" + std::to_string(getpid())} {}
    ~PasswordFile() override { std::filesystem::remove(path_); }

    std::optional<std::string> password_in(const std::string& text) {
        std::ofstream{path_, std::ios::binary} << text;
        AdminOptions options;
        options.password_file = path_;
        const auto found = admin_password(options);
        if (!found) return std::nullopt;
        EXPECT_FALSE(found->made);
        return std::string{found->password.reveal()};
    }

    std::string path_;
};

TEST_F(PasswordFile, ItsFirstLineIsThePassword) {
    EXPECT_EQ(password_in("correct horse\n"), "correct horse");
    EXPECT_EQ(password_in("correct horse"), "correct horse");
    EXPECT_EQ(password_in("correct horse\r\nmore\n"), "correct horse");
    EXPECT_EQ(password_in(" spaces count \n"), " spaces count ");
}

TEST_F(PasswordFile, MayBeNeitherEmptyNorHuge) {
    EXPECT_FALSE(password_in(""));
    EXPECT_FALSE(password_in("\nsecond line\n"));
    EXPECT_TRUE(password_in(std::string(1'024, 'x')));
    EXPECT_FALSE(password_in(std::string(1'025, 'x')));
}

TEST_F(PasswordFile, OneThatIsMissingIsNamed) {
    AdminOptions options;
    options.password_file = path_;
    const auto found = admin_password(options);
    ASSERT_FALSE(found);
    EXPECT_TRUE(found.error().contains(path_));
}

TEST(MadePassword, IsLongRandomAndToBePrinted) {
    AdminOptions options;
    options.random_password = true;
    const auto one = admin_password(options);
    const auto other = admin_password(options);
    ASSERT_TRUE(one && other);
    EXPECT_TRUE(one->made);
    EXPECT_EQ(one->password.reveal().size(), 24U);
    EXPECT_NE(one->password.reveal(), other->password.reveal());
    EXPECT_TRUE(
        std::ranges::all_of(one->password.reveal(), [](unsigned char c) { return std::isalnum(c) != 0; }));
}

}  // namespace
}  // namespace haat::app
