#include "app/seed/drawing.hpp"

#include <algorithm>
#include <cmath>

namespace haat::seed {
namespace {

// x to the right and y down, from -1 to 1.
struct Point {
    float x = 0;
    float y = 0;

    friend Point operator-(Point a, Point b) { return {a.x - b.x, a.y - b.y}; }
};

// Shapes are told by the distance to their edge, which is negative inside. Of two, the lesser distance is
// that of both together, the greater one that of what they share.
float length(Point p) { return std::sqrt(p.x * p.x + p.y * p.y); }

float circle(Point p, float radius) { return length(p) - radius; }

float box(Point p, Point half, float corner) {
    const float x = std::abs(p.x) - half.x + corner;
    const float y = std::abs(p.y) - half.y + corner;
    return length({std::max(x, 0.F), std::max(y, 0.F)}) + std::min(std::max(x, y), 0.F) - corner;
}

float ring(Point p, float radius, float width) { return std::abs(circle(p, radius)) - width / 2; }

Point turned(Point p, float turns) {
    const float angle = turns * 6.2831853F;
    return {p.x * std::cos(angle) + p.y * std::sin(angle), p.y * std::cos(angle) - p.x * std::sin(angle)};
}

// Wider towards the bottom by `by` for every unit of height.
Point flared(Point p, float by) { return {p.x / (1 + by * p.y), p.y}; }

constexpr float kNowhere = 1e9F;

// What a product is made of, by the distances to its parts.
struct Parts {
    float body = kNowhere;
    float accent = kNowhere;  // lids, stems, handles: on top of the body
    float label = kNowhere;
};

Parts parts_of(Shape shape, Point p) {
    switch (shape) {
        case Shape::round:
            return {.body = circle(p - Point{0, 0.1F}, 0.5F),
                    .accent = std::min(box(turned(p - Point{0.03F, -0.46F}, 0.03F), {0.025F, 0.13F}, 0.02F),
                                       std::max(circle(p - Point{0.2F, -0.32F}, 0.24F),
                                                circle(p - Point{0.14F, -0.62F}, 0.24F)))};
        case Shape::leaf: {
            const Point q = turned(p, 0.1F);
            return {.body = std::max(circle(q - Point{0.35F, 0}, 0.72F), circle(q - Point{-0.35F, 0}, 0.72F)),
                    .accent = box(q - Point{0, 0.12F}, {0.018F, 0.62F}, 0.015F)};
        }
        case Shape::egg:
            return {.body = circle(flared(Point{p.x * 1.25F, p.y} - Point{0, 0.12F}, 0.25F), 0.52F)};
        case Shape::loaf:
            return {
                .body = std::min(box(p - Point{0, 0.2F}, {0.5F, 0.34F}, 0.08F),
                                 box(p - Point{0, -0.06F}, {0.58F, 0.24F}, 0.2F)),
                .accent = std::abs(box(turned(p - Point{0, -0.08F}, 0.06F), {0.14F, 0.01F}, 0.01F)) - 0.012F};
        case Shape::bottle:
            return {.body = std::min(box(p - Point{0, 0.2F}, {0.26F, 0.5F}, 0.1F),
                                     box(p - Point{0, -0.38F}, {0.1F, 0.22F}, 0.03F)),
                    .accent = box(p - Point{0, -0.64F}, {0.13F, 0.08F}, 0.03F),
                    .label = box(p - Point{0, 0.24F}, {0.26F, 0.2F}, 0.F)};
        case Shape::jar:
            return {.body = box(p - Point{0, 0.1F}, {0.38F, 0.5F}, 0.12F),
                    .accent = box(p - Point{0, -0.47F}, {0.36F, 0.1F}, 0.04F),
                    .label = box(p - Point{0, 0.14F}, {0.38F, 0.2F}, 0.F)};
        case Shape::box:
            return {.body = box(p - Point{0, 0.05F}, {0.4F, 0.55F}, 0.03F),
                    .accent = box(p - Point{0, -0.38F}, {0.4F, 0.06F}, 0.F),
                    .label = circle(p - Point{0, 0.14F}, 0.24F)};
        case Shape::bag:
            return {.body = box(flared(p - Point{0, 0.08F}, 0.15F), {0.4F, 0.55F}, 0.08F),
                    .accent = box(p - Point{0, -0.44F}, {0.39F, 0.06F}, 0.02F),
                    .label = box(p - Point{0, 0.16F}, {0.26F, 0.22F}, 0.06F)};
        case Shape::cup:
            return {.body = box(flared(p - Point{-0.08F, 0.08F}, -0.25F), {0.38F, 0.42F}, 0.1F),
                    .accent = std::max(ring(p - Point{0.32F, 0.04F}, 0.2F, 0.09F), 0.29F - p.x),
                    .label = box(p - Point{-0.08F, 0.1F}, {0.2F, 0.12F}, 0.1F)};
        case Shape::tube:
            return {.body = box(flared(p - Point{0, -0.08F}, -0.3F), {0.3F, 0.55F}, 0.04F),
                    .accent = box(p - Point{0, 0.58F}, {0.2F, 0.12F}, 0.04F),
                    .label = box(p - Point{0, -0.1F}, {0.19F, 0.24F}, 0.04F)};
        case Shape::roll:
            return {.body = std::min(circle(p - Point{-0.14F, 0}, 0.46F),
                                     box(p - Point{0.2F, 0.3F}, {0.4F, 0.16F}, 0.03F)),
                    .accent = circle(p - Point{-0.14F, 0}, 0.15F)};
        case Shape::pan:
            return {.body = std::min(circle(p - Point{-0.2F, 0.15F}, 0.48F),
                                     box(turned(p - Point{0.45F, -0.42F}, -0.115F), {0.36F, 0.06F}, 0.05F)),
                    .accent = ring(p - Point{-0.2F, 0.15F}, 0.39F, 0.03F)};
        case Shape::book:
            return {.body = box(p, {0.42F, 0.56F}, 0.04F),
                    .accent = box(p - Point{-0.34F, 0}, {0.04F, 0.56F}, 0.F),
                    .label = box(p - Point{0.06F, -0.2F}, {0.24F, 0.12F}, 0.03F)};
        case Shape::pen: {
            const Point q = turned(p, 0.12F);
            return {.body = std::min(box(q - Point{0, -0.08F}, {0.09F, 0.52F}, 0.04F),
                                     box(flared(q - Point{0, 0.52F}, -2.2F), {0.06F, 0.12F}, 0.01F)),
                    .accent = box(q - Point{0.07F, -0.4F}, {0.025F, 0.2F}, 0.02F)};
        }
    }
    return {};
}

struct Colour {
    float red = 0;
    float green = 0;
    float blue = 0;
};

// From one (0) to the other (1).
Colour blend(Colour from, Colour to, float share) {
    return {from.red + (to.red - from.red) * share, from.green + (to.green - from.green) * share,
            from.blue + (to.blue - from.blue) * share};
}

// Of full strength at saturation 1; white at saturation 0 and value 1.
Colour colour(float hue, float saturation, float value) {
    const auto channel = [&](float turn) {
        const float place = std::abs((hue + turn - std::floor(hue + turn)) * 6 - 3) - 1;
        return value * (1 - saturation + saturation * std::clamp(place, 0.F, 1.F));
    };
    return {channel(0), channel(2.F / 3), channel(1.F / 3)};
}

constexpr float kPixel = 2.F / kImageSide;

// How much of a pixel is inside; over_pixels wide, the edge is soft.
float coverage(float distance, float over_pixels = 1) {
    return std::clamp(0.5F - distance / (kPixel * over_pixels), 0.F, 1.F);
}

struct Palette {
    explicit Palette(const Picture& picture)
        : ground_light{colour(picture.ground_hue, 0.06F, 0.99F)},
          ground_dark{colour(picture.ground_hue, 0.22F, 0.9F)},
          shadow{colour(picture.ground_hue, 0.3F, 0.45F)},
          body_light{colour(picture.hue, 0.5F, 0.94F)},
          body_dark{colour(picture.hue, 0.75F, 0.62F)},
          accent{colour(picture.hue + 0.45F, 0.6F, 0.5F)} {}

    Colour ground_light, ground_dark, shadow, body_light, body_dark, accent;
    Colour label{0.98F, 0.97F, 0.93F};
    Colour gloss{1, 1, 1};
};

Colour colour_at(const Picture& picture, const Palette& palette, Point p) {
    Colour at = blend(palette.ground_light, palette.ground_dark, 0.5F + p.y / 2);
    const float shadow = box(p - Point{0, 0.74F}, {0.55F, 0.08F}, 0.08F);
    at = blend(at, palette.shadow, 0.35F * coverage(shadow, 26));

    const Parts parts = parts_of(picture.shape, p);
    const float lit = std::clamp(0.5F - p.x * 0.7F - p.y * 0.25F, 0.F, 1.F);
    const Colour body = blend(palette.body_dark, palette.body_light, lit);
    at = blend(at, body, coverage(parts.body));
    const float gloss = std::max(parts.body + 0.06F, circle(p - Point{-0.3F, -0.3F}, 0.3F));
    at = blend(at, palette.gloss, 0.22F * coverage(gloss, 20));
    if (picture.has_label) {
        const float label = std::max(parts.label, parts.body);
        at = blend(at, palette.label, 0.94F * coverage(label));
        const float stripe = std::max(label + 0.05F, std::abs(p.y - 0.14F) - 0.03F);
        at = blend(at, body, 0.8F * coverage(stripe));
    }
    return blend(at, palette.accent, coverage(parts.accent));
}

}  // namespace

std::string draw(const Picture& picture) {
    const Palette palette{picture};
    std::string pixels;
    pixels.reserve(std::size_t{3} * kImageSide * kImageSide);
    const auto put = [&pixels](float channel) {
        pixels += static_cast<char>(static_cast<unsigned char>(std::lround(channel * 255)));
    };
    for (int row = 0; row < kImageSide; ++row) {
        for (int column = 0; column < kImageSide; ++column) {
            const Point centre{(static_cast<float>(column) + 0.5F) * kPixel - 1,
                               (static_cast<float>(row) + 0.5F) * kPixel - 1};
            const Colour at = colour_at(picture, palette, centre);
            put(at.red);
            put(at.green);
            put(at.blue);
        }
    }
    return pixels;
}

}  // namespace haat::seed
