// Pictures of made-up products, drawn from plain geometry.
#pragma once

#include <cstdint>
#include <string>

#include "app/seed/words.hpp"

namespace haat::seed {

inline constexpr int kImageSide = 400;  // pixels

struct Picture {
    Shape shape{};
    float hue = 0;           // of the product, in turns: 0 and 1 are red
    float ground_hue = 0;    // of what is behind it
    bool has_label = false;  // on the product, where there is room for one
};

// kImageSide rows of kImageSide pixels, from the top left: red, green, blue, 8 bits each. Blocking: some
// 10 ms.
std::string draw(const Picture& picture);

}  // namespace haat::seed
