// Takes everything out of an image file that is not the picture.
#pragma once

#include <string>
#include <string_view>

namespace haat::media {

// For a PNG, before it is decoded: keeps the critical chunks, and those for transparency, colour profile and
// orientation. Otherwise libpng unpacks compressed text: up to 8 MB for each of up to 1000 chunks of a few
// kilobytes. Checks nothing: what is malformed stays as it is, for the decoder to refuse. `png` begins with
// the signature (PNG, third edition, §5).
std::string picture_of_png(std::string_view png);

// For a WebP that libvips wrote: leaves out EXIF, XMP and ICC profile (RFC 9649 §2.7). libvips 8.14 writes an
// EXIF block of its own, and those of the source too, whatever its option `strip` says.
std::string picture_of_webp(std::string_view webp);

}  // namespace haat::media
