#include "app/probe.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace haat::app {
namespace {

using Clock = std::chrono::steady_clock;

class Socket {
public:
    explicit Socket(int family) : fd_{socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)} {}
    ~Socket() {
        if (fd_ >= 0) close(fd_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

struct Peer {
    sockaddr_storage address{};
    socklen_t length = 0;
};

struct Resolved {
    int error = 0;  // of getaddrinfo
    std::vector<Peer> peers;
};

Resolved resolve(const std::string& host, int port, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    Resolved resolved;
    resolved.error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (resolved.error != 0) return resolved;
    for (const auto* at = list; at != nullptr; at = at->ai_next) {
        Peer peer{.address = {}, .length = at->ai_addrlen};
        std::memcpy(&peer.address, at->ai_addr, at->ai_addrlen);
        resolved.peers.push_back(peer);
    }
    freeaddrinfo(list);
    return resolved;
}

// getaddrinfo knows no time limit, so it runs on a thread of its own, which may outlive the wait for it.
std::optional<Resolved> resolve_until(const std::string& host, int port, Clock::time_point deadline) {
    auto promise = std::make_shared<std::promise<Resolved>>();
    auto resolved = promise->get_future();
    std::thread{[promise, host, port] { promise->set_value(resolve(host, port, 0)); }}.detach();
    if (resolved.wait_until(deadline) != std::future_status::ready) return std::nullopt;
    return resolved.get();
}

const sockaddr* address_of(const Peer& peer) { return reinterpret_cast<const sockaddr*>(&peer.address); }

// 0, or errno.
int connect_until(const Peer& peer, Clock::time_point deadline) {
    const Socket socket{peer.address.ss_family};
    if (socket.get() < 0) return errno;
    if (connect(socket.get(), address_of(peer), peer.length) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waiting{.fd = socket.get(), .events = POLLOUT, .revents = 0};
    if (poll(&waiting, 1, static_cast<int>(std::max<std::int64_t>(left, 0))) <= 0) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    return getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

std::error_code try_listen(const std::string& host, int port) {
    const auto last_error = [] { return std::error_code{errno, std::generic_category()}; };
    const auto resolved = resolve(host, port, AI_NUMERICHOST | AI_PASSIVE);
    if (resolved.peers.empty()) return std::make_error_code(std::errc::address_not_available);
    const auto& peer = resolved.peers.front();
    const Socket socket{peer.address.ss_family};
    const int on = 1;
    if (socket.get() < 0) return last_error();
    if (setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return last_error();
    if (bind(socket.get(), address_of(peer), peer.length) != 0) return last_error();
    return listen(socket.get(), 1) == 0 ? std::error_code{} : last_error();
}

std::optional<std::string> try_connect(const std::string& host, int port, std::chrono::milliseconds timeout) {
    const auto deadline = Clock::now() + timeout;
    const auto resolved = resolve_until(host, port, deadline);
    if (!resolved) return "its name was not resolved in time";
    if (resolved->error != 0) return gai_strerror(resolved->error);
    int error = ETIMEDOUT;
    for (const auto& peer : resolved->peers) {
        error = connect_until(peer, deadline);
        if (error == 0) return std::nullopt;
    }
    return std::strerror(error);
}

std::filesystem::path nearest_existing(const std::filesystem::path& path) {
    std::error_code error;
    auto at = std::filesystem::absolute(path, error).lexically_normal();
    while (!std::filesystem::exists(at, error) && at.has_relative_path()) at = at.parent_path();
    return at;
}

bool may_write(const std::filesystem::path& dir) { return access(dir.c_str(), W_OK | X_OK) == 0; }

}  // namespace haat::app
