#include "platform/fail_point.hpp"

#ifdef HAAT_FAILPOINTS

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>

#include "kernel/error.hpp"

namespace haat {
namespace {

constexpr std::size_t kLeakedBytes = 4321;

// What the file says now. Read at each passing: tests only.
class Plan {
public:
    // What to do at this passing; empty: nothing.
    std::string action_at(std::string_view name, bool may_throw) {
        const char* path = std::getenv("HAAT_FAIL_FILE");
        if (path == nullptr) return {};
        const std::lock_guard lock{mutex_};
        std::ifstream file{path};
        std::string line;
        std::getline(file, line);
        if (line != line_) read(line);
        if (action_.empty() || (point_ != "*" && point_ != name)) return {};
        if (!may_throw && action_ != "kill") return {};
        ++passed_;
        return passed_ == wanted_ || (again_ && passed_ > wanted_) ? action_ : std::string{};
    }

private:
    void read(const std::string& line) {
        line_ = line;
        passed_ = 0;
        point_.clear();
        action_.clear();
        std::string number;
        std::istringstream words{line};
        words >> point_ >> action_ >> number;
        again_ = number.ends_with('+');
        wanted_ = std::atoi(number.c_str());
    }

    std::mutex mutex_;
    std::string line_, point_, action_;
    int passed_ = 0;
    int wanted_ = 0;
    bool again_ = false;
};

std::string action_at(std::string_view name, bool may_throw) {
    static Plan plan;
    return plan.action_at(name, may_throw);
}

}  // namespace

void fail_point(std::string_view name) {
    const std::string action = action_at(name, true);
    if (action == "kill") std::raise(SIGKILL);
    if (action == "throw") throw std::runtime_error{"made to fail at " + std::string{name}};
    if (action == "no_memory") throw std::bad_alloc{};
    if (action == "leak") [[maybe_unused]]
        void* volatile lost = std::malloc(kLeakedBytes);
    if (action == "unavailable") throw Unavailable{"made to fail at " + std::string{name}};
}

void crash_point(std::string_view name) noexcept {
    if (action_at(name, false) == "kill") std::raise(SIGKILL);
}

}  // namespace haat

#else

namespace haat {

void fail_point(std::string_view) {}
void crash_point(std::string_view) noexcept {}

}  // namespace haat

#endif
