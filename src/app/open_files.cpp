#include "app/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace haat::app {
namespace {

constexpr std::uint64_t kOtherFiles = 256;    // logs, images, uploads, what the database and curl open
constexpr std::uint64_t kFilesOfAThread = 8;  // its event loop, its reader of the database, Redis

std::uint64_t connections_to_postgres(const config::StorageSettings& storage) {
    if (!on_postgres(storage)) return 0;
    return static_cast<std::uint64_t>(storage.database_pool) * (1 + storage.read_urls.size());
}

}  // namespace

void raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t connections_that_fit(const config::Settings& settings, std::uint64_t files) {
    const auto threads = static_cast<std::uint64_t>(settings.server.threads);
    const std::uint64_t others =
        kOtherFiles + kFilesOfAThread * threads + connections_to_postgres(settings.storage);
    const std::uint64_t left = files > others ? files - others : 1;
    return std::min<std::uint64_t>(left, static_cast<std::uint64_t>(settings.server.max_connections));
}

std::size_t max_connections(const config::Settings& settings) {
    rlimit limit{};
    const bool is_known = getrlimit(RLIMIT_NOFILE, &limit) == 0;
    return connections_that_fit(settings, is_known ? limit.rlim_cur : RLIM_INFINITY);
}

}  // namespace haat::app
