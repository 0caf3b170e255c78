#include "platform/cache/redis/tests/redis_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "platform/tests/free_port.hpp"

namespace haat::cache::redis {
namespace {

using namespace std::chrono_literals;

constexpr auto kStartWithin = 20s;
constexpr timeval kAnswerWithin{.tv_sec = 5, .tv_usec = 0};

class Socket {
public:
    Socket() : fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {}
    ~Socket() { close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

// redis-server refuses nothing as root, but a test needs no such right.
void become_nobody() {
    if (geteuid() != 0) return;
    const passwd* nobody = getpwnam("nobody");
    if (nobody == nullptr || setgroups(0, nullptr) != 0 || setgid(nobody->pw_gid) != 0 ||
        setuid(nobody->pw_uid) != 0) {
        _exit(126);
    }
}

}  // namespace

RedisServer::RedisServer(Arguments arguments) : arguments_{std::move(arguments)}, port_{free_port()} {
    std::string name = (std::filesystem::temp_directory_path() / "haat-redis-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    folder_ = name;
    std::filesystem::permissions(folder_, std::filesystem::perms::all);
    start();
}

RedisServer::~RedisServer() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void RedisServer::start() {
    const bool is_sentinel = !arguments_.empty() && arguments_.back() == "--sentinel";
    std::vector<std::string> words{"redis-server"};
    const std::filesystem::path config = folder_ / "sentinel.conf";
    if (is_sentinel) {
        // A sentinel writes into its configuration.
        std::ofstream{config} << "bind 127.0.0.1\n";
        chmod(config.c_str(), 0666);
        words.push_back(config);
    }
    const Arguments own{
        "--port",    std::to_string(port_),      "--bind",      "127.0.0.1", "--dir", folder_.string(),
        "--logfile", (folder_ / "log").string(), "--daemonize", "no"};
    words.insert(words.end(), own.begin(), own.end());
    if (!is_sentinel) words.insert(words.end(), {"--save", "", "--appendonly", "no"});
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
        become_nobody();
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that crashes leaves nothing behind
        const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
        for (int fd = 0; nowhere >= 0 && fd <= 2; ++fd) dup2(nowhere, fd);
        execvp(pointers.front(), pointers.data());
        _exit(127);
    }
    const auto give_up_at = std::chrono::steady_clock::now() + kStartWithin;
    while (!answers()) {
        int status = 0;
        const bool has_ended = waitpid(pid_, &status, WNOHANG) == pid_;
        if (has_ended) pid_ = 0;
        if (has_ended || std::chrono::steady_clock::now() > give_up_at) {
            throw std::runtime_error{"redis-server does not start: is the package redis-server installed?"};
        }
        std::this_thread::sleep_for(10ms);
    }
}

void RedisServer::stop() {
    if (pid_ == 0) return;
    kill(pid_, SIGCONT);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

void RedisServer::freeze() const { kill(pid_, SIGSTOP); }
void RedisServer::thaw() const { kill(pid_, SIGCONT); }

bool RedisServer::answers() const {
    try {
        return !tell("PING").empty();
    } catch (const std::runtime_error&) {
        return false;
    }
}

std::string RedisServer::tell(const std::string& line) const {
    const Socket socket;
    const sockaddr_in address = loopback(port_);
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kAnswerWithin, sizeof kAnswerWithin);
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error{"redis-server is not reached"};
    }
    const std::string sent = line + "\r\n";
    if (::send(socket.get(), sent.data(), sent.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(sent.size()))
        throw std::runtime_error{"redis-server does not listen"};
    std::string answer(4'096, '\0');
    const auto count = recv(socket.get(), answer.data(), answer.size(), 0);
    answer.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return answer;
}

RedisServer::Arguments RedisServer::sentinel_arguments() { return {"--sentinel"}; }

}  // namespace haat::cache::redis
