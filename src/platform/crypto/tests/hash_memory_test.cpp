#include "platform/crypto/hash_memory.hpp"

#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <span>

#include "kernel/error.hpp"

#if HAAT_LENDS_HASH_MEMORY

namespace haat::crypto {
namespace {

constexpr std::size_t kBytes = std::size_t{1024} * 1024;
constexpr std::size_t kTooMuchToKeep = std::size_t{64} * 1024 * 1024;

// What a library maps for a moment.
class Mapping {
public:
    explicit Mapping(std::size_t bytes = kBytes)
        : begin_{mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)},
          bytes_{bytes} {}
    ~Mapping() { munmap(begin_, bytes_); }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;

    [[nodiscard]] void* begin() const { return begin_; }
    [[nodiscard]] bool is_clear() const {
        const std::span bytes{static_cast<const unsigned char*>(begin_), bytes_};
        return std::ranges::all_of(bytes, [](unsigned char byte) { return byte == 0; });
    }

private:
    void* begin_;
    std::size_t bytes_;
};

void hash_something() {
    std::array<char, crypto_pwhash_argon2id_STRBYTES> hash{};
    ASSERT_EQ(crypto_pwhash_argon2id_str(hash.data(), "password", 8, 1, kBytes), 0);
}

bool is_mapped(void* address) {
    unsigned char resident = 0;
    return mincore(address, 1, &resident) == 0 || errno != ENOMEM;
}

TEST(HashMemory, IsWhatLibsodiumWorksIn) {
    const HashMemory memory{kBytes};
    EXPECT_TRUE(Mapping{}.is_clear());
    hash_something();
    EXPECT_FALSE(Mapping{}.is_clear());
}

TEST(HashMemory, IsTheSameForTheNextHashAndWiped) {
    void* before = nullptr;
    {
        const HashMemory memory{kBytes};
        before = Mapping{}.begin();
        hash_something();
    }
    const HashMemory memory{kBytes};
    const Mapping now;
    EXPECT_EQ(now.begin(), before);
    EXPECT_TRUE(now.is_clear());
}

TEST(HashMemory, IsForOneMappingOfThisThreadThatFits) {
    const HashMemory memory{kBytes};
    void* place = nullptr;
    {
        const Mapping lent;
        place = lent.begin();
        EXPECT_NE(Mapping{}.begin(), place);
        EXPECT_NE(std::async(std::launch::async, [] { return Mapping{}.begin(); }).get(), place);
    }
    EXPECT_NE(Mapping{kBytes + 1}.begin(), place);
    EXPECT_EQ(Mapping{}.begin(), place);
}

TEST(HashMemory, IsGivenBackWhenItIsReleased) {
    void* place = nullptr;
    {
        const HashMemory memory{kBytes};
        place = Mapping{}.begin();
    }
    EXPECT_TRUE(is_mapped(place));
    release_hash_memory();
    EXPECT_FALSE(is_mapped(place));
}

TEST(HashMemory, IsNotKeptWhenItIsVeryMuch) {
    void* place = nullptr;
    {
        const HashMemory memory{kTooMuchToKeep};
        place = Mapping{}.begin();
    }
    EXPECT_FALSE(is_mapped(place));
}

TEST(HashMemory, ThatIsNotToBeHadIsUnavailable) {
    EXPECT_THROW(HashMemory{std::size_t{1} << 50U}, Unavailable);
    const HashMemory memory{kBytes};
    EXPECT_TRUE(Mapping{}.is_clear());
}

}  // namespace
}  // namespace haat::crypto

#endif
