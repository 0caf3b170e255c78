#include "platform/crypto/hash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "platform/crypto/base64url.hpp"

namespace haat::crypto {
namespace {

TEST(Sha256, gives_the_examples_of_the_standard) {
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

// RFC 4231, §4.2, §4.3 and §4.7.
TEST(HmacSha256, gives_the_examples_of_rfc_4231) {
    EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There"),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(
        hmac_sha256_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// RFC 7515, appendix A.1.
TEST(HmacSha256, gives_the_example_of_rfc_7515) {
    std::array<char, 64> key{};
    const auto key_bytes = from_base64url(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow", key);
    const auto signature = hmac_sha256(
        key_bytes.value_or(""),
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
    EXPECT_EQ(to_base64url(view(signature)), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(HmacSha256, an_empty_key_is_not_the_key_before) {
    static constexpr std::string_view kEmpty =
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    hmac_sha256("another key", "text");
    EXPECT_EQ(hmac_sha256_hex("", ""), kEmpty);
    hmac_sha256("another key", "text");
    EXPECT_EQ(hmac_sha256_hex(std::string_view{}, std::string_view{}), kEmpty);
}

TEST(HmacSha256, threads_and_keys_do_not_mix) {
    const std::array<std::string, 4> keys{"k", std::string(64, 'l'), std::string(200, 'm'), "n"};
    std::vector<std::string> wanted;
    wanted.reserve(keys.size());
    for (const auto& key : keys) wanted.push_back(hmac_sha256_hex(key, "text"));
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> threads;
        threads.reserve(4);
        for (std::size_t t = 0; t < 4; ++t) {
            threads.emplace_back([&, t] {
                for (std::size_t i = 0; i < 2000; ++i) {
                    const auto at = (i + t) % keys.size();
                    if (hmac_sha256_hex(keys.at(at), "text") != wanted.at(at)) ++wrong;
                }
            });
        }
    }
    EXPECT_EQ(wrong, 0);
}

TEST(ConstantTimeEqual, means_the_same_as_equal) {
    EXPECT_TRUE(constant_time_equal("", ""));
    EXPECT_TRUE(constant_time_equal(std::string_view{}, ""));
    EXPECT_TRUE(constant_time_equal("secret", "secret"));
    EXPECT_TRUE(constant_time_equal(std::string_view("a\0b", 3), std::string_view("a\0b", 3)));
    EXPECT_FALSE(constant_time_equal(std::string_view("a\0b", 3), std::string_view("a\0c", 3)));
    EXPECT_FALSE(constant_time_equal("secret", "secreT"));
    EXPECT_FALSE(constant_time_equal("secret", "Secret"));
    EXPECT_FALSE(constant_time_equal("secret", "secret1"));
    EXPECT_FALSE(constant_time_equal("secret", ""));
}

}  // namespace
}  // namespace haat::crypto
