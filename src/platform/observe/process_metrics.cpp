// process_*, under the names that Prometheus' own client libraries use.
#include <dirent.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "platform/observe/server_metrics.hpp"

namespace haat::observe {
namespace {

std::string read_proc(const char* path) {
    std::ifstream file{path};
    std::string text{std::istreambuf_iterator<char>{file}, {}};
    if (text.empty()) throw std::runtime_error{std::string{"cannot read "} + path};
    return text;
}

// The word at this place, from 0, as a number.
double number_at(std::string_view text, std::size_t place) {
    for (; place > 0; --place) {
        const auto space = text.find(' ');
        if (space == std::string_view::npos) throw std::runtime_error{"too few words"};
        text.remove_prefix(space + 1);
    }
    std::uint64_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{}) {
        throw std::runtime_error{"not a number"};
    }
    return static_cast<double>(number);
}

// /proc/self/stat from the state on, proc(5)'s field 3: the program's name before it may hold spaces.
double stat_field(std::size_t number) {
    const auto text = read_proc("/proc/self/stat");
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) throw std::runtime_error{"no name in /proc/self/stat"};
    return number_at(std::string_view{text}.substr(name_end + 2), number - 3);
}

double ticks_per_second() { return static_cast<double>(sysconf(_SC_CLK_TCK)); }

double resident_bytes() {
    return number_at(read_proc("/proc/self/statm"), 1) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() { return (stat_field(14) + stat_field(15)) / ticks_per_second(); }

double open_files() {
    // Not by std::filesystem, which ends the program where it finds no memory.
    const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir("/proc/self/fd"), closedir};
    if (!folder) throw std::runtime_error{"cannot read /proc/self/fd"};
    std::size_t entries = 0;
    while (readdir(folder.get()) != nullptr) ++entries;
    constexpr std::size_t kNotOpen = 3;  // ".", ".." and the folder itself
    return static_cast<double>(entries - kNotOpen);
}

double boot_time_seconds() {
    const auto text = read_proc("/proc/stat");
    const auto at = text.find("\nbtime ");
    if (at == std::string::npos) throw std::runtime_error{"no btime in /proc/stat"};
    return number_at(std::string_view{text}.substr(at + 1), 1);
}

double start_time_seconds() { return boot_time_seconds() + stat_field(22) / ticks_per_second(); }

}  // namespace

void watch_process(Registry& registry) {
    registry.gauge_at_scrape({"process_resident_memory_bytes", "Memory in use, in bytes."}, {},
                             resident_bytes);
    registry.counter_at_scrape({"process_cpu_seconds_total", "CPU time, user and system."}, {}, cpu_seconds);
    registry.gauge_at_scrape({"process_open_fds", "Open file descriptors."}, {}, open_files);
    const double started = start_time_seconds();
    registry.gauge_at_scrape({"process_start_time_seconds", "Start, in seconds since the epoch."}, {},
                             [started] { return started; });
}

}  // namespace haat::observe
