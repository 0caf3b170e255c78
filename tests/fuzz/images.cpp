#include "media/avif.hpp"
#include "media/chunks.hpp"
#include "media/image.hpp"
#include "tests/fuzz/target.hpp"

namespace haat::fuzz {
namespace {

constexpr std::string_view kPng{"\x89PNG\r\n\x1a\n", 8};

}  // namespace

void image_headers(std::string_view bytes) {
    const bool fits = media::av1_pictures_fit(bytes, media::kMaxPixels);
    require(!fits || media::av1_pictures_fit(bytes, media::kMaxPixels + 1),
            "what fits, fits where there is more room");
    if (bytes.starts_with(kPng)) {
        const std::string picture = media::picture_of_png(bytes);
        require(picture.starts_with(kPng) && picture.size() <= bytes.size(), "a PNG only gets smaller");
        require(media::picture_of_png(picture) == picture, "once is enough");
    }
}

void images(std::string_view bytes) {
    const auto image = media::process_image(bytes);
    if (!image) {
        const auto code = image.error().code;
        require(code == ErrorCode::unsupported_image || code == ErrorCode::image_too_large,
                "two errors, no more");
        return;
    }
    require(image->webp.starts_with("RIFF") && image->width >= 1 && image->height >= 1, "an image is WebP");
    require(image->width <= media::kMaxSide && image->height <= media::kMaxSide, "an image is bounded");
}

}  // namespace haat::fuzz
