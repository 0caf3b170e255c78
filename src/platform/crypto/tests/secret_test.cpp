#include "platform/crypto/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <new>
#include <sstream>
#include <type_traits>

namespace haat::crypto {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Comparable = requires(const T& a, const T& b) { a == b; };

static_assert(Printable<std::string> && !Printable<Secret>);
static_assert(Comparable<std::string> && !Comparable<Secret>);
static_assert(fmt::is_formattable<std::string>::value && !fmt::is_formattable<Secret>::value);
static_assert(!std::is_convertible_v<Secret, std::string_view> &&
              !std::is_convertible_v<std::string, Secret>);

const std::string kShort = "hunter2";  // lives inside of the std::string
const std::string kLong(100, 'x');     // lives on the heap

TEST(Secret, reveals_its_text) {
    EXPECT_EQ(Secret{kShort}.reveal(), kShort);
    EXPECT_EQ(Secret{kLong}.reveal(), kLong);
    EXPECT_TRUE(Secret{}.empty());
    EXPECT_FALSE(Secret{kShort}.empty());
}

TEST(Secret, keeps_any_bytes_and_ends_with_a_nul) {
    const Secret secret{std::string{"a\0b", 3}};
    EXPECT_EQ(secret.reveal(), std::string_view("a\0b", 3));
    EXPECT_EQ(secret.reveal_c_str()[3], '\0');
}

TEST(Secret, can_be_copied_and_moved) {
    for (const auto& text : {kShort, kLong}) {
        Secret first{text};
        const Secret copy{first};
        EXPECT_EQ(first.reveal(), text);
        const Secret moved{std::move(first)};
        EXPECT_EQ(copy.reveal(), text);
        EXPECT_EQ(moved.reveal(), text);
        Secret assigned{"before"};
        assigned = copy;
        EXPECT_EQ(assigned.reveal(), text);
        assigned = Secret{"after"};
        EXPECT_EQ(assigned.reveal(), "after");
    }
}

// What is left in the memory of a Secret after some deed to it. A std::string alone would clear the first
// character only.
template <class Deed>
std::string memory_after(Deed deed) {
    alignas(Secret) std::array<std::byte, sizeof(Secret)> memory{};
    auto* secret = new (memory.data()) Secret{kShort};
    const std::string before{reinterpret_cast<const char*>(memory.data()), memory.size()};
    EXPECT_NE(before.find(kShort), std::string::npos) << "a short text is expected inside of the object";
    deed(*secret);
    return {reinterpret_cast<const char*>(memory.data()), memory.size()};
}

TEST(Secret, leaves_nothing_in_memory_when_destroyed) {
    const auto left = memory_after([](Secret& secret) { secret.~Secret(); });
    EXPECT_EQ(left.find(kShort.substr(1)), std::string::npos);
}

TEST(Secret, leaves_nothing_in_memory_when_moved_from) {
    Secret to;
    const auto left = memory_after([&](Secret& secret) {
        Secret taken{std::move(secret)};
        to = std::move(taken);
    });
    EXPECT_EQ(to.reveal(), kShort);
    EXPECT_EQ(left.find(kShort.substr(1)), std::string::npos);
}

}  // namespace
}  // namespace haat::crypto
