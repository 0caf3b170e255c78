#include "platform/crypto/hash_memory.hpp"

#include <sodium.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/error.hpp"

namespace haat::crypto {
namespace {

// More, which a hash from elsewhere may take, is not kept.
constexpr std::size_t kMostKept = std::size_t{32} * 1024 * 1024;

void* ask_for_mapping(void* address, std::size_t length, int protection, int flags, int file,
                      off_t offset) noexcept {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel gives it
    return reinterpret_cast<void*>(syscall(SYS_mmap, address, length, protection, flags, file, offset));
}

int give_back_mapping(void* address, std::size_t length) noexcept {
    return static_cast<int>(syscall(SYS_munmap, address, length));
}

class KeptMemory {
public:
    KeptMemory() = default;
    ~KeptMemory() { release(); }
    KeptMemory(const KeptMemory&) = delete;
    KeptMemory& operator=(const KeptMemory&) = delete;

    // Throws Unavailable.
    void begin(std::size_t bytes) {
        if (bytes > size_) grow(bytes);
        asked_ = bytes;
    }

    void end() noexcept {
        if (is_used_) sodium_memzero(begin_, asked_);
        is_used_ = false;
        if (size_ > kMostKept) release();
    }

    // nullptr when it is not for this that it is kept.
    void* lend(std::size_t length) noexcept {
        if (is_lent_ || length > asked_) return nullptr;
        is_lent_ = is_used_ = true;
        return begin_;
    }

    bool take_back(const void* address) noexcept {
        if (!is_lent_ || address != begin_) return false;
        is_lent_ = false;
        return true;
    }

    void release() noexcept {
        if (begin_ != nullptr) give_back_mapping(begin_, size_);
        begin_ = nullptr;
        size_ = 0;
    }

private:
    void grow(std::size_t bytes) {
        release();
        void* mapped =
            ask_for_mapping(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapped == MAP_FAILED) throw Unavailable{"no memory to hash a password"};
        madvise(mapped, bytes, MADV_HUGEPAGE);  // where the kernel has some, the hash is faster
        begin_ = mapped;
        size_ = bytes;
    }

    void* begin_ = nullptr;
    std::size_t size_ = 0;
    std::size_t asked_ = 0;  // for the hash that is worked out
    bool is_lent_ = false;
    bool is_used_ = false;
};

thread_local KeptMemory kept;
// `kept`, while a HashMemory lives: what mmap looks at in any thread, however young or old.
constinit thread_local KeptMemory* lender = nullptr;

}  // namespace

HashMemory::HashMemory(std::size_t bytes) {
    kept.begin(bytes);
    lender = &kept;
}

HashMemory::~HashMemory() {
    lender = nullptr;
    kept.end();
}

void release_hash_memory() noexcept { kept.release(); }

}  // namespace haat::crypto

#if HAAT_LENDS_HASH_MEMORY

// In place of the C library's, for libsodium and all other shared libraries.

extern "C" [[gnu::visibility("default")]] void* mmap(void* address, std::size_t length, int protection,
                                                     int flags, int file, off_t offset) noexcept {
    using namespace haat::crypto;
    if (lender != nullptr && address == nullptr && file == -1) {
        if (void* lent = lender->lend(length)) return lent;
    }
    return ask_for_mapping(address, length, protection, flags, file, offset);
}

extern "C" [[gnu::visibility("default")]] int munmap(void* address, std::size_t length) noexcept {
    using namespace haat::crypto;
    if (lender != nullptr && lender->take_back(address)) return 0;
    return give_back_mapping(address, length);
}

#endif
