// What systemd passes to the process that it starts, and what it wants to hear. Under any other parent there
// is no socket, and nobody listens.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace haat::app {

// The listening socket that it holds for this process (socket activation), -1 for none. Once, before a
// process is started. Throws std::runtime_error when it is not one TCP socket.
int inherited_socket();

// Requests are answered on this port.
void tell_ready(std::uint16_t port);
void tell_stopping();

// All is well. To be told more often than the interval, when there is one: silence means a restart.
void tell_alive();
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace haat::app
