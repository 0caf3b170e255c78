#include "platform/observe/log.hpp"

#include <poll.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "platform/memory.hpp"
#include "platform/observe/access.hpp"

namespace haat::observe {
namespace {

constexpr int kPollMs = 1'000;

// Writes all of it; gives up when the descriptor takes nothing any more, as a log has nowhere to complain.
void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto wrote = ::write(fd, text.data(), text.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EAGAIN) {  // a terminal that somebody else made non-blocking
            pollfd waiting{.fd = fd, .events = POLLOUT, .revents = 0};
            ::poll(&waiting, 1, kPollMs);
            continue;
        }
        if (wrote <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(wrote));
    }
}

// Lines come finished, so no pattern is applied. Its lock keeps the two queues' lines apart.
class DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit DescriptorSink(int fd) : fd_{fd} {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        write_all(fd_, {message.payload.data(), message.payload.size()});
    }
    void flush_() override {}

    const int fd_;
};

// A bounded queue, its thread, and the way in.
class Channel {
public:
    Channel(std::size_t max_queued, const std::shared_ptr<DescriptorSink>& sink)
        : pool_{std::make_shared<spdlog::details::thread_pool>(max_queued, 1U)},
          logger_{std::make_shared<spdlog::async_logger>("haat", sink, pool_,
                                                         spdlog::async_overflow_policy::overrun_oldest)} {}
    ~Channel() { pool_.reset(); }  // writes what is queued and ends the thread; only then the logger goes
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    void write(std::string_view text) {
        logger_->log(spdlog::level::info, spdlog::string_view_t{text.data(), text.size()});
    }
    [[nodiscard]] std::uint64_t dropped() const { return pool_->overrun_counter(); }

private:
    std::shared_ptr<spdlog::details::thread_pool> pool_;
    std::shared_ptr<spdlog::async_logger> logger_;
};

struct Log {
    std::mutex mutex;  // of the channels: held to put a record into a queue, which never waits
    std::unique_ptr<Channel> events;
    std::unique_ptr<Channel> access;
    std::uint64_t dropped_before = 0;  // by channels that have ended
    std::atomic<LogLevel> level{LogLevel::info};
    std::atomic<LogFormat> format{LogFormat::pretty};
    std::atomic<bool> logs_access{false};
};

// Never destroyed: threads may log until the very end.
Log& the_log() {
    static auto& log = *new Log;  // NOLINT(cppcoreguidelines-owning-memory)
    return log;
}

std::uint64_t dropped_now(const Log& log) {
    return (log.events ? log.events->dropped() : 0) + (log.access ? log.access->dropped() : 0);
}

template <class Value>
std::optional<Value> find_name(std::string_view text, auto names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text) return static_cast<Value>(i);
    }
    return std::nullopt;
}

}  // namespace

std::optional<LogFormat> parse_log_format(std::string_view text) {
    return find_name<LogFormat>(text, std::array<std::string_view, 3>{"pretty", "json", "combined"});
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
    return find_name<LogLevel>(text,
                               std::array<std::string_view, 5>{"debug", "info", "warn", "error", "off"});
}

void start_log(const LogOptions& options) {
    stop_log();
    auto& log = the_log();
    const auto sink = std::make_shared<DescriptorSink>(options.fd);
    const std::lock_guard lock{log.mutex};
    log.events = std::make_unique<Channel>(kMaxQueuedEvents, sink);
    if (options.access) log.access = std::make_unique<Channel>(kMaxQueuedParcels, sink);
    log.level = options.level;
    log.format = options.format;
    log.logs_access = options.access;
}

void stop_log() {
    flush_access_log();
    auto& log = the_log();
    std::unique_ptr<Channel> events;
    std::unique_ptr<Channel> access;
    {
        const std::lock_guard lock{log.mutex};
        log.dropped_before += dropped_now(log);
        log.logs_access = false;
        log.level = LogLevel::info;
        log.format = LogFormat::pretty;
        events = std::move(log.events);
        access = std::move(log.access);
    }
}

void log_event(LogLevel level, std::string_view event, Fields fields) noexcept {
    auto& log = the_log();
    if (level < log.level) return;
    if_possible([&] {
        std::string line;
        append_event(line, log.format, Timestamp::now(), level, event, fields);
        const std::lock_guard lock{log.mutex};
        if (log.events) {
            log.events->write(line);
        } else {
            write_all(STDERR_FILENO, line);
        }
    });
}

std::uint64_t log_dropped() {
    auto& log = the_log();
    const std::lock_guard lock{log.mutex};
    return log.dropped_before + dropped_now(log);
}

std::optional<LogFormat> access_format() {
    const auto& log = the_log();
    if (!log.logs_access.load(std::memory_order_relaxed)) return std::nullopt;
    return log.format.load(std::memory_order_relaxed);
}

void hand_over_access_lines(std::string_view lines) {
    auto& log = the_log();
    const std::lock_guard lock{log.mutex};
    if (log.access) log.access->write(lines);
}

}  // namespace haat::observe
