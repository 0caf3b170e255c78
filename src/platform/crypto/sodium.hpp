// libsodium wants to be set up once before anything else of it is used.
#pragma once

namespace haat::crypto {

// Sets libsodium up: its fastest code for this CPU, its source of random bytes. Cheap after the first
// call, safe from any thread. Throws std::runtime_error when the system has no source of random bytes.
void prepare_sodium();

}  // namespace haat::crypto
