// SHA-256 of what comes in parts.
#pragma once

#include <string_view>

#include "platform/crypto/hash.hpp"

struct evp_md_ctx_st;

namespace haat::crypto {

// Belongs to one thread.
class Sha256Stream {
public:
    Sha256Stream();
    ~Sha256Stream();
    Sha256Stream(const Sha256Stream&) = delete;
    Sha256Stream& operator=(const Sha256Stream&) = delete;

    void add(std::string_view bytes);
    // Of all that was added; then it is done with.
    Digest finish();

private:
    evp_md_ctx_st* context_;
};

}  // namespace haat::crypto
