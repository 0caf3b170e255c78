// Small questions to the machine and the network, for the doctor. All block, for a bounded time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

namespace haat::app {

// Why this address (IPv4 or IPv6) and port could not be listened on now; no error when they could.
std::error_code try_listen(const std::string& host, int port);

// Why no TCP connection came about within the time, name look-up included; nothing when it did.
std::optional<std::string> try_connect(const std::string& host, int port, std::chrono::milliseconds timeout);

// The path itself, or the nearest folder above it that exists.
std::filesystem::path nearest_existing(const std::filesystem::path& path);

// Whether this process may make files in the folder.
bool may_write(const std::filesystem::path& dir);

}  // namespace haat::app
