#include "platform/crypto/sodium.hpp"

#include <sodium.h>

#include <stdexcept>

namespace haat::crypto {

void prepare_sodium() {
    static const int result = sodium_init();
    if (result < 0) throw std::runtime_error{"libsodium cannot be set up"};
}

}  // namespace haat::crypto
