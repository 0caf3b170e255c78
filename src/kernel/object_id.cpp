#include "kernel/object_id.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>

namespace haat {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

struct ProcessPart {
    std::uint64_t random;  // the low 40 bits count
    std::uint32_t first_count;
};

ProcessPart draw_process_part() {
    std::random_device device;
    const auto high = static_cast<std::uint64_t>(device());
    return {.random = (high << 32) | device(), .first_count = device()};
}

void put_hex(char* out, std::uint64_t value, int bytes) {
    for (int i = bytes * 2 - 1; i >= 0; --i) {
        out[i] = kHexDigits[value & 0xF];
        value >>= 4;
    }
}

constexpr unsigned digit_of(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

constexpr bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

ObjectId ObjectId::make() {
    static const ProcessPart process = draw_process_part();
    static std::atomic<std::uint32_t> count{process.first_count};

    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    ObjectId id;
    put_hex(id.text_.data(), static_cast<std::uint64_t>(seconds), 4);
    put_hex(id.text_.data() + 8, process.random, 5);
    put_hex(id.text_.data() + 18, count.fetch_add(1, std::memory_order_relaxed), 3);
    return id;
}

std::optional<ObjectId> ObjectId::parse(std::string_view text) {
    if (text.size() != kTextLength) return std::nullopt;
    ObjectId id;
    std::ranges::transform(text, id.text_.begin(), to_lower);
    if (!std::ranges::all_of(id.text_, is_lower_hex)) return std::nullopt;
    return id;
}

ObjectId::Bytes ObjectId::bytes() const {
    Bytes bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const unsigned byte = digit_of(text_[2 * i]) << 4U | digit_of(text_[2 * i + 1]);
        bytes[i] = static_cast<std::uint8_t>(byte);
    }
    return bytes;
}

ObjectId ObjectId::of(const Bytes& bytes) {
    ObjectId id;
    for (std::size_t i = 0; i < bytes.size(); ++i) put_hex(id.text_.data() + 2 * i, bytes[i], 1);
    return id;
}

}  // namespace haat
