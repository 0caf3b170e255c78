#include "platform/observe/request_id.hpp"

#include <sys/random.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace haat::observe {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
static_assert(kAlphabet.size() == 64);
constexpr std::size_t kMaxClientId = 64;

// xoshiro256** (Blackman, Vigna 2018).
class Generator {
public:
    Generator() {
        ssize_t got = 0;
        do {
            got = getrandom(state_.data(), sizeof state_, 0);
        } while (got < 0 && errno == EINTR);
        if (got != static_cast<ssize_t>(sizeof state_))
            throw std::system_error{errno, std::generic_category(), "getrandom"};
    }

    std::uint64_t next() {
        auto& s = state_;
        const std::uint64_t result = std::rotl(s[1] * 5, 7) * 9;
        const std::uint64_t shifted = s[1] << 17U;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = std::rotl(s[3], 45);
        return result;
    }

private:
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace

RequestIdText make_request_id() {
    thread_local Generator generator;
    RequestIdText text;
    constexpr std::size_t kHalf = std::tuple_size_v<RequestIdText> / 2;
    for (std::size_t half = 0; half < 2; ++half) {
        auto bits = generator.next();
        for (std::size_t i = 0; i < kHalf; ++i, bits >>= 6U) text[half * kHalf + i] = kAlphabet[bits & 63U];
    }
    return text;
}

bool is_acceptable_request_id(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    };
    return !text.empty() && text.size() <= kMaxClientId && std::ranges::all_of(text, allowed);
}

}  // namespace haat::observe
