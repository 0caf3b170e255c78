// libvips, brought into the process with the first image: it comes with some eighty libraries and ten
// megabytes, which a shop that only serves does not need.
#pragma once

#include <vips/vips.h>

namespace haat::media {

// Its functions, and those of GLib that go with them, under their own names.
struct Vips {
    decltype(&::vips_autorot) vips_autorot;
    decltype(&::vips_block_untrusted_set) vips_block_untrusted_set;
    decltype(&::vips_cache_set_max) vips_cache_set_max;
    decltype(&::vips_cast_uchar) vips_cast_uchar;
    decltype(&::vips_colourspace) vips_colourspace;
    decltype(&::vips_concurrency_set) vips_concurrency_set;
    decltype(&::vips_error_buffer) vips_error_buffer;
    decltype(&::vips_error_clear) vips_error_clear;
    decltype(&::vips_gifload_buffer) vips_gifload_buffer;
    decltype(&::vips_heifload_buffer) vips_heifload_buffer;
    decltype(&::vips_icc_transform) vips_icc_transform;
    decltype(&::vips_image_copy_memory) vips_image_copy_memory;
    decltype(&::vips_image_get_height) vips_image_get_height;
    decltype(&::vips_image_get_orientation) vips_image_get_orientation;
    decltype(&::vips_image_get_typeof) vips_image_get_typeof;
    decltype(&::vips_image_get_width) vips_image_get_width;
    decltype(&::vips_image_new_from_memory) vips_image_new_from_memory;
    decltype(&::vips_init) vips_init;
    decltype(&::vips_jpegload_buffer) vips_jpegload_buffer;
    decltype(&::vips_operation_block_set) vips_operation_block_set;
    decltype(&::vips_pngload_buffer) vips_pngload_buffer;
    decltype(&::vips_webpload_buffer) vips_webpload_buffer;
    decltype(&::vips_webpsave_buffer) vips_webpsave_buffer;
    decltype(&::g_free) g_free;
    decltype(&::g_log_set_handler) g_log_set_handler;
    decltype(&::g_object_unref) g_object_unref;
};

// Loads it and sets it up for untrusted input: five loaders and no more, one thread an image, no cache. Once
// a process; from any thread. Throws std::runtime_error, each time, where it cannot be had.
const Vips& vips();

struct UnrefImage {
    void operator()(VipsImage* image) const { vips().g_object_unref(image); }
};

}  // namespace haat::media
