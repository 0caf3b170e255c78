// Text compared without regard to case.
#pragma once

#include <string>
#include <string_view>

namespace haat {

// The text with its upper-case letters made lower-case: ASCII, Latin-1, Latin Extended-A, Greek and
// Cyrillic; everything else stays. Input is UTF-8, so is the result.
std::string fold_case(std::string_view text);

// Without white space (ASCII, and U+00A0, U+FEFF) at both ends.
std::string_view trim(std::string_view text);

// How many code points UTF-8 text has.
std::size_t count_code_points(std::string_view text);

}  // namespace haat
