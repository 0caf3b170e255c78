#include "tests/contract/postgres_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <postgresql/libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "platform/tests/free_port.hpp"

namespace haat::contract {
namespace {

using namespace std::chrono_literals;

constexpr auto kReadyWithin = 60s;

std::string find_binaries() {
    if (const char* given = std::getenv("HAAT_TEST_POSTGRES_BIN")) return given;
    std::array<char, 256> line{};
    FILE* asked = popen("pg_config --bindir 2>/dev/null", "r");
    if (asked == nullptr) return {};
    if (fgets(line.data(), line.size(), asked) == nullptr) line[0] = '\0';
    pclose(asked);
    std::string folder = line.data();
    while (folder.ends_with('\n')) folder.pop_back();
    return folder;
}

const std::string& binaries() {
    static const std::string folder = find_binaries();
    return folder;
}

// PostgreSQL refuses to run as root.
const passwd* server_user() {
    if (geteuid() != 0) return nullptr;
    const passwd* user = getpwnam("postgres");
    return user != nullptr ? user : getpwnam("nobody");
}

// As the server's user, with its output in a file.
pid_t spawn(std::vector<std::string> command, const std::string& log) {
    const passwd* user = server_user();
    const pid_t pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    for (const int fd : {STDOUT_FILENO, STDERR_FILENO}) {
        if (out >= 0) dup2(out, fd);
    }
    if (user != nullptr &&
        (setgroups(0, nullptr) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // setuid has unset it
    std::vector<char*> arguments;
    for (auto& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    execv(arguments.front(), arguments.data());
    _exit(127);
}

void wait_for_end(pid_t pid) {
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::string text_of(const std::string& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

bool PostgresServer::is_available() { return access((binaries() + "/initdb").c_str(), X_OK) == 0; }

PostgresServer::PostgresServer() : port_{free_port()} {
    if (const passwd* user = server_user()) {
        if (chown(folder_.file("").c_str(), user->pw_uid, user->pw_gid) != 0)
            throw std::runtime_error{"cannot hand the folder to the server's user"};
    }
    const std::string log = folder_.file("initdb.log");
    wait_for_end(spawn({binaries() + "/initdb", "-D", data(), "-A", "trust", "-U", "haat", "-E", "UTF8",
                        "--locale=C", "--no-sync"},
                       log));
    if (!std::filesystem::exists(data() + "/PG_VERSION")) throw std::runtime_error{text_of(log)};
    start();
}

PostgresServer::~PostgresServer() {
    if (pid_ != 0) stop();
}

std::string PostgresServer::url() const {
    return "postgres://haat@127.0.0.1:" + std::to_string(port_) + "/postgres";
}

void PostgresServer::start() {
    const std::string log = folder_.file("server.log");
    pid_ = spawn({binaries() + "/postgres", "-D", data(), "-p", std::to_string(port_), "-h", "127.0.0.1",
                  "-k", data(), "-c", "fsync=off", "-c", "deadlock_timeout=20ms", "-c", "shared_buffers=16MB",
                  "-c", "max_connections=50", "-c", "log_min_messages=fatal"},
                 log);
    const auto until = std::chrono::steady_clock::now() + kReadyWithin;
    while (PQping(url().c_str()) != PQPING_OK) {
        if (waitpid(pid_, nullptr, WNOHANG) == pid_ || std::chrono::steady_clock::now() > until) {
            pid_ = 0;
            throw std::runtime_error{"the server does not start: " + text_of(log)};
        }
        std::this_thread::sleep_for(10ms);
    }
}

void PostgresServer::stop() {
    thaw();
    kill(pid_, SIGQUIT);
    wait_for_end(pid_);
    pid_ = 0;
}

std::vector<pid_t> PostgresServer::processes() const {
    std::vector<pid_t> all{pid_};
    const std::string main = std::to_string(pid_);
    std::ifstream children{"/proc/" + main + "/task/" + main + "/children"};
    for (pid_t child = 0; children >> child;) all.push_back(child);
    return all;
}

void PostgresServer::freeze() {
    for (const pid_t process : processes()) kill(process, SIGSTOP);
}

void PostgresServer::thaw() {
    for (const pid_t process : processes()) kill(process, SIGCONT);
}

}  // namespace haat::contract
