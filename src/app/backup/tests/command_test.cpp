#include "app/backup/command.hpp"

#include <gtest/gtest.h>

namespace haat::backup {
namespace {

std::string refused(app::Action action) {
    app::Command command;
    command.action = action;
    command.backup.file = "shop.dump";
    testing::internal::CaptureStderr();
    EXPECT_EQ(run(command, config::Settings{}), app::kFailure);
    return testing::internal::GetCapturedStderr();
}

// Settings that name PostgreSQL have no file of the embedded database.
TEST(BackupCommand, LeavesPostgresToItsOwnToolsAndSaysHow) {
    EXPECT_TRUE(
        refused(app::Action::backup).contains("pg_dump --format=custom --file=shop.dump \"$DATABASE_URL\""));
    EXPECT_TRUE(refused(app::Action::restore).contains("--dbname=\"$DATABASE_URL\" shop.dump"));
}

}  // namespace
}  // namespace haat::backup
