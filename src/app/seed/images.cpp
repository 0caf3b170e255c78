#include "app/seed/images.hpp"

#include <memory>
#include <stdexcept>

#include "app/seed/drawing.hpp"
#include "media/image.hpp"
#include "media/vips.hpp"

namespace haat::seed {
namespace {

[[noreturn]] void throw_vips() {
    const std::string text = media::vips().vips_error_buffer();
    media::vips().vips_error_clear();
    throw std::runtime_error{"cannot make an image: " + text};
}

std::string to_webp(const std::string& pixels) {
    const media::Vips& vips = media::vips();
    constexpr int kChannels = 3;
    const std::unique_ptr<VipsImage, media::UnrefImage> image{vips.vips_image_new_from_memory(
        pixels.data(), pixels.size(), kImageSide, kImageSide, kChannels, VIPS_FORMAT_UCHAR)};
    if (!image) throw_vips();
    void* webp = nullptr;
    std::size_t size = 0;
    if (vips.vips_webpsave_buffer(image.get(), &webp, &size, "Q", media::kWebpQuality, nullptr) != 0)
        throw_vips();
    const std::unique_ptr<void, decltype(&g_free)> owned{webp, vips.g_free};
    return {static_cast<const char*>(webp), size};
}

Shape shape_of(std::uint32_t number) {
    const auto categories = assortment();
    if (number < categories.size()) return categories[number].sub_categories.front().shape;
    std::size_t place = (number - categories.size()) / Generator::kImageVariants;
    for (const CategoryWords& category : categories) {
        if (place < category.sub_categories.size()) return category.sub_categories[place].shape;
        place -= category.sub_categories.size();
    }
    HAAT_ASSERT(false);
}

// From here on, in turns of the colour wheel: what grows or is baked has a colour of its own.
struct Hues {
    float first;
    float width;
};

Hues hues_of(Shape shape) {
    switch (shape) {
        case Shape::round:
            return {0.96F, 0.3F};
        case Shape::egg:
        case Shape::loaf:
            return {0.06F, 0.05F};
        case Shape::leaf:
            return {0.24F, 0.14F};
        default:
            return {0, 1};
    }
}

}  // namespace

std::string make_image(std::uint64_t seed, std::uint32_t number) {
    HAAT_ASSERT(number < Generator::images());
    Random random{mix(seed, number)};
    const auto turn = [&random] { return static_cast<float>(random.below(1'000)) / 1'000; };
    const Shape shape = shape_of(number);
    const auto [first, width] = hues_of(shape);
    const float hue = first + width * turn();
    const Picture picture{
        .shape = shape, .hue = hue, .ground_hue = hue + 0.3F + turn() / 3, .has_label = !random.one_in(4)};
    return to_webp(draw(picture));
}

bool keep_image(media::LocalStore& store, const Generator& generator, std::uint32_t number) {
    const std::string name = generator.image_name(number);
    if (store.has(name)) return false;
    store.store_as(name, make_image(generator.seed(), number));
    return true;
}

}  // namespace haat::seed
