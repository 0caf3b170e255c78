#include "platform/crypto/hash.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>
#include <stdexcept>

namespace haat::crypto {
namespace {

struct Free {
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};

unsigned char* bytes(Digest& digest) { return reinterpret_cast<unsigned char*>(digest.data()); }

// Never null: for OpenSSL a null key means the key of the call before.
const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.empty() ? "" : text.data());
}

[[noreturn]] void fail_openssl(const char* what) {
    throw std::runtime_error{std::string{"OpenSSL: "} + what};
}

// Looking an algorithm up by name takes longer than hashing a short text: done once.
const EVP_MD* sha256_algorithm() {
    static const std::unique_ptr<EVP_MD, Free> digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    if (!digest) fail_openssl("no SHA-256");
    return digest.get();
}

std::unique_ptr<EVP_MAC_CTX, Free> make_hmac_context() {
    const std::unique_ptr<EVP_MAC, Free> mac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    if (!mac) fail_openssl("no HMAC");
    std::unique_ptr<EVP_MAC_CTX, Free> context{EVP_MAC_CTX_new(mac.get())};
    char digest[] = "SHA256";
    const std::array params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                            OSSL_PARAM_construct_end()};
    if (!context || EVP_MAC_CTX_set_params(context.get(), params.data()) != 1)
        fail_openssl("no HMAC-SHA-256");
    return context;
}

}  // namespace

Digest sha256(std::string_view text) {
    Digest digest;
    if (EVP_Digest(bytes(text), text.size(), bytes(digest), nullptr, sha256_algorithm(), nullptr) != 1) {
        fail_openssl("SHA-256 failed");
    }
    return digest;
}

Digest hmac_sha256(std::string_view key, std::string_view text) {
    thread_local const auto kept = make_hmac_context();
    EVP_MAC_CTX* context = kept.get();
    Digest digest;
    std::size_t length = 0;
    const bool done = EVP_MAC_init(context, bytes(key), key.size(), nullptr) == 1 &&
                      EVP_MAC_update(context, bytes(text), text.size()) == 1 &&
                      EVP_MAC_final(context, bytes(digest), &length, digest.size()) == 1;
    if (!done || length != digest.size()) fail_openssl("HMAC-SHA-256 failed");
    return digest;
}

std::string sha256_hex(std::string_view text) { return to_hex(view(sha256(text))); }

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    return to_hex(view(hmac_sha256(key, text)));
}

std::string to_hex(std::string_view bytes_in) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes_in.size() * 2);
    for (const char c : bytes_in) {
        const auto byte = static_cast<unsigned char>(c);
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace haat::crypto
