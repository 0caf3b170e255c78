// What is written about a made-up product.
#pragma once

#include <string>
#include <string_view>

#include "app/seed/random.hpp"
#include "app/seed/words.hpp"
#include "platform/json/types.hpp"

namespace haat::seed {

struct Subject {
    std::string_view brand;
    std::string_view item;
    std::string_view quality;
    const SubCategoryWords& sub_category;
    const CategoryWords& category;
};

// A few sentences. Their words occur in half of all descriptions, in a quarter, in one of 20, of 100, of 500,
// and names of ranges in one of 8 down to one of about 10,000.
std::string describe(const Subject& subject, Random& random);

// Key and value pairs; one in ten products has none.
json::RawObject more_details(const Subject& subject, Random& random);

}  // namespace haat::seed
