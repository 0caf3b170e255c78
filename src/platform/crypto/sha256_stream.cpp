#include "platform/crypto/sha256_stream.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace haat::crypto {
namespace {

void require(int result) {
    if (result != 1) throw std::runtime_error{"OpenSSL: SHA-256 failed"};
}

}  // namespace

Sha256Stream::Sha256Stream() : context_{EVP_MD_CTX_new()} {
    if (context_ == nullptr) throw std::bad_alloc{};
    require(EVP_DigestInit_ex(context_, EVP_sha256(), nullptr));
}

Sha256Stream::~Sha256Stream() { EVP_MD_CTX_free(context_); }

void Sha256Stream::add(std::string_view bytes) {
    require(EVP_DigestUpdate(context_, bytes.data(), bytes.size()));
}

Digest Sha256Stream::finish() {
    Digest digest;
    require(EVP_DigestFinal_ex(context_, reinterpret_cast<unsigned char*>(digest.data()), nullptr));
    return digest;
}

}  // namespace haat::crypto
