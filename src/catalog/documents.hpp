// The documents of the catalogue, as the API shows them.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "kernel/money.hpp"
#include "kernel/object_id.hpp"
#include "kernel/percent.hpp"
#include "platform/json/document.hpp"
#include "platform/json/types.hpp"

namespace haat::catalog {

struct CategoryFields {
    std::string name{};
    std::string image{};
};
BOOST_DESCRIBE_STRUCT(CategoryFields, (), (name, image))
using Category = json::Document<CategoryFields>;

// With the ids of its categories, or with the categories themselves ("populated").
template <class CategoryRef>
struct SubCategoryFieldsOf {
    std::string name{};
    std::string image{};
    std::vector<CategoryRef> category{};
    BOOST_DESCRIBE_CLASS(SubCategoryFieldsOf, (), (name, image, category), (), ())
};
using SubCategoryFields = SubCategoryFieldsOf<CategoryId>;
using SubCategory = json::Document<SubCategoryFields>;
using PopulatedSubCategory = json::Document<SubCategoryFieldsOf<Category>>;

template <class CategoryRef, class SubCategoryRef>
struct ProductFieldsOf {
    std::string name{};
    std::vector<std::string> image{};
    std::vector<CategoryRef> category{};
    std::vector<SubCategoryRef> subCategory{};
    std::string unit{};
    std::int64_t stock = 0;
    Money price{};
    Percent discount{};
    std::string description{};
    json::RawObject more_details{};
    bool publish = true;
    BOOST_DESCRIBE_CLASS(ProductFieldsOf, (),
                         (name, image, category, subCategory, unit, stock, price, discount, description,
                          more_details, publish),
                         (), ())
};
using ProductFields = ProductFieldsOf<CategoryId, SubCategoryId>;
using Product = json::Document<ProductFields>;
using PopulatedProductFields = ProductFieldsOf<Category, SubCategory>;
using PopulatedProduct = json::Document<PopulatedProductFields>;
using FoundProduct = json::Scored<PopulatedProductFields>;

}  // namespace haat::catalog
