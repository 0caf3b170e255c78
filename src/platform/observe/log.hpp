// The program's log: events with fields, written by a thread of its own.
//
//     log_info("server_started", {{"port", 3001}, {"engine", "sqlite"}});
//
// Writing never waits for whoever reads the log: a bounded queue lies between, and when it is full the
// oldest record is given up and counted. Safe from any thread. Nothing that is secret may be logged; types
// of secrets cannot be turned into a Field.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/observe/log_text.hpp"

namespace haat::observe {

struct LogOptions {
    LogFormat format = LogFormat::pretty;
    LogLevel level = LogLevel::info;  // and above
    bool access = true;               // a line a request, see access.hpp
    int fd = 2;                       // where to; stays open and is not closed here
};

// "pretty", "json", "combined"; "debug", "info", "warn", "error", "off".
std::optional<LogFormat> parse_log_format(std::string_view text);
std::optional<LogLevel> parse_log_level(std::string_view text);

// Starts the log's threads, or starts it anew with other options. Before it, and after stop_log(), events
// go straight to standard error as pretty text, and requests nowhere.
void start_log(const LogOptions& options);

// Writes what is queued and ends the threads. Waits for the reader, so it comes last.
void stop_log();

// Where there is no memory for the line, it is left out.
void log_event(LogLevel level, std::string_view event, Fields fields = {}) noexcept;
inline void log_debug(std::string_view event, Fields fields = {}) {
    log_event(LogLevel::debug, event, fields);
}
inline void log_info(std::string_view event, Fields fields = {}) { log_event(LogLevel::info, event, fields); }
inline void log_warn(std::string_view event, Fields fields = {}) { log_event(LogLevel::warn, event, fields); }
inline void log_error(std::string_view event, Fields fields = {}) {
    log_event(LogLevel::error, event, fields);
}

// Records given up since the program started, because a queue was full.
std::uint64_t log_dropped();

// The places of both queues, 400 bytes each, are there from the start.
inline constexpr std::size_t kMaxQueuedEvents = 2'048;
// Parcels of access lines, some 16 KiB each, in a queue of their own: a flood of requests must not push
// errors out.
inline constexpr std::size_t kMaxQueuedParcels = 256;

// For access.cpp: the format of access lines, nullopt when there are none; and lines on their way.
std::optional<LogFormat> access_format();
void hand_over_access_lines(std::string_view lines);

}  // namespace haat::observe
