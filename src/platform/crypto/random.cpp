#include "platform/crypto/random.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "kernel/error.hpp"
#include "platform/crypto/hash.hpp"
#include "platform/crypto/sodium.hpp"

namespace haat::crypto {

std::string random_bytes(std::size_t n) {
    prepare_sodium();
    std::string bytes(n, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

std::string random_hex(std::size_t n_bytes) { return to_hex(random_bytes(n_bytes)); }

std::string random_token() { return random_hex(32); }

std::uint32_t random_below(std::uint32_t bound) {
    HAAT_ASSERT(bound >= 1);
    prepare_sodium();
    return randombytes_uniform(bound);
}

std::string six_digit_otp() { return fmt::format("{:06}", random_below(1'000'000)); }

}  // namespace haat::crypto
