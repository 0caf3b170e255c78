#include "media/image.hpp"

#include <memory>

#include "media/avif.hpp"
#include "media/chunks.hpp"
#include "media/vips.hpp"

namespace haat::media {
namespace {

using Image = std::unique_ptr<VipsImage, UnrefImage>;

// libvips gathers its messages in one buffer of the process, which nobody reads here.
struct ErrorsDropped {
    ErrorsDropped() = default;
    ErrorsDropped(const ErrorsDropped&) = delete;
    ErrorsDropped& operator=(const ErrorsDropped&) = delete;
    ~ErrorsDropped() { vips().vips_error_clear(); }
};

using Loader = int (*)(void* bytes, size_t size, VipsImage** out, ...);

bool is_jpeg(std::string_view bytes) { return bytes.starts_with("\xFF\xD8\xFF"); }
bool is_png(std::string_view bytes) { return bytes.starts_with("\x89PNG\r\n\x1A\n"); }
bool is_gif(std::string_view bytes) { return bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a"); }
bool is_webp(std::string_view bytes) {
    return bytes.starts_with("RIFF") && bytes.substr(8).starts_with("WEBP");
}

// ISO/IEC 14496-12 §4.3: the first box is `ftyp`; its major or a compatible brand says AVIF. A file of HEVC
// images has other brands.
bool is_avif(std::string_view bytes) {
    if (bytes.substr(4, 4) != "ftyp") return false;
    const auto byte = [&](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(bytes[i]));
    };
    const std::size_t box = (byte(0) << 24) | (byte(1) << 16) | (byte(2) << 8) | byte(3);
    const auto brands = bytes.substr(0, box);
    for (std::size_t at = 8; at + 4 <= brands.size(); at += 4) {
        const auto brand = brands.substr(at, 4);
        if (at != 12 && (brand == "avif" || brand == "avis")) return true;  // at 12 is the minor version
    }
    return false;
}

// Chosen here and not by libvips, which would try every loader it was built with.
Loader loader_of(std::string_view bytes) {
    constexpr std::size_t kLongestMagic = 12;
    if (bytes.size() < kLongestMagic) return nullptr;
    if (is_jpeg(bytes)) return vips().vips_jpegload_buffer;
    if (is_png(bytes)) return vips().vips_pngload_buffer;
    if (is_webp(bytes)) return vips().vips_webpload_buffer;
    if (is_gif(bytes)) return vips().vips_gifload_buffer;
    if (is_avif(bytes)) return vips().vips_heifload_buffer;
    return nullptr;
}

// Reads the header; pixels are decoded when they are asked for. Null when the header is bad.
Image open(Loader load, std::string_view bytes) {
    VipsImage* out = nullptr;
    // libvips takes a void* but only reads.
    void* const data = const_cast<char*>(bytes.data());
    const int failed = load(data, bytes.size(), &out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                            VIPS_FAIL_ON_ERROR, nullptr);
    return Image{failed ? nullptr : out};
}

bool fits(VipsImage* image) {
    const std::int64_t width = vips().vips_image_get_width(image);
    const std::int64_t height = vips().vips_image_get_height(image);
    return width <= kMaxSide && height <= kMaxSide && width * height <= kMaxPixels;
}

// To sRGB by the embedded profile. Null when there is none that can be used.
Image apply_profile(VipsImage* image) {
    if (!vips().vips_image_get_typeof(image, VIPS_META_ICC_NAME)) return nullptr;
    VipsImage* out = nullptr;
    const int failed = vips().vips_icc_transform(image, &out, "srgb", "embedded", TRUE, "depth", 8, nullptr);
    return Image{failed ? nullptr : out};
}

// 8 bits a channel, RGB or RGBA. Null when the colours make no sense.
Image to_srgb(VipsImage* image) {
    const Image profiled = apply_profile(image);
    VipsImage* out = nullptr;
    if (vips().vips_colourspace(profiled ? profiled.get() : image, &out, VIPS_INTERPRETATION_sRGB, nullptr))
        return nullptr;
    const Image converted{out};
    out = nullptr;
    if (vips().vips_cast_uchar(converted.get(), &out, nullptr)) return nullptr;
    return Image{out};
}

Image decode(VipsImage* image) { return Image{vips().vips_image_copy_memory(image)}; }

// Turns the image as its EXIF orientation says. A turn needs all pixels at once, so they are decoded first,
// and the unturned ones are gone before the encoder starts. Null when decoding fails.
Image upright(Image image) {
    constexpr int kUpright = 1;
    if (vips().vips_image_get_orientation(image.get()) == kUpright) return image;
    const Image decoded = decode(image.get());
    if (!decoded) return nullptr;
    VipsImage* out = nullptr;
    if (vips().vips_autorot(decoded.get(), &out, nullptr)) return nullptr;
    const Image turned{out};
    return decode(turned.get());
}

Result<ProcessedImage> encode(VipsImage* image) {
    void* webp = nullptr;
    size_t size = 0;
    if (vips().vips_webpsave_buffer(image, &webp, &size, "Q", kWebpQuality, nullptr)) {
        return fail(ErrorCode::unsupported_image);
    }
    const std::unique_ptr<void, decltype(&g_free)> owned{webp, vips().g_free};
    return ProcessedImage{.webp = picture_of_webp({static_cast<const char*>(webp), size}),
                          .width = vips().vips_image_get_width(image),
                          .height = vips().vips_image_get_height(image)};
}

}  // namespace

Result<ProcessedImage> process_image(std::string_view bytes) {
    const Loader load = loader_of(bytes);
    if (!load) return fail(ErrorCode::unsupported_image);
    const std::string png = is_png(bytes) ? picture_of_png(bytes) : std::string{};
    const ErrorsDropped dropped;
    const Image source = open(load, png.empty() ? bytes : png);
    if (!source) return fail(ErrorCode::unsupported_image);
    if (!fits(source.get())) {
        return fail(ErrorCode::image_too_large, {}, "at most 50 megapixels, and 16383 pixels a side");
    }
    if (is_avif(bytes) && !av1_pictures_fit(bytes, kMaxPixels)) return fail(ErrorCode::unsupported_image);
    Image image = to_srgb(source.get());
    if (image) image = upright(std::move(image));
    if (!image) return fail(ErrorCode::unsupported_image);
    return encode(image.get());
}

}  // namespace haat::media
