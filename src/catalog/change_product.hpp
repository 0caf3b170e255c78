// Creating, updating and deleting products.
#pragma once

#include <boost/describe.hpp>

#include <optional>
#include <string>
#include <vector>

#include "catalog/documents.hpp"
#include "catalog/product_store.hpp"
#include "catalog/references.hpp"
#include "catalog/taxonomy_store.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"
#include "platform/json/decode.hpp"

namespace haat::catalog {

struct CreateProductInput {
    std::string name{};
    std::vector<std::string> image{};
    json::IdTexts category{};
    json::IdTexts subCategory{};
    std::optional<std::string> unit{};
    std::optional<std::int64_t> stock{};
    Money price{};
    std::optional<Percent> discount{};
    std::optional<std::string> description{};
    std::optional<json::RawObject> more_details{};
    std::optional<bool> publish{};
    static constexpr std::string_view kRequired[] = {"name", "image", "category", "subCategory", "price"};
    static constexpr json::Rules rules{
        .required = kRequired, .incomplete = ErrorCode::product_incomplete, .falsy = json::Falsy::value};
};
BOOST_DESCRIBE_STRUCT(CreateProductInput, (),
                      (name, image, category, subCategory, unit, stock, price, discount, description,
                       more_details, publish))

struct UpdateProductInput {
    std::optional<std::string> name{};
    std::optional<std::vector<std::string>> image{};
    std::optional<json::IdTexts> category{};
    std::optional<json::IdTexts> subCategory{};
    std::optional<std::string> unit{};
    std::optional<std::int64_t> stock{};
    std::optional<Money> price{};
    std::optional<Percent> discount{};
    std::optional<std::string> description{};
    std::optional<json::RawObject> more_details{};
    std::optional<bool> publish{};
    static constexpr json::Rules rules{.falsy = json::Falsy::value};
};
BOOST_DESCRIBE_STRUCT(UpdateProductInput, (),
                      (name, image, category, subCategory, unit, stock, price, discount, description,
                       more_details, publish))

// What a body refers to, apart from its other fields: it is checked before them.
struct ProductReferences {
    std::optional<json::IdTexts> category{};
    std::optional<json::IdTexts> subCategory{};
    static constexpr json::Rules rules{.falsy = json::Falsy::value};
};
BOOST_DESCRIBE_STRUCT(ProductReferences, (), (category, subCategory))

class ChangeProduct {
public:
    ChangeProduct(db::Database& db, cache::Topic& catalog) : db_{db}, catalog_{catalog} {}

    // Errors: those of References, discount_out_of_range, negative_stock, negative_price, invalid_field.
    awaitable<Result<Product>> create(const CreateProductInput& in);
    // Also product_not_found. A change of the categories that would leave a sub category without one of its
    // own is refused.
    awaitable<Result<PopulatedProduct>> update(ProductId id, const UpdateProductInput& in);
    // Errors: product_not_found.
    awaitable<Result<Product>> remove(ProductId id);

    // Whether what a body refers to is there. For a body whose other fields are at fault: the fault in its
    // references is told first.
    awaitable<Result<void>> check(const ProductReferences& references);

private:
    awaitable<Result<Product>> insert(db::Transaction& tx, const CreateProductInput& in);
    awaitable<Result<PopulatedProduct>> change(db::Transaction& tx, ProductId id,
                                               const UpdateProductInput& in);
    awaitable<Result<void>> relink(db::Transaction& tx, const Product& product, const UpdateProductInput& in);
    awaitable<Result<Product>> erase(db::Transaction& tx, ProductId id);
    awaitable<Result<void>> check_references(db::Session& session, const ProductReferences& references);

    db::Database& db_;
    cache::Topic& catalog_;
    ProductStore store_;
    TaxonomyStore taxonomies_;
    References references_;
};

}  // namespace haat::catalog
