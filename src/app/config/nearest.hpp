// Which of some words was probably meant.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace haat::config {

// How many letters to insert, drop or replace to turn one into the other (Levenshtein), regardless of case.
std::size_t edit_distance(std::string_view from, std::string_view to);

// The candidate with the smallest distance, the first of equals; nothing when even that one differs in more
// than a third of its letters (but two are always forgiven).
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace haat::config
