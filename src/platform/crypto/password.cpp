#include "platform/crypto/password.hpp"

#include <crypt.h>
#include <sodium.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>

#include "kernel/error.hpp"
#include "platform/crypto/hash.hpp"
#include "platform/crypto/hash_memory.hpp"
#include "platform/crypto/secret.hpp"
#include "platform/crypto/sodium.hpp"

namespace haat::crypto {
namespace {

struct Argon2Cost {
    std::uint32_t memory_kib = 0;
    std::uint32_t passes = 0;
};

constexpr Argon2Cost kOurCost{.memory_kib = 19 * 1024, .passes = 2};

// Hashes come from imports too: one of a huge cost must not hold a thread for hours.
constexpr Argon2Cost kMaxCost{.memory_kib = 256 * 1024, .passes = 16};
constexpr unsigned kMaxBcryptCost = 14;

constexpr std::size_t kBcryptHashLength = 60;
constexpr std::size_t kBcryptPasswordLength = 72;

bool take(std::string_view& rest, std::string_view prefix) {
    if (!rest.starts_with(prefix)) return false;
    rest.remove_prefix(prefix.size());
    return true;
}

bool take(std::string_view& rest, std::uint32_t& number) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc{}) return false;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return true;
}

// What a hash costs; nullopt when it is none of Argon2id (RFC 9106, §3.1: memory is 8 KiB at least).
std::optional<Argon2Cost> argon2_cost(std::string_view hash) {
    if (hash.find('\0') != std::string_view::npos) return std::nullopt;
    Argon2Cost cost;
    const bool read = take(hash, "$argon2id$v=19$m=") && take(hash, cost.memory_kib) && take(hash, ",t=") &&
                      take(hash, cost.passes) && take(hash, ",p=");
    return read && cost.memory_kib >= 8 ? std::optional{cost} : std::nullopt;
}

bool is_bcrypt(std::string_view hash) {
    if (hash.size() != kBcryptHashLength) return false;
    if (!take(hash, "$2a$") && !take(hash, "$2b$") && !take(hash, "$2y$")) return false;
    std::uint32_t cost = 0;
    return take(hash, cost) && cost <= kMaxBcryptCost && take(hash, "$");
}

// The cost is what argon2_cost() read from the hash.
bool verify_argon2(std::string_view hash, const Argon2Cost& cost, std::string_view password) {
    prepare_sodium();
    const std::string terminated{hash};
    // libsodium 1.0.18 tells short memory as a mismatch, and that must not be told as a wrong password.
    const HashMemory memory{std::size_t{cost.memory_kib} * 1024};
    return crypto_pwhash_argon2id_str_verify(terminated.c_str(), password.data(), password.size()) == 0;
}

struct BcryptState : crypt_data {
    BcryptState() : crypt_data{} {}
    ~BcryptState() { sodium_memzero(this, sizeof(crypt_data)); }
    BcryptState(const BcryptState&) = delete;
    BcryptState& operator=(const BcryptState&) = delete;
};

bool verify_bcrypt(std::string_view hash, std::string_view password) {
    const std::string setting{hash};
    const Secret phrase{std::string{password.substr(0, kBcryptPasswordLength)}};
    const auto state = std::make_unique<BcryptState>();  // 32 KiB: too much for a small stack
    const char* computed = crypt_r(phrase.reveal_c_str(), setting.c_str(), state.get());
    // crypt_r stops at a NUL byte, so that a longer password would pass for a shorter one. Refused after
    // the work is done, to take the same time.
    const bool whole = password.find('\0') == std::string_view::npos;
    return computed != nullptr && constant_time_equal(computed, hash) && whole;
}

}  // namespace

std::string hash_password(std::string_view password) {
    prepare_sodium();
    constexpr auto kBytes = std::size_t{kOurCost.memory_kib} * 1024;
    std::array<char, crypto_pwhash_argon2id_STRBYTES> hash{};
    const HashMemory memory{kBytes};
    if (crypto_pwhash_argon2id_str(hash.data(), password.data(), password.size(), kOurCost.passes, kBytes) !=
        0) {
        throw Unavailable{"no memory to hash a password"};
    }
    return hash.data();
}

PasswordCheck verify_password(std::string_view hash, std::string_view password) {
    if (is_bcrypt(hash)) {
        return verify_bcrypt(hash, password) ? PasswordCheck::right_needs_rehash : PasswordCheck::wrong;
    }
    const auto cost = argon2_cost(hash);
    if (!cost || cost->memory_kib > kMaxCost.memory_kib || cost->passes > kMaxCost.passes) {
        verify_argon2(dummy_hash(), kOurCost, password);  // for its time only
        return PasswordCheck::wrong;
    }
    if (!verify_argon2(hash, *cost, password)) return PasswordCheck::wrong;
    const bool cheap = cost->memory_kib < kOurCost.memory_kib || cost->passes < kOurCost.passes;
    return cheap ? PasswordCheck::right_needs_rehash : PasswordCheck::right;
}

// Made from 32 random bytes that nobody kept.
std::string_view dummy_hash() {
    return "$argon2id$v=19$m=19456,t=2,p=1$w2ebw1VLLRtlRePL9hAT8Q$"
           "/0VIDSoPbMs5E8zz9E+NeJr8KWiuzFqZ9LQwj/b0vb4";
}

}  // namespace haat::crypto
