// Identifiers of documents: 12 bytes, written as 24 lower-case hex characters.
//
// Layout (as BSON's ObjectId, so that ids made by the shop's former backend stay valid):
//   4 bytes  seconds since the epoch, big-endian
//   5 bytes  random, drawn once a process
//   3 bytes  a counter that starts at a random value, big-endian
// Ids made by one process therefore sort by the time they were made.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace haat {

class ObjectId {
public:
    static constexpr std::size_t kTextLength = 24;

    // The nil id: all zero. It names no document.
    constexpr ObjectId() = default;

    // A new, unique id. Safe from any thread.
    static ObjectId make();

    // Accepts exactly 24 hex characters of either case; anything else is nullopt.
    static std::optional<ObjectId> parse(std::string_view text);

    // The 12 bytes, whose order is that of the ids: for where many are kept.
    using Bytes = std::array<std::uint8_t, kTextLength / 2>;
    [[nodiscard]] Bytes bytes() const;
    static ObjectId of(const Bytes& bytes);

    // 24 lower-case hex characters.
    [[nodiscard]] std::string_view text() const { return {text_.data(), text_.size()}; }
    [[nodiscard]] std::string str() const { return std::string{text()}; }

    friend auto operator<=>(const ObjectId&, const ObjectId&) = default;

private:
    std::array<char, kTextLength> text_{'0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0',
                                        '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0'};
};

// An ObjectId that says what it identifies: Id<ProductTag> and Id<UserTag> do not mix.
template <class Tag>
class Id : public ObjectId {
public:
    constexpr Id() = default;
    explicit constexpr Id(const ObjectId& id) : ObjectId{id} {}

    static Id make() { return Id{ObjectId::make()}; }

    static std::optional<Id> parse(std::string_view text) {
        const auto id = ObjectId::parse(text);
        return id ? std::optional<Id>{Id{*id}} : std::nullopt;
    }
};

using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>;
using CategoryId = Id<struct CategoryTag>;
using SubCategoryId = Id<struct SubCategoryTag>;
using ProductId = Id<struct ProductTag>;
using CartItemId = Id<struct CartItemTag>;
using AddressId = Id<struct AddressTag>;

}  // namespace haat

template <class Tag>
struct std::hash<haat::Id<Tag>> {
    std::size_t operator()(const haat::Id<Tag>& id) const noexcept {
        return std::hash<std::string_view>{}(id.text());
    }
};
