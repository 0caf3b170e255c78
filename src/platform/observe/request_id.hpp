// Names of requests: on every answer as X-Request-Id, in every log line about it. Unique, not secret.
#pragma once

#include <array>
#include <string_view>

namespace haat::observe {

// 128 random bits as 22 characters of [A-Za-z0-9_-].
using RequestIdText = std::array<char, 22>;
inline std::string_view view(const RequestIdText& text) { return {text.data(), text.size()}; }

// Safe from any thread, without a lock or a system call but for a thread's first.
// Throws std::system_error when the system has no randomness to seed it.
RequestIdText make_request_id();

// Whether a client's own id may be taken over: 1 to 64 characters of [A-Za-z0-9._-]. Anything else could
// forge log lines or headers.
bool is_acceptable_request_id(std::string_view text);

}  // namespace haat::observe
