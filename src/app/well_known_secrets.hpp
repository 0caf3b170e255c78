// What guessers try first.
#pragma once

#include <string_view>

namespace haat::app {

// Whether a key or password is one of theirs: `secret`, `changeme`, the original's own.
bool is_well_known(std::string_view secret);

}  // namespace haat::app
