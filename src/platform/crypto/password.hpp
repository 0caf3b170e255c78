// Passwords at rest.
//
// New hashes are Argon2id with the cost that OWASP's Password Storage Cheat Sheet names first: 19 MiB of
// memory, 2 passes, 1 lane. Hashes of the shop's former backend are bcrypt; they still verify, and the
// caller replaces them at the next login.
//
// Every function here but dummy_hash() BLOCKS its thread for 15 to 50 ms (longer for a bcrypt hash of a
// higher cost) and takes 19 MiB while it runs: run it on a jobs::CpuPool, never on an I/O thread. All are
// safe from any thread. A password is taken as it is: not trimmed, not folded, not normalised, any bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace haat::crypto {

enum class PasswordCheck : std::uint8_t {
    wrong,
    right,
    right_needs_rehash,  // right, but the hash is bcrypt or cheaper than today's: store a new one
};

// `$argon2id$v=19$m=19456,t=2,p=1$…`, with a fresh salt. Throws Unavailable when memory is short.
std::string hash_password(std::string_view password);

// Takes Argon2id and bcrypt (`$2a$`, `$2b$`, `$2y$`). bcrypt looks at the first 72 bytes only, and a
// password with a NUL byte inside is always wrong for it. Nothing fits a damaged hash, one of another kind,
// or one that would cost far more than ours (over 256 MiB, 16 passes or bcrypt cost 14); the latter two take
// as long as ours, so that an account without a usable password does not show. Throws Unavailable when
// memory is short.
PasswordCheck verify_password(std::string_view hash, std::string_view password);

// A hash that no known password fits, of today's cost: verifying against it takes as long for a user who
// does not exist as for one who does.
std::string_view dummy_hash();

}  // namespace haat::crypto
