// Password hashes, off the I/O threads.
#pragma once

#include <string>

#include "platform/async.hpp"
#include "platform/crypto/password.hpp"
#include "platform/jobs/cpu_pool.hpp"

namespace haat::accounts {

// Both throw Unavailable when the pool's queue is full.
inline awaitable<std::string> hash_password(jobs::CpuPool& pool, const std::string& password) {
    auto work = [&password] { return crypto::hash_password(password); };
    co_return co_await pool.run(work);
}

inline awaitable<crypto::PasswordCheck> verify_password(jobs::CpuPool& pool, const std::string& hash,
                                                        const std::string& password) {
    auto work = [&hash, &password] { return crypto::verify_password(hash, password); };
    co_return co_await pool.run(work);
}

}  // namespace haat::accounts
