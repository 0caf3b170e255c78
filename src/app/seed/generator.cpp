#include "app/seed/generator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/seed/description.hpp"

namespace haat::seed {
namespace {

// Takes the last digit off a number of mixed radix.
std::uint32_t take_digit(std::uint32_t& rest, std::size_t radix) {
    const auto base = static_cast<std::uint32_t>(radix);
    return std::exchange(rest, rest / base) % base;
}

std::uint32_t count_sub_categories() {
    std::size_t count = 0;
    for (const CategoryWords& category : assortment()) count += category.sub_categories.size();
    return static_cast<std::uint32_t>(count);
}

// As price tags are: half units for what is cheap, whole ones above, and now and then one hundredth less.
Money to_price_tag(std::int64_t minor, Random& random) {
    const std::int64_t step = minor < 20'00 ? 50 : minor < 1'000'00 ? 1'00 : 10'00;
    const std::int64_t rounded = std::max(minor / step * step, kLowestPrice.minor + step);
    const Money tag{random.one_in(3) ? rounded - 1 : rounded};
    return std::clamp(tag, kLowestPrice, kHighestPrice);
}

Percent pick_discount(Random& random) {
    if (!random.one_in(3)) return {};
    constexpr std::int64_t kHundredths[] = {5'00,  7'50,  10'00, 10'00, 12'50,
                                            15'00, 20'00, 25'00, 33'33, 50'00};
    return {random.pick(kHundredths)};
}

std::int64_t pick_stock(Random& random) {
    if (random.one_in(20)) return 0;
    return random.one_in(10) ? random.between(1, 5) : random.between(6, 400);
}

Timestamp pick_time(Random& random) {
    constexpr std::int64_t kMinutes = (kNewest.ms - kOldest.ms) / kMinuteMs;
    // Drawn one after the other: compilers differ in which operand of a sum comes first.
    const std::int64_t ms = random.between(0, kMinuteMs - 1);
    const std::int64_t minute = random.between(0, kMinutes - 1);
    return kOldest + minute * kMinuteMs + ms;
}

// Every fourth product was changed once, at most 30 days after it was made.
Timestamp pick_update_time(Timestamp created_at, Random& random) {
    if (!random.one_in(4)) return created_at;
    return std::min(kNewest, created_at + random.between(1, 30 * kDayMs / kMinuteMs) * kMinuteMs);
}

}  // namespace

Generator::Generator(std::uint64_t seed, std::string image_base)
    : seed_{seed}, image_base_{std::move(image_base)}, sub_categories_{[] {
          std::vector<SubCategoryRef> all;
          for (std::uint32_t i = 0; i < assortment().size(); ++i) {
              const CategoryWords& category = assortment()[i];
              for (const SubCategoryWords& words : category.sub_categories) {
                  all.push_back({&category, &words, i, static_cast<std::uint32_t>(all.size())});
              }
          }
          return all;
      }()} {}

std::uint64_t Generator::key(Kind kind, std::uint64_t index) const {
    return mix(seed_, static_cast<std::uint64_t>(kind), index);
}

// The layout of kernel/object_id.hpp, with a hash in place of the process's random part.
ObjectId Generator::make_id(Kind kind, std::uint32_t index, Timestamp created_at) const {
    HAAT_ASSERT(index < kMaxIndex);
    const auto id = ObjectId::parse(
        fmt::format("{:08x}{:010x}{:06x}", created_at.ms / kSecondMs, key(kind) >> 24, index));
    HAAT_ASSERT(id.has_value());
    return *id;
}

// Lists show the newest first, so what comes first in the assortment was made last.
Timestamp Generator::category_time(std::uint32_t place) const { return kOldest - place * kMinuteMs; }

ObjectId Generator::category_id(std::uint32_t index) const {
    return make_id(Kind::category, index, category_time(index));
}

ObjectId Generator::sub_category_id(std::uint32_t index) const {
    return make_id(Kind::sub_category, index, category_time(index));
}

std::uint32_t Generator::images() {
    return static_cast<std::uint32_t>(assortment().size()) + kImageVariants * count_sub_categories();
}

std::string Generator::image_name(std::uint32_t number) const {
    HAAT_ASSERT(number < images());
    const std::uint64_t head = key(Kind::image, number);
    return fmt::format("{:016x}{:04x}", head, mix(head) >> 48);
}

std::string Generator::image_url(std::uint32_t number) const {
    return image_base_ + image_name(number) + ".webp";
}

std::vector<catalog::Category> Generator::categories() const {
    std::vector<catalog::Category> categories;
    categories.reserve(assortment().size());
    for (std::uint32_t i = 0; i < assortment().size(); ++i) {
        categories.push_back({.id = category_id(i),
                              .fields = {.name = std::string{assortment()[i].name}, .image = image_url(i)},
                              .created_at = category_time(i),
                              .updated_at = category_time(i)});
    }
    return categories;
}

std::vector<catalog::SubCategory> Generator::sub_categories() const {
    const auto first_image = static_cast<std::uint32_t>(assortment().size());
    std::vector<catalog::SubCategory> all;
    all.reserve(sub_categories_.size());
    for (const SubCategoryRef& ref : sub_categories_) {
        all.push_back({.id = sub_category_id(ref.index),
                       .fields = {.name = std::string{ref.words->name},
                                  .image = image_url(first_image + ref.index * kImageVariants),
                                  .category = {CategoryId{category_id(ref.category_index)}}},
                       .created_at = category_time(ref.index),
                       .updated_at = category_time(ref.index)});
    }
    return all;
}

std::uint32_t Generator::names() {
    constexpr std::size_t kPerBrand = kItems * kQualities * kPacks;
    return static_cast<std::uint32_t>(kPerBrand * count_sub_categories()) * brand_count();
}

Generator::Choice Generator::choose(std::uint32_t index) const {
    const std::uint32_t count = names();
    HAAT_ASSERT(count > 0);
    std::uint32_t rest = shuffled(index % count, count, key(Kind::name, index / count));
    Choice choice{};
    choice.item = take_digit(rest, kItems);
    choice.quality = take_digit(rest, kQualities);
    choice.pack = take_digit(rest, kPacks);
    choice.sub_category = &sub_categories_[take_digit(rest, sub_categories_.size())];
    choice.brand = rest;
    return choice;
}

std::string Generator::product_name(std::uint32_t index) const {
    const Choice choice = choose(index);
    const auto& [category, words, category_index, number] = *choice.sub_category;
    return fmt::format("{} {} {}, {}", brand(choice.brand), category->qualities[choice.quality],
                       words->items[choice.item], (*words->packs)[choice.pack].label);
}

// An item has a base price; quality, brand and pack add to it or take from it.
Money Generator::price_of(const Choice& choice, Random& random) const {
    const SubCategoryWords& words = *choice.sub_category->words;
    Random item{key(Kind::item_price, choice.sub_category->index * kItems + choice.item)};
    const std::int64_t base = item.between(words.lowest * 100, words.highest * 100);
    Random brand_level{key(Kind::brand_price, choice.brand)};
    const std::int64_t level = brand_level.between(85, 120);
    const std::int64_t premium = 90 + 5 * std::int64_t{choice.quality};
    const std::int64_t minor = base * (*words.packs)[choice.pack].percent / 100 * premium / 100 * level / 100;
    return to_price_tag(minor, random);
}

std::vector<std::string> Generator::images_of(const Choice& choice, Random& random) const {
    const auto first =
        static_cast<std::uint32_t>(assortment().size()) + choice.sub_category->index * kImageVariants;
    const std::uint32_t shown = random.below(kImageVariants);
    std::vector<std::string> urls{image_url(first + shown)};
    if (random.one_in(4)) urls.push_back(image_url(first + (shown + 1) % kImageVariants));
    return urls;
}

// Its own, and for one in eight another one of the same category.
std::vector<SubCategoryId> Generator::sub_categories_of(const Choice& choice, Random& random) const {
    const SubCategoryRef& own = *choice.sub_category;
    std::vector<SubCategoryId> ids{SubCategoryId{sub_category_id(own.index)}};
    if (!random.one_in(8)) return ids;
    const auto siblings = static_cast<std::uint32_t>(own.category->sub_categories.size());
    const auto own_place = static_cast<std::uint32_t>(own.words - own.category->sub_categories.data());
    const std::uint32_t other_place = (own_place + 1 + random.below(siblings - 1)) % siblings;
    ids.emplace_back(sub_category_id(own.index - own_place + other_place));
    return ids;
}

catalog::Product Generator::product(std::uint32_t index) const {
    const Choice choice = choose(index);
    const auto& [category, words, category_index, number] = *choice.sub_category;
    Random random{key(Kind::product, index)};
    const std::string brand_name = brand(choice.brand);
    const Subject subject{.brand = brand_name,
                          .item = words->items[choice.item],
                          .quality = category->qualities[choice.quality],
                          .sub_category = *words,
                          .category = *category};
    // In this order, which decides what each of them draws.
    catalog::Product product;
    product.created_at = pick_time(random);
    product.updated_at = pick_update_time(product.created_at, random);
    product.id = make_id(Kind::product, index, product.created_at);
    auto& fields = product.fields;
    fields.name = product_name(index);
    fields.image = images_of(choice, random);
    fields.category = {CategoryId{category_id(category_index)}};
    fields.subCategory = sub_categories_of(choice, random);
    fields.unit = (*words->packs)[choice.pack].unit;
    fields.stock = pick_stock(random);
    fields.price = price_of(choice, random);
    fields.discount = pick_discount(random);
    fields.description = describe(subject, random);
    fields.more_details = more_details(subject, random);
    fields.publish = !random.one_in(40);
    return product;
}

DemoUser Generator::user(std::uint32_t index) const {
    Random random{key(Kind::user, index)};
    const Timestamp created_at = pick_time(random);
    return {.id = UserId{make_id(Kind::user, index, created_at)},
            .name = fmt::format("Demo User {}", index + 1),
            .email = fmt::format("demo{}@example.com", index + 1),
            .created_at = created_at};
}

}  // namespace haat::seed
