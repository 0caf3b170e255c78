// A made-up shop: the same seed makes the same one, on every machine and in every year.
//
// Pure: no clock, no files, no database. Every document is made from the seed and its number alone, so a
// shop can be made in parts and in any order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/seed/random.hpp"
#include "app/seed/words.hpp"
#include "catalog/documents.hpp"
#include "kernel/clock.hpp"

namespace haat::seed {

// Products and users are this old at most; none is younger than kNewest.
inline constexpr Timestamp kNewest{1'767'225'600'000};  // 2026-01-01T00:00:00Z
inline constexpr Timestamp kOldest{kNewest.ms - 365 * kDayMs};

inline constexpr Money kLowestPrice{5'00};
inline constexpr Money kHighestPrice{20'000'00};

// Numbers of products and users go from 0 to this, exclusive: an id has 3 bytes for them.
inline constexpr std::uint32_t kMaxIndex = 1U << 24;

// Is in half of all descriptions and in no name; for measuring searches.
inline constexpr std::string_view kCommonWord = "quality";

struct DemoUser {
    UserId id{};
    std::string name{};   // `Demo User 1`
    std::string email{};  // `demo1@example.com`: in every shop the same
    Timestamp created_at{};
};

// Immutable: safe from any thread.
class Generator {
public:
    // image_base is what comes before an image's name: `https://shop.example/media/Ecommerce_images/`.
    Generator(std::uint64_t seed, std::string image_base);

    [[nodiscard]] std::uint64_t seed() const { return seed_; }

    [[nodiscard]] std::vector<catalog::Category> categories() const;
    [[nodiscard]] std::vector<catalog::SubCategory> sub_categories() const;

    // Of index up to names() no two products have the same name; then names come again.
    [[nodiscard]] catalog::Product product(std::uint32_t index) const;
    [[nodiscard]] std::string product_name(std::uint32_t index) const;
    [[nodiscard]] static std::uint32_t names();

    [[nodiscard]] DemoUser user(std::uint32_t index) const;

    // Images by number: first those of the categories, then kImageVariants of each sub category.
    // Names are as those of media::LocalStore, without an ending.
    static constexpr std::uint32_t kImageVariants = 2;
    [[nodiscard]] static std::uint32_t images();
    [[nodiscard]] std::string image_name(std::uint32_t number) const;

private:
    // What documents are made of; part of their ids.
    enum class Kind : std::uint8_t {
        category,
        sub_category,
        product,
        user,
        image,
        name,
        item_price,
        brand_price
    };

    struct SubCategoryRef {
        const CategoryWords* category;
        const SubCategoryWords* words;
        std::uint32_t category_index;
        std::uint32_t index;  // among all sub categories
    };
    // The words of one product's name.
    struct Choice {
        const SubCategoryRef* sub_category;
        std::uint32_t item;
        std::uint32_t quality;
        std::uint32_t pack;
        std::uint32_t brand;
    };

    [[nodiscard]] std::uint64_t key(Kind kind, std::uint64_t index = 0) const;
    [[nodiscard]] ObjectId make_id(Kind kind, std::uint32_t index, Timestamp created_at) const;
    [[nodiscard]] Timestamp category_time(std::uint32_t place) const;
    [[nodiscard]] ObjectId category_id(std::uint32_t index) const;
    [[nodiscard]] ObjectId sub_category_id(std::uint32_t index) const;
    [[nodiscard]] std::string image_url(std::uint32_t number) const;

    [[nodiscard]] Choice choose(std::uint32_t index) const;
    [[nodiscard]] Money price_of(const Choice& choice, Random& random) const;
    [[nodiscard]] std::vector<std::string> images_of(const Choice& choice, Random& random) const;
    [[nodiscard]] std::vector<SubCategoryId> sub_categories_of(const Choice& choice, Random& random) const;

    const std::uint64_t seed_;
    const std::string image_base_;
    const std::vector<SubCategoryRef> sub_categories_;
};

}  // namespace haat::seed
