// hash_rate SECONDS: how many passwords a second one core checks by Argon2id with 19 MiB and 2 passes, in
// memory that is kept from one to the next as in the program.
#include "platform/crypto/hash_memory.hpp"

#include <sodium.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

int main(int count, char** arguments) {
    if (count != 2 || sodium_init() < 0) return 1;
    using Clock = std::chrono::steady_clock;
    constexpr unsigned kPasses = 2;
    constexpr std::size_t kMemory = std::size_t{19} * 1024 * 1024;
    const std::string password = "a password of usual length";
    char hash[crypto_pwhash_argon2id_STRBYTES];
    if (crypto_pwhash_argon2id_str(hash, password.data(), password.size(), kPasses, kMemory) != 0) return 1;
    const auto begin = Clock::now();
    const double seconds = std::atof(arguments[1]);
    int checked = 0;
    double took = 0;
    while (took < seconds) {
        const haat::crypto::HashMemory memory{kMemory};
        if (crypto_pwhash_argon2id_str_verify(hash, password.data(), password.size()) != 0) return 1;
        ++checked;
        took = std::chrono::duration<double>(Clock::now() - begin).count();
    }
    std::printf("%.2f\n", checked / took);
}
