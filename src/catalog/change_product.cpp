#include "catalog/change_product.hpp"

#include "catalog/changed_key.hpp"
#include "kernel/fold.hpp"

namespace haat::catalog {
namespace {

std::optional<std::string> trimmed(const std::optional<std::string>& text) {
    return text ? std::optional{std::string{trim(*text)}} : std::nullopt;
}

bool has_empty(const std::vector<std::string>& texts) {
    return texts.empty() || std::ranges::find(texts, "") != texts.end();
}

std::optional<Error> check_numbers(std::optional<Percent> discount, std::optional<std::int64_t> stock,
                                   std::optional<Money> price) {
    if (discount && (*discount < Percent{} || *discount > kWhole))
        return Error{ErrorCode::discount_out_of_range, "discount"};
    if (stock && *stock < 0) return Error{ErrorCode::negative_stock, "stock"};
    if (price && *price < Money{}) return Error{ErrorCode::negative_price, "price"};
    return std::nullopt;
}

// What an update must not make empty.
std::optional<Error> check_not_empty(const UpdateProductInput& in) {
    if (in.name && trim(*in.name).empty()) return json::wrong_type("name", "text that is not empty");
    if (in.image && has_empty(*in.image))
        return json::wrong_type("image", "a list of texts that are not empty");
    if (in.category && in.category->texts.empty())
        return json::wrong_type("category", "a list that is not empty");
    if (in.subCategory && in.subCategory->texts.empty())
        return json::wrong_type("subCategory", "a list that is not empty");
    return std::nullopt;
}

template <class Ids>
std::vector<std::string> texts_of(const Ids& ids) {
    std::vector<std::string> texts;
    texts.reserve(ids.size());
    for (const auto& id : ids) texts.push_back(id.str());
    return texts;
}

}  // namespace

awaitable<Result<Product>> ChangeProduct::create(const CreateProductInput& in) {
    auto body = [&](db::Transaction& tx) { return insert(tx, in); };
    co_return co_await db_.transact(body);
}

awaitable<Result<Product>> ChangeProduct::insert(db::Transaction& tx, const CreateProductInput& in) {
    if (trim(in.name).empty()) co_return fail(ErrorCode::product_incomplete, "name");
    const auto categories = co_await references_.keep_categories(tx, in.category.texts);
    if (!categories) co_return std::unexpected{categories.error()};
    const auto sub_categories =
        co_await references_.keep_sub_categories(tx, in.subCategory.texts, in.category.texts);
    if (!sub_categories) co_return std::unexpected{sub_categories.error()};
    if (auto error = check_numbers(in.discount, in.stock, in.price))
        co_return std::unexpected{std::move(*error)};
    if (has_empty(in.image))
        co_return std::unexpected{json::wrong_type("image", "a list of texts that are not empty")};

    const Timestamp now = Timestamp::now();
    Product product{.id = ProductId::make(),
                    .fields = {.name = std::string{trim(in.name)},
                               .image = in.image,
                               .category = *categories,
                               .subCategory = *sub_categories,
                               .unit = trimmed(in.unit).value_or(""),
                               .stock = in.stock.value_or(0),
                               .price = in.price,
                               .discount = in.discount.value_or(Percent{}),
                               .description = trimmed(in.description).value_or(""),
                               .more_details = in.more_details.value_or(json::RawObject{}),
                               .publish = in.publish.value_or(true)},
                    .created_at = now,
                    .updated_at = now};
    co_await store_.insert(tx, product);
    tx.touch(catalog_, changed_key(ProductId{product.id}));
    co_return product;
}

awaitable<Result<PopulatedProduct>> ChangeProduct::update(ProductId id, const UpdateProductInput& in) {
    auto body = [&](db::Transaction& tx) { return change(tx, id, in); };
    co_return co_await db_.transact(body);
}

awaitable<Result<PopulatedProduct>> ChangeProduct::change(db::Transaction& tx, ProductId id,
                                                          const UpdateProductInput& in) {
    const ProductReferences references{.category = in.category, .subCategory = in.subCategory};
    const auto checked = co_await check_references(tx, references);
    if (!checked) co_return std::unexpected{checked.error()};
    if (auto error = check_numbers(in.discount, in.stock, in.price))
        co_return std::unexpected{std::move(*error)};
    if (auto error = check_not_empty(in)) co_return std::unexpected{std::move(*error)};

    const auto before = co_await store_.find_locked(tx, id);
    if (!before) co_return fail(ErrorCode::product_not_found);
    const auto relinked = co_await relink(tx, *before, in);
    if (!relinked) co_return std::unexpected{relinked.error()};
    const ProductChanges changes{.name = trimmed(in.name),
                                 .image = in.image,
                                 .unit = trimmed(in.unit),
                                 .stock = in.stock,
                                 .price = in.price,
                                 .discount = in.discount,
                                 .description = trimmed(in.description),
                                 .more_details = in.more_details,
                                 .publish = in.publish};
    co_await store_.update(tx, *before, changes);
    tx.touch(catalog_, changed_key(id));
    auto product = co_await store_.find(tx, id);
    HAAT_ASSERT(product.has_value());
    const std::span<const Product> only{&*product, 1};
    const Taxonomy taxonomy = co_await taxonomies_.of(tx, only);
    co_return taxonomy.populate(std::move(*product));
}

// Both lists as they will be must fit together, whichever of them changes.
awaitable<Result<void>> ChangeProduct::relink(db::Transaction& tx, const Product& product,
                                              const UpdateProductInput& in) {
    if (!in.category && !in.subCategory) co_return Result<void>{};
    const auto category_texts = in.category ? in.category->texts : texts_of(product.fields.category);
    const auto sub_category_texts =
        in.subCategory ? in.subCategory->texts : texts_of(product.fields.subCategory);
    const auto categories = co_await references_.keep_categories(tx, category_texts);
    if (!categories) co_return std::unexpected{categories.error()};
    const auto sub_categories =
        co_await references_.keep_sub_categories(tx, sub_category_texts, category_texts);
    if (!sub_categories) co_return std::unexpected{sub_categories.error()};
    if (in.category) co_await store_.set_categories(tx, ProductId{product.id}, *categories);
    if (in.subCategory) co_await store_.set_sub_categories(tx, ProductId{product.id}, *sub_categories);
    co_return Result<void>{};
}

awaitable<Result<Product>> ChangeProduct::remove(ProductId id) {
    auto body = [&](db::Transaction& tx) { return erase(tx, id); };
    co_return co_await db_.transact(body);
}

awaitable<Result<Product>> ChangeProduct::erase(db::Transaction& tx, ProductId id) {
    auto product = co_await store_.find(tx, id);
    if (!product) co_return fail(ErrorCode::product_not_found);
    const bool removed = co_await store_.remove(tx, id);
    if (!removed) co_return fail(ErrorCode::product_not_found);  // by another, meanwhile
    tx.touch(catalog_, changed_key(id));
    co_return std::move(*product);
}

awaitable<Result<void>> ChangeProduct::check(const ProductReferences& references) {
    auto body = [&](db::Session& session) { return check_references(session, references); };
    co_return co_await db_.read(body);
}

awaitable<Result<void>> ChangeProduct::check_references(db::Session& session,
                                                        const ProductReferences& references) {
    if (references.category) {
        const auto categories = co_await references_.categories(session, references.category->texts);
        if (!categories) co_return std::unexpected{categories.error()};
    }
    if (references.category && references.subCategory) {
        const auto sub_categories = co_await references_.sub_categories(
            session, references.subCategory->texts, references.category->texts);
        if (!sub_categories) co_return std::unexpected{sub_categories.error()};
    }
    co_return Result<void>{};
}

}  // namespace haat::catalog
