// Gives memory back that a connection would keep while it waits for its next request.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace haat::http {

// As if new, and without its memory: a text to which an empty one is assigned keeps it.
template <class T>
void release(T& value) {
    const T taken = std::move(value);
    value = T{};
}

// What most requests need stays for the next one.
inline constexpr std::size_t kKeptBytes = 2 * 1024;

inline void release_if_large(std::string& text) {
    if (text.capacity() > kKeptBytes) release(text);
}

}  // namespace haat::http
