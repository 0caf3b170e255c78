// The memory of password hashes, kept by a thread from one to the next.
//
// libsodium maps fresh memory for each hash and unmaps it afterwards; to clear and hand over its 19 MiB takes
// the kernel as long as the hash itself (docs/adr/0007). Its calls of mmap and munmap come by here, and on a
// thread that has a HashMemory they are given what the thread keeps. All other calls go on to the kernel.
#pragma once

#include <cstddef>

// The thread sanitizer has to see every mapping: there libsodium goes on mapping its own.
#ifdef __has_feature
#define HAAT_LENDS_HASH_MEMORY (!__has_feature(thread_sanitizer))
#else
#define HAAT_LENDS_HASH_MEMORY 1
#endif

namespace haat::crypto {

// While it lives, the next hash of this thread is worked out in memory that the thread keeps; at its end that
// is wiped. One at a time on each thread.
class HashMemory {
public:
    // Throws Unavailable when there are no `bytes` of memory.
    explicit HashMemory(std::size_t bytes);
    ~HashMemory();
    HashMemory(const HashMemory&) = delete;
    HashMemory& operator=(const HashMemory&) = delete;
};

// Gives back what this thread keeps.
void release_hash_memory() noexcept;

}  // namespace haat::crypto
