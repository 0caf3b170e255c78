#include "catalog/product_store.hpp"

#include <boost/json/parse.hpp>

#include <unordered_map>

#include "catalog/category_store.hpp"
#include "catalog/postgres_search.hpp"
#include "platform/json/write.hpp"

namespace haat::catalog {
namespace {

using db::Query;

#define HAAT_PRODUCT_COLUMNS                                                                       \
    "p.id, p.name, p.image, p.unit, p.stock, p.price, p.discount, p.description, p.more_details, " \
    "p.publish, "                                                                                  \
    "p.created_at, p.updated_at"

constexpr Query kListProducts{"catalog.list_products",
                              "SELECT " HAAT_PRODUCT_COLUMNS
                              " FROM products p JOIN (SELECT id FROM products WHERE publish = 1 "
                              "ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2) page ON page.id = p.id "
                              "ORDER BY p.created_at DESC, p.id DESC"};
constexpr Query kCountProducts{"catalog.count_products", "SELECT count(*) FROM products WHERE publish = 1"};

constexpr Query kListMatching{"catalog.list_matching_products",
                              "SELECT " HAAT_PRODUCT_COLUMNS
                              " FROM products p WHERE p.publish = 1 AND p.seq IN "
                              "(SELECT rowid FROM product_search WHERE product_search MATCH $1) "
                              "ORDER BY p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3",
                              "SELECT " HAAT_PRODUCT_COLUMNS
                              " FROM products p WHERE p.publish = 1 AND p.search @@ $1::tsquery "
                              "ORDER BY p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3"};
// Of two that hit, one in the name counts twice as much as one in the description. The embedded engine, which
// ranks by what it matches, does not look at $4.
constexpr Query kSearchProducts{
    "catalog.search_products",
    "SELECT " HAAT_PRODUCT_COLUMNS
    ", -bm25(product_search, 2.0, 1.0) AS score FROM product_search "
    "JOIN products p ON p.seq = product_search.rowid WHERE product_search MATCH $1 AND p.publish = 1 "
    "ORDER BY score DESC, p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3",
    "SELECT " HAAT_PRODUCT_COLUMNS
    ", ts_rank('{0, 0, 0.5, 1}', p.search, $4::tsquery, 1)::float8 AS score FROM products p "
    "WHERE p.search @@ $1::tsquery AND p.publish = 1 "
    "ORDER BY score DESC, p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3"};
constexpr Query kCountMatching{
    "catalog.count_matching_products",
    "SELECT count(*) FROM product_search JOIN products p ON p.seq = product_search.rowid "
    "WHERE product_search MATCH $1 AND p.publish = 1",
    "SELECT count(*) FROM products WHERE search @@ $1::tsquery AND publish = 1"};

constexpr Query kFindProducts{
    "catalog.find_products",
    "SELECT " HAAT_PRODUCT_COLUMNS " FROM json_each($1) wanted JOIN products p ON p.id = wanted.value",
    "SELECT " HAAT_PRODUCT_COLUMNS
    " FROM json_array_elements_text($1::json) wanted (id) JOIN products p USING (id)"};
constexpr Query kFindProductCategories{
    "catalog.find_product_categories",
    "SELECT l.product_id, c.id, c.name, c.image, c.created_at, c.updated_at FROM json_each($1) wanted "
    "JOIN product_categories l ON l.product_id = wanted.value JOIN categories c ON c.id = l.category_id "
    "ORDER BY l.product_id, l.position",
    "SELECT l.product_id, c.id, c.name, c.image, c.created_at, c.updated_at FROM product_categories l "
    "JOIN categories c ON c.id = l.category_id WHERE l.product_id IN (SELECT "
    "json_array_elements_text($1::json)) "
    "ORDER BY l.product_id, l.position"};
constexpr Query kFindProductSubCategories{
    "catalog.find_product_sub_categories",
    "SELECT l.product_id, s.id, s.name, s.image, s.created_at, s.updated_at FROM json_each($1) wanted "
    "JOIN product_sub_categories l ON l.product_id = wanted.value JOIN sub_categories s ON s.id = "
    "l.sub_category_id "
    "ORDER BY l.product_id, l.position",
    "SELECT l.product_id, s.id, s.name, s.image, s.created_at, s.updated_at FROM product_sub_categories l "
    "JOIN sub_categories s ON s.id = l.sub_category_id "
    "WHERE l.product_id IN (SELECT json_array_elements_text($1::json)) ORDER BY l.product_id, l.position"};
constexpr Query kFindCategoriesOfSubCategories{
    "catalog.find_categories_of_sub_categories",
    "SELECT sub_category_id, category_id FROM json_each($1) wanted "
    "JOIN sub_category_categories l ON l.sub_category_id = wanted.value ORDER BY sub_category_id, position",
    "SELECT sub_category_id, category_id FROM sub_category_categories "
    "WHERE sub_category_id IN (SELECT json_array_elements_text($1::json)) ORDER BY sub_category_id, "
    "position"};

// The embedded engine indexes by itself: only PostgreSQL looks at the last parameter.
constexpr Query kInsertProduct{
    "catalog.insert_product",
    "INSERT INTO products (id, name, image, unit, stock, price, discount, description, more_details, "
    "publish, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    "INSERT INTO products (id, name, image, unit, stock, price, discount, description, more_details, "
    "publish, created_at, updated_at, search) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::tsvector)"};
#define HAAT_PRODUCT_CHANGES                                                                \
    "UPDATE products SET name = coalesce($2, name), image = coalesce($3, image), "          \
    "unit = coalesce($4, unit), stock = coalesce($5, stock), price = coalesce($6, price), " \
    "discount = coalesce($7, discount), description = coalesce($8, description), "          \
    "more_details = coalesce($9, more_details), publish = coalesce($10, publish), updated_at = $11"
constexpr Query kUpdateProduct{"catalog.update_product", HAAT_PRODUCT_CHANGES " WHERE id = $1",
                               HAAT_PRODUCT_CHANGES
                               ", search = coalesce($12::tsvector, search) WHERE id = $1"};
constexpr Query kUnlinkCategories{"catalog.unlink_product_categories",
                                  "DELETE FROM product_categories WHERE product_id = $1"};
constexpr Query kLinkCategories{
    "catalog.link_product_categories",
    "INSERT INTO product_categories (product_id, position, category_id) SELECT $1, key, value FROM "
    "json_each($2)",
    "INSERT INTO product_categories (product_id, position, category_id) "
    "SELECT $1, place - 1, id FROM json_array_elements_text($2::json) WITH ORDINALITY AS list (id, place)"};
constexpr Query kUnlinkSubCategories{"catalog.unlink_product_sub_categories",
                                     "DELETE FROM product_sub_categories WHERE product_id = $1"};
constexpr Query kLinkSubCategories{
    "catalog.link_product_sub_categories",
    "INSERT INTO product_sub_categories (product_id, position, sub_category_id) SELECT $1, key, value FROM "
    "json_each($2)",
    "INSERT INTO product_sub_categories (product_id, position, sub_category_id) "
    "SELECT $1, place - 1, id FROM json_array_elements_text($2::json) WITH ORDINALITY AS list (id, place)"};
constexpr Query kDeleteProduct{"catalog.delete_product", "DELETE FROM products WHERE id = $1 RETURNING id"};
// The embedded engine has one writer, who needs no lock.
constexpr Query kLockProduct{"catalog.lock_product", "SELECT id FROM products WHERE id = $1",
                             "SELECT id FROM products WHERE id = $1 FOR NO KEY UPDATE"};

std::vector<std::string> to_texts(std::string_view json_list) {
    std::vector<std::string> texts;
    const auto list = boost::json::parse(json_list);
    for (const auto& text : list.as_array()) texts.emplace_back(text.as_string());
    return texts;
}

// Of HAAT_PRODUCT_COLUMNS.
template <class ProductType>
ProductType to_product(const db::Row& row) {
    return {.id = row.id<ProductId>(0),
            .fields = {.name = row.str(1),
                       .image = to_texts(row.text(2)),
                       .category = {},
                       .subCategory = {},
                       .unit = row.str(3),
                       .stock = row.int64(4),
                       .price = row.money(5),
                       .discount = {row.int64(6)},
                       .description = row.str(7),
                       .more_details = {row.str(8)},
                       .publish = row.boolean(9)},
            .created_at = row.time(10),
            .updated_at = row.time(11)};
}
constexpr std::size_t kScoreColumn = 12;

// From the second column on: id, name, image, created_at, updated_at.
template <class Target>
Target to_linked(const db::Row& row) {
    Target target;
    target.id = row.id<ObjectId>(1);
    target.fields.name = row.str(2);
    target.fields.image = row.str(3);
    target.created_at = row.time(4);
    target.updated_at = row.time(5);
    return target;
}

template <class ProductType>
auto index_of(std::vector<ProductType>& products) {
    std::unordered_map<std::string_view, ProductType*> by_id;
    for (auto& product : products) by_id.emplace(product.id.text(), &product);
    return by_id;
}

template <class ProductType>
std::string ids_of(const std::vector<ProductType>& products) {
    std::vector<ObjectId> ids;
    ids.reserve(products.size());
    for (const auto& product : products) ids.push_back(product.id);
    return json::to_string(ids);
}

// Three statements, however many products.
awaitable<> populate(db::Session& session, std::vector<PopulatedProduct>& products) {
    const auto by_id = index_of(products);
    const std::string ids = ids_of(products);
    const db::Rows categories = co_await session.run(kFindProductCategories, ids);
    for (std::size_t i = 0; i < categories.size(); ++i) {
        by_id.at(categories[i].text(0))->fields.category.push_back(to_linked<Category>(categories[i]));
    }
    const db::Rows sub_categories = co_await session.run(kFindProductSubCategories, ids);
    auto sub_category_ids =
        db::to_vector(sub_categories, [](const db::Row& row) { return row.id<ObjectId>(1); });
    std::ranges::sort(sub_category_ids);
    sub_category_ids.erase(std::unique(sub_category_ids.begin(), sub_category_ids.end()),
                           sub_category_ids.end());
    const std::string sub_ids = json::to_string(sub_category_ids);
    const db::Rows links = co_await session.run(kFindCategoriesOfSubCategories, sub_ids);
    std::unordered_map<std::string_view, std::vector<CategoryId>> categories_of;
    for (std::size_t i = 0; i < links.size(); ++i) {
        categories_of[links[i].text(0)].push_back(links[i].id<CategoryId>(1));
    }
    for (std::size_t i = 0; i < sub_categories.size(); ++i) {
        auto sub_category = to_linked<SubCategory>(sub_categories[i]);
        sub_category.fields.category = categories_of[sub_categories[i].text(1)];
        by_id.at(sub_categories[i].text(0))->fields.subCategory.push_back(std::move(sub_category));
    }
}

std::vector<PopulatedProduct> to_products(const db::Rows& rows) {
    return db::to_vector(rows, to_product<PopulatedProduct>);
}

}  // namespace

awaitable<PageOf<PopulatedProduct>> ProductStore::list(db::Session& session, Page page) const {
    const db::Rows count = co_await session.run(kCountProducts);
    const db::Rows rows = co_await session.run(kListProducts, page.limit, page.offset());
    PageOf<PopulatedProduct> found{.items = to_products(rows), .total = count.front().int64(0)};
    co_await populate(session, found.items);
    co_return found;
}

awaitable<PageOf<PopulatedProduct>> ProductStore::list_matching(db::Session& session,
                                                                const SearchExpression& expression,
                                                                Page page) const {
    const db::Rows count = co_await session.run(kCountMatching, expression.match);
    const db::Rows rows = co_await session.run(kListMatching, expression.match, page.limit, page.offset());
    PageOf<PopulatedProduct> found{.items = to_products(rows), .total = count.front().int64(0)};
    co_await populate(session, found.items);
    co_return found;
}

awaitable<PageOf<FoundProduct>> ProductStore::search(db::Session& session, const SearchExpression& expression,
                                                     Page page) const {
    const db::Rows count = co_await session.run(kCountMatching, expression.match);
    const db::Rows rows =
        co_await session.run(kSearchProducts, expression.match, page.limit, page.offset(), expression.rank);
    std::vector<PopulatedProduct> products = to_products(rows);
    co_await populate(session, products);
    PageOf<FoundProduct> found{.items = {}, .total = count.front().int64(0)};
    for (std::size_t i = 0; i < products.size(); ++i) {
        found.items.push_back({.document = std::move(products[i]), .score = rows[i].real(kScoreColumn)});
    }
    co_return found;
}

awaitable<std::optional<PopulatedProduct>> ProductStore::find_populated(db::Session& session,
                                                                        ProductId id) const {
    const std::string ids = json::to_string(std::vector<ObjectId>{id});
    const db::Rows rows = co_await session.run(kFindProducts, ids);
    std::vector<PopulatedProduct> products = to_products(rows);
    if (products.empty()) co_return std::nullopt;
    co_await populate(session, products);
    co_return std::move(products.front());
}

awaitable<std::vector<Product>> ProductStore::find_all(db::Session& session,
                                                       const std::vector<ProductId>& wanted) const {
    const std::string ids = id_list(wanted);
    const db::Rows rows = co_await session.run(kFindProducts, ids);
    std::vector<Product> products = db::to_vector(rows, to_product<Product>);
    const auto by_id = index_of(products);
    const db::Rows categories = co_await session.run(kFindProductCategories, ids);
    for (std::size_t i = 0; i < categories.size(); ++i) {
        by_id.at(categories[i].text(0))->fields.category.push_back(categories[i].id<CategoryId>(1));
    }
    const db::Rows sub_categories = co_await session.run(kFindProductSubCategories, ids);
    for (std::size_t i = 0; i < sub_categories.size(); ++i) {
        by_id.at(sub_categories[i].text(0))
            ->fields.subCategory.push_back(sub_categories[i].id<SubCategoryId>(1));
    }
    co_return products;
}

awaitable<> ProductStore::insert(db::Transaction& tx, const Product& product) const {
    const ProductFields& fields = product.fields;
    const std::string image = json::to_string(fields.image);
    const std::string categories = id_list(fields.category);
    const std::string sub_categories = id_list(fields.subCategory);
    const std::string search = to_tsvector(fields.name, fields.description);
    co_await tx.run(kInsertProduct, product.id, fields.name, image, fields.unit, fields.stock, fields.price,
                    fields.discount.hundredths, fields.description, fields.more_details.text, fields.publish,
                    product.created_at, product.updated_at, search);
    co_await tx.run(kLinkCategories, product.id, categories);
    co_await tx.run(kLinkSubCategories, product.id, sub_categories);
}

awaitable<std::optional<Product>> ProductStore::find_locked(db::Transaction& tx, ProductId id) const {
    const db::Rows locked = co_await tx.run(kLockProduct, id);
    if (locked.empty()) co_return std::nullopt;
    const std::vector<ProductId> ids{id};
    auto products = co_await find_all(tx, ids);
    co_return std::move(products.front());
}

awaitable<> ProductStore::update(db::Transaction& tx, const Product& before,
                                 const ProductChanges& changes) const {
    const auto image = changes.image ? std::optional{json::to_string(*changes.image)} : std::nullopt;
    const auto discount = changes.discount ? std::optional{changes.discount->hundredths} : std::nullopt;
    const auto details = changes.more_details ? std::optional{changes.more_details->text} : std::nullopt;
    std::optional<std::string> search;
    if (changes.name || changes.description) {
        search = to_tsvector(changes.name.value_or(before.fields.name),
                             changes.description.value_or(before.fields.description));
    }
    co_await tx.run(kUpdateProduct, before.id, changes.name, image, changes.unit, changes.stock,
                    changes.price, discount, changes.description, details, changes.publish, Timestamp::now(),
                    search);
}

awaitable<> ProductStore::set_categories(db::Transaction& tx, ProductId id,
                                         const std::vector<CategoryId>& categories) const {
    const std::string ids = id_list(categories);
    co_await tx.run(kUnlinkCategories, id);
    co_await tx.run(kLinkCategories, id, ids);
}

awaitable<> ProductStore::set_sub_categories(db::Transaction& tx, ProductId id,
                                             const std::vector<SubCategoryId>& sub_categories) const {
    const std::string ids = id_list(sub_categories);
    co_await tx.run(kUnlinkSubCategories, id);
    co_await tx.run(kLinkSubCategories, id, ids);
}

awaitable<bool> ProductStore::remove(db::Transaction& tx, ProductId id) const {
    const db::Rows rows = co_await tx.run(kDeleteProduct, id);
    co_return !rows.empty();
}

}  // namespace haat::catalog
