// For LD_PRELOAD, before everything else: one allocation of C++ finds no memory. The file that
// HAAT_ALLOCATIONS names holds a number of 64 bits, which the test shares: so many more go well, the next one
// fails, and those behind it do not. Below zero: all go well. What C libraries allocate is left alone.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::int64_t>* shared_number() {
    const char* path = std::getenv("HAAT_ALLOCATIONS");
    const int file = path == nullptr ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return nullptr;
    void* shared = mmap(nullptr, sizeof(std::int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return shared == MAP_FAILED ? nullptr : static_cast<std::atomic<std::int64_t>*>(shared);
}

bool is_the_one() {
    static std::atomic<std::int64_t>* const left = shared_number();
    return left != nullptr && left->load() >= 0 && left->fetch_sub(1) == 0;
}

void* allocate(std::size_t size) {
    void* memory = is_the_one() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}

void* allocate(std::size_t size, std::align_val_t alignment) {
    void* memory = nullptr;
    if (is_the_one() || posix_memalign(&memory, static_cast<std::size_t>(alignment), size) != 0)
        throw std::bad_alloc{};
    return memory;
}

}  // namespace

// Asio takes the frames of coroutines from here.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* memory = nullptr;
    const bool is_made =
        !is_the_one() &&
        posix_memalign(&memory, alignment < sizeof(void*) ? sizeof(void*) : alignment, size) == 0;
    return is_made ? memory : nullptr;
}

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return allocate(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return allocate(size, alignment); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return is_the_one() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return is_the_one() ? nullptr : std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
