// Real image files, made by libvips, for the tests of this folder.
#pragma once

#include <vips/vips.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "media/image.hpp"
#include "media/vips.hpp"

namespace haat::media::samples {

struct Unref {
    void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

// `image` by reference: it is set while the first argument is worked out.
inline Image checked(int failed, VipsImage*& image) {
    if (failed) throw std::runtime_error{vips_error_buffer_copy()};
    return Image{image};
}

// The left half red, the right half blue, sRGB.
inline Image red_and_blue(int width, int height) {
    vips();
    VipsImage* out = nullptr;
    const auto plain = [&](double r, double b, int columns) {
        const auto black = checked(vips_black(&out, columns, height, "bands", 3, nullptr), out);
        const double a[] = {1, 1, 1};
        const double c[] = {r, 0, b};
        const auto tinted = checked(vips_linear(black.get(), &out, a, c, 3, "uchar", TRUE, nullptr), out);
        return checked(vips_copy(tinted.get(), &out, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr),
                       out);
    };
    const auto left = plain(255, 0, width / 2);
    const auto right = plain(0, 255, width - width / 2);
    return checked(vips_join(left.get(), right.get(), &out, VIPS_DIRECTION_HORIZONTAL, nullptr), out);
}

// Incompressible, so that a file has as many bytes as a photograph.
inline Image noise(int width, int height) {
    vips();
    VipsImage* out = nullptr;
    const auto gauss =
        checked(vips_gaussnoise(&out, width, height, "mean", 128.0, "sigma", 50.0, "seed", 7, nullptr), out);
    return checked(vips_cast_uchar(gauss.get(), &out, nullptr), out);
}

// `suffix` as libvips wants it: ".jpg[Q=90]".
inline std::string encoded(VipsImage* image, const char* suffix) {
    void* bytes = nullptr;
    std::size_t size = 0;
    if (vips_image_write_to_buffer(image, suffix, &bytes, &size, nullptr)) {
        throw std::runtime_error{vips_error_buffer_copy()};
    }
    std::string out{static_cast<const char*>(bytes), size};
    g_free(bytes);
    return out;
}

inline std::string encoded(const Image& image, const char* suffix) { return encoded(image.get(), suffix); }

inline std::string big_endian(std::uint32_t number) {
    return {static_cast<char>(number >> 24), static_cast<char>(number >> 16), static_cast<char>(number >> 8),
            static_cast<char>(number)};
}

}  // namespace haat::media::samples
