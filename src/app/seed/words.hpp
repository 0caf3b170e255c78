// The words that made-up products consist of.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace haat::seed {

// The numbers of words are the same everywhere, so that every name is as likely as any other.
inline constexpr std::size_t kItems = 8;      // a sub category
inline constexpr std::size_t kQualities = 8;  // a category; each fits all its items
inline constexpr std::size_t kPacks = 5;      // a kind of pack
inline constexpr std::size_t kLines = 4;      // a category
inline constexpr std::size_t kDetails = 3;    // a category

// How much of it one buys.
struct Pack {
    std::string_view label;  // in the name: `Pack of 4`
    std::string_view unit;   // `4 pcs`
    std::int64_t percent;    // of the base price
};
using Packs = std::array<Pack, kPacks>;

// What an image shows.
enum class Shape : std::uint8_t {
    round,
    egg,
    loaf,
    leaf,
    bottle,
    jar,
    box,
    bag,
    cup,
    tube,
    roll,
    pan,
    book,
    pen
};

struct SubCategoryWords {
    std::string_view name;
    const Packs* packs;
    std::int64_t lowest;  // base price of its items, in the main unit
    std::int64_t highest;
    Shape shape;
    std::array<std::string_view, kItems> items;
};

struct CategoryWords {
    std::string_view name;
    std::array<std::string_view, kQualities> qualities;
    std::array<std::string_view, kLines> lines;  // sentences that are true of all its items
    std::string_view detail;                     // a key of more_details, and its values
    std::array<std::string_view, kDetails> details;
    std::span<const SubCategoryWords> sub_categories;
};

std::span<const CategoryWords> food();
std::span<const CategoryWords> household();

// Both, in this order.
std::span<const CategoryWords> assortment();

// `Alderbrook`. index is below brand_count().
std::string brand(std::uint32_t index);
std::uint32_t brand_count();

// First sentences; {brand}, {item}, {trait} and {sub_category} stand for words.
std::span<const std::string_view> openings();

// Sentences with the word `quality`, which no other text has: in half of all descriptions.
std::span<const std::string_view> quality_lines();

// A sentence that one in `odds` descriptions has.
struct Note {
    std::uint32_t odds;
    std::string_view text;
};
std::span<const Note> notes();

// Names of ranges, each a word that occurs nowhere else; from common to rare.
std::span<const std::string_view> ranges();

}  // namespace haat::seed
