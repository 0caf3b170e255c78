// Turns what a client uploaded into an image that is safe to serve.
//
// The bytes decide the type, never a name or a header. What comes out is always WebP, written anew from the
// pixels: upright, sRGB, without metadata and without anything that hid in the file. OWASP File Upload,
// ASVS 5.2.2, 5.2.6, 14.2.8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "kernel/error.hpp"

namespace haat::media {

inline constexpr std::int64_t kMaxPixels = 50'000'000;
inline constexpr int kMaxSide = 16'383;  // pixels; WebP has no larger images
inline constexpr int kWebpQuality = 80;

struct ProcessedImage {
    std::string webp{};
    int width = 0;  // pixels, upright
    int height = 0;
};

// JPEG, PNG, WebP, GIF and AVIF; of an animation the first frame. Blocking and heavy on the CPU: for a
// CpuPool (a second for 12 megapixels). Safe from any thread. Needs up to 12 bytes of memory a pixel, 600 MB
// at the limit: the pool's threads times that must fit. AVIF made of tiles (grids) is not taken, see
// avif.hpp. Errors: unsupported_image (another type, corrupt or cut off), image_too_large (by the header,
// before any pixel is decoded). Throws what vips() throws (vips.hpp).
Result<ProcessedImage> process_image(std::string_view bytes);

}  // namespace haat::media
