// Looks into an AVIF file for what its decoder would be made to do.
#pragma once

#include <cstdint>
#include <string_view>

namespace haat::media {

// Is every AV1 picture in the file within `max_pixels`, by its own bit stream?
//
// The size that an AVIF file states (and libheif reports) is not the one that the AV1 decoder allocates for:
// a file of 3 KB may state 100 x 100 and decode to 16,000 x 16,000 before anybody compares. So all sequence
// headers are read here first: those in the data of the items, and those in their configuration. Strict:
// false also for what is malformed, and for pictures put together from others (grids, overlays), whose parts
// may be repeated without end. Rules: ISO/IEC 14496-12 (boxes), AV1 in HEIF 1.1, AV1 §5.3 to 5.5.
bool av1_pictures_fit(std::string_view file, std::int64_t max_pixels);

}  // namespace haat::media
