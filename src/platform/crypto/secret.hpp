// A text that must not be seen: keys, passwords of services, tokens.
#pragma once

#include <fmt/core.h>
#include <openssl/crypto.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace haat::crypto {

// Owns its text and wipes its memory when it is done with it. Cannot be printed, formatted or compared by
// accident; who needs the text says so with reveal(). Compare with constant_time_equal() of hash.hpp.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string text) {
        text_.swap(text);
        wipe(text);
    }
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept {
        text_.swap(other.text_);
        wipe(other.text_);
    }
    // By value: takes copies and moves alike, and the old text is wiped with the parameter.
    Secret& operator=(Secret other) noexcept {
        text_.swap(other.text_);
        return *this;
    }
    ~Secret() { wipe(text_); }

    // Both are valid as long as the Secret is unchanged.
    [[nodiscard]] std::string_view reveal() const { return text_; }
    [[nodiscard]] const char* reveal_c_str() const { return text_.c_str(); }
    [[nodiscard]] bool empty() const { return text_.empty(); }

    friend bool operator==(const Secret&, const Secret&) = delete;
    friend std::ostream& operator<<(std::ostream&, const Secret&) = delete;

private:
    // The whole capacity: short texts live inside of the string, and a swap leaves them behind the end.
    static void wipe(std::string& text) noexcept {
        text.resize(text.capacity());
        OPENSSL_cleanse(text.data(), text.size());
        text.clear();
    }

    std::string text_;
};

}  // namespace haat::crypto

template <class Char>
struct fmt::formatter<haat::crypto::Secret, Char> {
    formatter() = delete;
};
