// The words of a text as full-text search knows them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace haat::db {

// In their order, without case and diacritics, English ones as their stems. By the tokenizer of the embedded
// engine's index (`porter unicode61 remove_diacritics 2`), so that what another engine indexes is found by
// the same words. Of ASCII they hold letters and digits only. The text is UTF-8.
std::vector<std::string> search_words(std::string_view text);

}  // namespace haat::db
