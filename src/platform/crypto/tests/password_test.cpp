#include "platform/crypto/password.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "kernel/error.hpp"
#include "platform/crypto/hash_memory.hpp"

namespace haat::crypto {
namespace {

using enum PasswordCheck;
using namespace std::string_literals;

constexpr std::string_view kOurCost = "$argon2id$v=19$m=19456,t=2,p=1$";

// Made with the reference implementation of Argon2 (libargon2), for the salt 0123456789abcdef.
constexpr std::string_view kSecurePass =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$koFrE4P5tljaiXuw9tHFqPQfZxRQq6eVs8XsVlyPUUU";

// Made with the bcrypt implementation of the former backend.
constexpr std::string_view kBcryptSecurePass = "$2a$10$N9qo8uLOickgx2ZMRZoMyeis2MItIZ02jOhHR24XWTNBhlpRI1QeO";

TEST(Password, new_hashes_have_the_cost_of_the_cheat_sheet_and_a_fresh_salt) {
    const auto first = hash_password("SecurePass123!");
    const auto second = hash_password("SecurePass123!");
    EXPECT_TRUE(first.starts_with(kOurCost)) << first;
    EXPECT_NE(first, second);
    EXPECT_EQ(verify_password(first, "SecurePass123!"), right);
    EXPECT_EQ(verify_password(first, "SecurePass123"), wrong);
    EXPECT_EQ(verify_password(first, ""), wrong);
}

TEST(Password, is_taken_as_it_is) {
    const auto long_one = std::string(128, 'x');
    for (const auto& password :
         {"pässwörd🦊"s, "with\0nul"s, "  spaces  "s, long_one, std::string(1024, 'y'), ""s}) {
        EXPECT_EQ(verify_password(hash_password(password), password), right) << password;
    }
    EXPECT_EQ(verify_password(hash_password(" spaces "), "spaces"), wrong);
    EXPECT_EQ(verify_password(hash_password("CaseMatters"), "casematters"), wrong);
    EXPECT_EQ(verify_password(hash_password("with\0nul"s), "with"), wrong);
    EXPECT_EQ(verify_password(hash_password("with\0nul"s), "with\0nil"s), wrong);
    EXPECT_EQ(verify_password(hash_password(long_one), long_one.substr(0, 127)), wrong);
    // e with an acute accent as one code point and as two: different passwords, there is no normalisation.
    EXPECT_EQ(verify_password(hash_password("caf\u00e9 noir"), "cafe\u0301 noir"), wrong);
}

TEST(Password, passwords_that_share_72_bytes_differ) {
    const auto beginning = std::string(72, 'a');
    EXPECT_EQ(verify_password(hash_password(beginning + "1"), beginning + "2"), wrong);
    EXPECT_EQ(verify_password(hash_password(beginning + "1"), beginning), wrong);
}

TEST(Password, verifies_what_the_reference_implementation_made) {
    EXPECT_EQ(verify_password(kSecurePass, "SecurePass123!"), right);
    EXPECT_EQ(verify_password(kSecurePass, "SecurePass123?"), wrong);
    EXPECT_EQ(verify_password("$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
                              "s5ymRqtpyAJkWl/F3p5oY5qyjwmxf+Tdcwj3d13yaIM",
                              "a\0b"s),
              right);
    EXPECT_EQ(verify_password("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
                              "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                              "password"),
              right);
    EXPECT_EQ(verify_password("$argon2id$v=19$m=19456,t=3,p=1$ZmVkY2JhOTg3NjU0MzIxMA$"
                              "ZjEppnXq+u0ju9Oj7HKNt7/Fax02QRww1ShzUvFBwRo",
                              "pässwörd🦊"),
              right);
}

TEST(Password, cheaper_argon2_wants_a_new_hash) {
    static constexpr std::string_view kLessMemory =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    EXPECT_EQ(verify_password(kLessMemory, "password"), right_needs_rehash);
    EXPECT_EQ(verify_password(kLessMemory, "Password"), wrong);
    EXPECT_EQ(verify_password("$argon2id$v=19$m=47104,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
                              "aMA582w6ot2nN/lKuNwo0+bvJp9Ic/N/os6FvA3SeoY",
                              "SecurePass123!"),
              right_needs_rehash);
    EXPECT_EQ(verify_password("$argon2id$v=19$m=8192,t=2,p=4$MDEyMzQ1Njc4OWFiY2RlZg$"
                              "eetfXhJ04NcUJC2DF+AkSiF/4iOzTR4MiemKXTqAoME",
                              "SecurePass123!"),
              right_needs_rehash);
}

TEST(Password, bcrypt_of_the_former_backend_verifies_and_wants_a_new_hash) {
    const std::string setting = "$2a$04$abcdefghijklmnopqrstuu";
    const std::pair<std::string, std::string> examples[] = {
        {"SecurePass123!", "VLi5Zp66bMmguszUUFELWvAIPfrRu7G"},
        {"pässwörd🦊", "0v0AO42iSmc7B0gVtdz.sElj53qq25."},
        {"ÿÿÿÿÿÿÿÿ", "Qu3vQSo7A5un9jOL5ie5Cfry/H9TNcC"},
        {std::string(72, 'a'), "BzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe"},
        {"", "byCG3zY1GIXMyxfivm.ClDiInHzxjiq"},
    };
    for (const auto& [password, rest] : examples) {
        EXPECT_EQ(verify_password(setting + rest, password), right_needs_rehash) << password;
        EXPECT_EQ(verify_password(setting + rest, "x" + password), wrong) << password;
    }
    EXPECT_EQ(verify_password(kBcryptSecurePass, "SecurePass123!"), right_needs_rehash);
    EXPECT_EQ(verify_password(kBcryptSecurePass, "SecurePass123"), wrong);
}

// The examples that bcrypt implementations share, first of crypt_blowfish.
TEST(Password, bcrypt_gives_the_well_known_examples) {
    for (const std::string kind : {"$2a$", "$2b$", "$2y$"}) {
        EXPECT_EQ(verify_password(kind + "05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
                  right_needs_rehash);
        EXPECT_EQ(verify_password(kind + "05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U"),
                  right_needs_rehash);
    }
}

TEST(Password, bcrypt_reads_72_bytes_as_the_former_backend_did) {
    static constexpr std::string_view kOf72 = "$2a$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe";
    EXPECT_EQ(verify_password(kOf72, std::string(73, 'a')), right_needs_rehash);
    EXPECT_EQ(verify_password(kOf72, std::string(1024, 'a')), right_needs_rehash);
    EXPECT_EQ(verify_password(kOf72, std::string(71, 'a')), wrong);
    // Cut in the middle of a character, 40 times two bytes.
    std::string cyrillic;
    for (int i = 0; i < 40; ++i) cyrillic += "ж";
    EXPECT_EQ(verify_password("$2a$04$abcdefghijklmnopqrstuu70s4Ona5Y55S3nz51QiBdZXXorz9Aey", cyrillic),
              right_needs_rehash);
}

TEST(Password, bcrypt_refuses_a_nul_byte) {
    static constexpr std::string_view kOfA = "$2a$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC";
    EXPECT_EQ(verify_password(kOfA, "a"), right_needs_rehash);
    EXPECT_EQ(verify_password(kOfA, "a\0"s), wrong);
    EXPECT_EQ(verify_password(kOfA, "a\0b"s), wrong);
}

TEST(Password, nothing_fits_another_kind_of_hash_or_a_damaged_one) {
    const std::string good{kSecurePass};
    const std::string bcrypt = "$2a$04$abcdefghijklmnopqrstuuVLi5Zp66bMmguszUUFELWvAIPfrRu7G";
    for (
        const auto& hash :
        {""s, "SecurePass123!"s, "$"s, good + "\0"s, good + "\0x"s, "*0"s, "*1"s, good.substr(0, 40),
         good.substr(0, good.size() - 1), good + "A",
         "$argon2id$v=19$m=,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$koFrE4P5tljaiXuw9tHFqPQfZxRQq6eVs8XsVlyPUUU"s,
         "$argon2id$v=16$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$koFrE4P5tljaiXuw9tHFqPQfZxRQq6eVs8XsVlyPUUU"s,
         "$argon2i$v=19$m=256,t=3,p=1$c29tZXNhbHQ$AAAA"s, "$1$abcdefgh$irWbblnpmw.5z7wgBnprh0"s,
         bcrypt.substr(0, 59), bcrypt + "G", "$2x$"s + bcrypt.substr(4), "$2$"s + bcrypt.substr(4),
         "$2a$4$0"s + bcrypt.substr(7)}) {
        EXPECT_EQ(verify_password(hash, "SecurePass123!"), wrong) << hash;
    }
    EXPECT_EQ(verify_password("", ""), wrong);
}

TEST(Password, a_hash_of_a_huge_or_impossible_cost_is_refused) {
    EXPECT_EQ(verify_password("$2a$31$abcdefghijklmnopqrstuuVLi5Zp66bMmguszUUFELWvAIPfrRu7G", "x"), wrong);
    for (const std::string cost : {"m=4194304,t=2", "m=19456,t=4000000", "m=4294967295,t=4294967295",
                                   "m=99999999999,t=2", "m=0,t=2", "m=7,t=2", "m=19456,t=0"}) {
        const auto hash = "$argon2id$v=19$" + cost +
                          ",p=1$MDEyMzQ1Njc4OWFiY2RlZg$koFrE4P5tljaiXuw9tHFqPQfZxRQq6eVs8XsVlyPUUU";
        EXPECT_EQ(verify_password(hash, "SecurePass123!"), wrong) << hash;
    }
}

TEST(Password, the_dummy_costs_what_ours_cost) {
    EXPECT_TRUE(dummy_hash().starts_with(kOurCost));
    EXPECT_EQ(dummy_hash().size(), hash_password("x").size());
    EXPECT_EQ(verify_password(dummy_hash(), "SecurePass123!"), wrong);
    EXPECT_EQ(verify_password(dummy_hash(), ""), wrong);
}

// Sanitizers take terabytes of it, and end a program that gets no more.
bool can_limit_address_space() {
    constexpr long kMaxPages = 1L << 28U;  // of 4 KiB: a terabyte
    long pages = 0;
    std::ifstream{"/proc/self/statm"} >> pages;
    return pages < kMaxPages;
}

template <class Deed>
bool is_unavailable_without_memory(Deed deed) {
    release_hash_memory();
    const rlimit none{.rlim_cur = 1, .rlim_max = RLIM_INFINITY};
    setrlimit(RLIMIT_AS, &none);
    try {
        deed();
    } catch (const Unavailable&) {
        return true;
    }
    return false;
}

TEST(PasswordDeathTest, short_memory_is_no_wrong_password) {
    if (!can_limit_address_space()) GTEST_SKIP() << "a sanitizer";
    EXPECT_EXIT(std::_Exit(is_unavailable_without_memory([] { (void)hash_password("x"); }) ? 42 : 1),
                testing::ExitedWithCode(42), "");
    EXPECT_EXIT(
        std::_Exit(is_unavailable_without_memory([] { (void)verify_password(kSecurePass, "x"); }) ? 42 : 1),
        testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace haat::crypto
