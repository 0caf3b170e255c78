// Ports for servers that the tests start.
#pragma once

#include <cstdint>

namespace haat {

// A TCP port of the loopback on which nobody listens. It lies below the range from which systems take the
// ports of outgoing connections (Linux: 32768 and up), so that none of those gets it before the server does.
std::uint16_t free_port();

}  // namespace haat
