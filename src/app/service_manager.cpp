#include "app/service_manager.hpp"

#include <sys/socket.h>
#include <systemd/sd-daemon.h>

#include <cstring>
#include <stdexcept>
#include <string>

namespace haat::app {

int inherited_socket() {
    const int count = sd_listen_fds(1);
    if (count < 0)
        throw std::runtime_error{std::string{"the sockets of the service manager: "} + std::strerror(-count)};
    if (count == 0) return -1;
    if (count > 1)
        throw std::runtime_error{"the service manager passed " + std::to_string(count) +
                                 " sockets; give the unit one ListenStream"};
    if (sd_is_socket(SD_LISTEN_FDS_START, AF_UNSPEC, SOCK_STREAM, 1) <= 0)
        throw std::runtime_error{"the service manager passed a socket that does not listen for connections"};
    return SD_LISTEN_FDS_START;
}

void tell_ready(std::uint16_t port) {
    const std::string state = "READY=1\nSTATUS=Serving on port " + std::to_string(port);
    sd_notify(0, state.c_str());
}

void tell_stopping() { sd_notify(0, "STOPPING=1\nSTATUS=Finishing requests under way"); }

void tell_alive() { sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return std::chrono::microseconds{microseconds};
}

}  // namespace haat::app
