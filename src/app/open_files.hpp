// Connections are files, and of those a process may open only so many.
#pragma once

#include <cstddef>
#include <cstdint>

#include "app/config/settings.hpp"

namespace haat::app {

// To the hard limit: shells and service managers begin with a soft one of some 1,000.
void raise_file_limit();

// MAX_CONNECTIONS, or fewer where this many open files do not suffice for it and all else that is open; at
// least 1.
std::size_t connections_that_fit(const config::Settings& settings, std::uint64_t files);

// The same with the limit that this process has now.
std::size_t max_connections(const config::Settings& settings);

}  // namespace haat::app
