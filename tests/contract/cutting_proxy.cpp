#include "tests/contract/cutting_proxy.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace haat::contract {
namespace {

constexpr int kLookMs = 5;

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

struct Pair {
    int client;
    int server;
    void end() const {
        close(client);
        close(server);
    }
};

// false: the connection has ended.
bool forward(int from, int to, bool swallow) {
    std::array<char, 65'536> bytes;
    const ssize_t got = read(from, bytes.data(), bytes.size());
    if (got <= 0 || swallow) return false;
    for (ssize_t sent = 0; sent < got;) {
        const ssize_t more =
            send(to, bytes.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
        if (more <= 0) return false;
        sent += more;
    }
    return true;
}

}  // namespace

CuttingProxy::CuttingProxy(int port) : server_port_{port}, listener_{socket(AF_INET, SOCK_STREAM, 0)} {
    auto address = loopback(0);
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 64) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error{"the proxy cannot listen"};
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread{[this] { work(); }};
}

CuttingProxy::~CuttingProxy() {
    stopping_ = true;
    thread_.join();
    close(listener_);
}

void CuttingProxy::work() {
    std::vector<Pair> pairs;
    while (!stopping_) {
        std::vector<pollfd> polled{{.fd = listener_, .events = POLLIN, .revents = 0}};
        for (const Pair& pair : pairs) {
            polled.push_back({.fd = pair.client, .events = POLLIN, .revents = 0});
            polled.push_back({.fd = pair.server, .events = POLLIN, .revents = 0});
        }
        poll(polled.data(), polled.size(), kLookMs);
        std::vector<Pair> kept;
        const bool cut = cut_.exchange(false);
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            const Pair pair = pairs[i];
            bool good = !cut;
            if (good && polled[1 + 2 * i].revents != 0) good = forward(pair.client, pair.server, false);
            if (good && polled[2 + 2 * i].revents != 0)
                good = forward(pair.server, pair.client, swallow_.exchange(false));
            if (good) {
                kept.push_back(pair);
            } else {
                pair.end();
            }
        }
        pairs = std::move(kept);
        if (polled[0].revents == 0) continue;
        const Pair pair{.client = accept(listener_, nullptr, nullptr),
                        .server = socket(AF_INET, SOCK_STREAM, 0)};
        const auto address = loopback(server_port_);
        if (pair.server >= 0 &&
            connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
            pairs.push_back(pair);
        } else {
            pair.end();
        }
    }
    for (const Pair& pair : pairs) pair.end();
}

}  // namespace haat::contract
