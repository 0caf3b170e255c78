#include "platform/tests/free_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>

namespace haat {
namespace {

constexpr std::uint16_t kFirst = 10'000;
constexpr std::uint16_t kLast = 31'999;
constexpr int kAttempts = 100;

bool is_free(std::uint16_t port) {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (probe < 0) return false;
    const bool bound = bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return bound;
}

}  // namespace

std::uint16_t free_port() {
    static std::mt19937 random{std::random_device{}()};
    std::uniform_int_distribution<int> ports{kFirst, kLast};
    for (int i = 0; i < kAttempts; ++i) {
        const auto port = static_cast<std::uint16_t>(ports(random));
        if (is_free(port)) return port;
    }
    throw std::runtime_error{"no free port"};
}

}  // namespace haat
