// A real redis-server of the test's own: in a temporary folder, on a free port of 127.0.0.1, not as root.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace haat::cache::redis {

class RedisServer {
public:
    using Arguments = std::vector<std::string>;  // as on redis-server's command line

    explicit RedisServer(Arguments arguments = {});
    ~RedisServer();
    RedisServer(const RedisServer&) = delete;
    RedisServer& operator=(const RedisServer&) = delete;

    // Both wait until it answers, or has ended. A server that was stopped starts again on the same port,
    // empty.
    void start();
    void stop();
    // Freezes it, as a machine that swaps, and lets it go on.
    void freeze() const;
    void thaw() const;

    // Sends one command to it as an administrator would, on a connection of its own; the answer as it came.
    std::string tell(const std::string& line) const;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

    // As a sentinel: of redis-server's other mode, with this configuration.
    static Arguments sentinel_arguments();

private:
    [[nodiscard]] bool answers() const;

    Arguments arguments_;
    std::filesystem::path folder_;
    std::uint16_t port_;
    pid_t pid_ = 0;
};

}  // namespace haat::cache::redis
