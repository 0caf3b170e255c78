// A PostgreSQL server that belongs to a test: it may be killed, stopped in its tracks and started again.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/contract/scratch_folder.hpp"

namespace haat::contract {

class PostgresServer {
public:
    // Whether the programs of a server are there: HAAT_TEST_POSTGRES_BIN, else where pg_config says.
    [[nodiscard]] static bool is_available();
    static constexpr const char* kWhyNot = "no PostgreSQL server is installed";

    // Makes a cluster in a folder of its own and starts it, on a free port, as an unprivileged user. Throws
    // std::runtime_error. It dies with this process.
    PostgresServer();
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    [[nodiscard]] std::string url() const;
    [[nodiscard]] int port() const { return port_; }

    // Comes back when it takes connections.
    void start();
    // At once, without a checkpoint, as after a loss of power.
    void stop();
    // SIGSTOP and SIGCONT to all of its processes.
    void freeze();
    void thaw();

private:
    [[nodiscard]] std::vector<pid_t> processes() const;
    [[nodiscard]] std::string data() const { return folder_.file("data"); }

    ScratchFolder folder_;
    int port_ = 0;
    pid_t pid_ = 0;
};

}  // namespace haat::contract
