// For LD_PRELOAD: the wall clock, and nothing else that tells time, goes as a test wants it. The file that
// HAAT_CLOCK names holds two numbers of 64 bits, which the test shares: by how many ms the clock is off, and,
// unless it is 0, at which ms since 1970 it stands still.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

struct Clock {
    std::atomic<std::int64_t> off_by_ms;
    std::atomic<std::int64_t> stands_at_ms;
};

const Clock* shared_clock() {
    const char* path = std::getenv("HAAT_CLOCK");
    const int file = path == nullptr ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return nullptr;
    void* shared = mmap(nullptr, sizeof(Clock), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    return shared == MAP_FAILED ? nullptr : static_cast<const Clock*>(shared);
}

void move(timespec& time) {
    static const Clock* const clock = shared_clock();
    if (clock == nullptr) return;
    const std::int64_t stands_at_ms = clock->stands_at_ms;
    const std::int64_t now_ms =
        stands_at_ms != 0 ? stands_at_ms : time.tv_sec * 1000 + time.tv_nsec / 1'000'000 + clock->off_by_ms;
    time.tv_sec = now_ms / 1000;
    time.tv_nsec = now_ms % 1000 * 1'000'000;
}

}  // namespace

extern "C" int clock_gettime(clockid_t which, timespec* time) noexcept {
    using Function = int (*)(clockid_t, timespec*);
    static const auto real = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "clock_gettime"));
    const int result = real(which, time);
    if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) move(*time);
    return result;
}

extern "C" int gettimeofday(timeval* time, void*) noexcept {
    timespec now{};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

extern "C" std::time_t time(std::time_t* out) noexcept {
    timespec now{};
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    if (out != nullptr) *out = now.tv_sec;
    return now.tv_sec;
}
