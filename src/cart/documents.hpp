// The documents of the cart, as the API shows them.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cart/pricing.hpp"
#include "catalog/catalog.hpp"
#include "kernel/money.hpp"
#include "kernel/object_id.hpp"
#include "kernel/percent.hpp"
#include "platform/json/document.hpp"

namespace haat::cart {

template <class ProductRef>
struct ItemFieldsOf {
    ProductRef productId{};
    std::int64_t quantity = 1;
    UserId userId{};
    BOOST_DESCRIBE_CLASS(ItemFieldsOf, (), (productId, quantity, userId), (), ())
};

// As it is stored, and as a removal answers it: with the product's id.
using Item = json::Document<ItemFieldsOf<ProductId>>;

// With the whole product, as adding and changing answer it.
using FullItemFields = ItemFieldsOf<catalog::Product>;
using FullItem = json::Document<FullItemFields>;

inline FullItem with_product(const Item& item, catalog::Product product) {
    return {.id = item.id,
            .fields = {.productId = std::move(product),
                       .quantity = item.fields.quantity,
                       .userId = item.fields.userId},
            .created_at = item.created_at,
            .updated_at = item.updated_at};
}

// What the view of a cart tells of a product.
struct ProductSummary {
    ObjectId _id{};
    std::string name{};
    std::vector<std::string> image{};
    std::vector<CategoryId> category{};
    std::vector<SubCategoryId> subCategory{};
    std::int64_t stock = 0;
    Money price{};
    Percent discount{};
};
BOOST_DESCRIBE_STRUCT(ProductSummary, (), (_id, name, image, category, subCategory, stock, price, discount))

// As the view answers it: null where the product was deleted.
using ViewedItem = json::Document<ItemFieldsOf<std::optional<ProductSummary>>>;

BOOST_DESCRIBE_STRUCT(Summary, (), (totalPrice, totalDiscount, totalQty, totalPayableAmount))

}  // namespace haat::cart
