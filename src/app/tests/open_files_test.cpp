#include "app/open_files.hpp"

#include <gtest/gtest.h>

namespace haat::app {
namespace {

config::Settings settings_of(int max_connections, int threads) {
    config::Settings settings;
    settings.server.max_connections = max_connections;
    settings.server.threads = threads;
    settings.storage.database_pool = 20;
    return settings;
}

TEST(OpenFiles, ConnectionsLeaveFilesForAllElse) {
    const auto settings = settings_of(10'240, 2);
    EXPECT_EQ(connections_that_fit(settings, 65'536), 10'240U);
    EXPECT_EQ(connections_that_fit(settings, 10'240 + 272), 10'240U);
    EXPECT_EQ(connections_that_fit(settings, 10'240 + 271), 10'239U);
    EXPECT_EQ(connections_that_fit(settings, 1'024), 752U);
    EXPECT_LT(connections_that_fit(settings_of(10'240, 64), 1'024), 752U)
        << "threads have files of their own";
    for (const std::uint64_t few : {0U, 100U, 272U})
        EXPECT_EQ(connections_that_fit(settings, few), 1U) << few;
}

TEST(OpenFiles, ConnectionsToServersOfTheDatabaseAreFilesToo) {
    auto settings = settings_of(10'240, 2);
    settings.storage.postgres_url = crypto::Secret{"postgres://h/shop"};
    EXPECT_EQ(connections_that_fit(settings, 1'024), 732U);
    settings.storage.read_urls.emplace_back("postgres://replica/shop");
    EXPECT_EQ(connections_that_fit(settings, 1'024), 712U);
}

}  // namespace
}  // namespace haat::app
