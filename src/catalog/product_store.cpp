#include "catalog/product_store.hpp"

#include <boost/json/parse.hpp>

#include "catalog/category_store.hpp"
#include "catalog/postgres_search.hpp"
#include "platform/json/write.hpp"

namespace haat::catalog {
namespace {

using db::Query;

// The ids that a product is linked with come along in their order, one text behind the other, so that a page
// is one statement.
#define HAAT_PRODUCT_COLUMNS                                                                       \
    "p.id, p.name, p.image, p.unit, p.stock, p.price, p.discount, p.description, p.more_details, " \
    "p.publish, p.created_at, p.updated_at, "
#define HAAT_SQLITE_COLUMNS                                                                        \
    HAAT_PRODUCT_COLUMNS                                                                           \
    "(SELECT group_concat(id, '') FROM (SELECT category_id AS id FROM product_categories "         \
    "WHERE product_id = p.id ORDER BY position)), "                                                \
    "(SELECT group_concat(id, '') FROM (SELECT sub_category_id AS id FROM product_sub_categories " \
    "WHERE product_id = p.id ORDER BY position))"
#define HAAT_POSTGRES_COLUMNS                                                                \
    HAAT_PRODUCT_COLUMNS                                                                     \
    "(SELECT string_agg(category_id, '' ORDER BY position) FROM product_categories "         \
    "WHERE product_id = p.id), "                                                             \
    "(SELECT string_agg(sub_category_id, '' ORDER BY position) FROM product_sub_categories " \
    "WHERE product_id = p.id)"

#define HAAT_LIST_PRODUCTS                                                          \
    " FROM products p JOIN (SELECT id FROM products WHERE publish = 1 "             \
    "ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2) page ON page.id = p.id " \
    "ORDER BY p.created_at DESC, p.id DESC"
constexpr Query kListProducts{"catalog.list_products", "SELECT " HAAT_SQLITE_COLUMNS HAAT_LIST_PRODUCTS,
                              "SELECT " HAAT_POSTGRES_COLUMNS HAAT_LIST_PRODUCTS};
constexpr Query kCountProducts{"catalog.count_products", "SELECT count(*) FROM products WHERE publish = 1"};

constexpr Query kListMatching{"catalog.list_matching_products",
                              "SELECT " HAAT_SQLITE_COLUMNS
                              " FROM products p WHERE p.publish = 1 AND p.seq IN "
                              "(SELECT rowid FROM product_search WHERE product_search MATCH $1) "
                              "ORDER BY p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3",
                              "SELECT " HAAT_POSTGRES_COLUMNS
                              " FROM products p WHERE p.publish = 1 AND p.search @@ $1::tsquery "
                              "ORDER BY p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3"};
// Of two that hit, one in the name counts twice as much as one in the description. The embedded engine, which
// ranks by what it matches, does not look at $4.
constexpr Query kSearchProducts{
    "catalog.search_products",
    "SELECT " HAAT_SQLITE_COLUMNS
    ", -bm25(product_search, 2.0, 1.0) AS score FROM product_search "
    "JOIN products p ON p.seq = product_search.rowid WHERE product_search MATCH $1 AND p.publish = 1 "
    "ORDER BY score DESC, p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3",
    "SELECT " HAAT_POSTGRES_COLUMNS
    ", ts_rank('{0, 0, 0.5, 1}', p.search, $4::tsquery, 1)::float8 AS score FROM products p "
    "WHERE p.search @@ $1::tsquery AND p.publish = 1 "
    "ORDER BY score DESC, p.created_at DESC, p.id DESC LIMIT $2 OFFSET $3"};
constexpr Query kCountMatching{
    "catalog.count_matching_products",
    "SELECT count(*) FROM product_search JOIN products p ON p.seq = product_search.rowid "
    "WHERE product_search MATCH $1 AND p.publish = 1",
    "SELECT count(*) FROM products WHERE search @@ $1::tsquery AND publish = 1"};

constexpr Query kFindProduct{"catalog.find_product",
                             "SELECT " HAAT_SQLITE_COLUMNS " FROM products p WHERE p.id = $1",
                             "SELECT " HAAT_POSTGRES_COLUMNS " FROM products p WHERE p.id = $1"};
constexpr Query kFindProducts{
    "catalog.find_products",
    "SELECT " HAAT_SQLITE_COLUMNS " FROM json_each($1) wanted JOIN products p ON p.id = wanted.value",
    "SELECT " HAAT_POSTGRES_COLUMNS
    " FROM json_array_elements_text($1::json) wanted (id) JOIN products p USING (id)"};
constexpr Query kFindTexts{
    "catalog.find_product_texts",
    "SELECT id, created_at, name, description FROM products WHERE publish = 1 AND id IN "
    "(SELECT value FROM json_each($1))",
    "SELECT id, created_at, name, description FROM products WHERE publish = 1 AND id IN "
    "(SELECT json_array_elements_text($1::json))"};
constexpr Query kTextsAfter{"catalog.product_texts_after",
                            "SELECT id, created_at, name, description FROM products WHERE publish = 1 "
                            "AND (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3"};
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

template <class IdType>
std::vector<IdType> to_ids(const db::Row& row, std::size_t column) {
    std::vector<IdType> ids;
    if (row.is_null(column)) return ids;
    const std::string_view texts = row.text(column);
    ids.reserve(texts.size() / ObjectId::kTextLength);
    for (std::size_t at = 0; at < texts.size(); at += ObjectId::kTextLength) {
        const auto id = IdType::parse(texts.substr(at, ObjectId::kTextLength));
        HAAT_ASSERT(id.has_value());
        ids.push_back(*id);
    }
    return ids;
}

Product to_product(const db::Row& row) {
    return {.id = row.id<ProductId>(0),
            .fields = {.name = row.str(1),
                       .image = to_texts(row.text(2)),
                       .category = to_ids<CategoryId>(row, 12),
                       .subCategory = to_ids<SubCategoryId>(row, 13),
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
constexpr std::size_t kScoreColumn = 14;

std::vector<ProductText> to_product_texts(const db::Rows& rows) {
    const auto to_text = [](const db::Row& row) {
        return ProductText{.id = row.id<ProductId>(0),
                           .created_at = row.time(1),
                           .name = row.str(2),
                           .description = row.str(3)};
    };
    return db::to_vector(rows, to_text);
}

}  // namespace

awaitable<PageOf<Product>> ProductStore::list(db::Session& session, Page page) const {
    const db::Rows count = co_await session.run(kCountProducts);
    const db::Rows rows = co_await session.run(kListProducts, page.limit, page.offset());
    PageOf<Product> found{.items = db::to_vector(rows, to_product), .total = count.front().int64(0)};
    co_return found;
}

awaitable<PageOf<Product>> ProductStore::list_matching(db::Session& session,
                                                       const SearchExpression& expression, Page page) const {
    const db::Rows count = co_await session.run(kCountMatching, expression.match);
    const db::Rows rows = co_await session.run(kListMatching, expression.match, page.limit, page.offset());
    PageOf<Product> found{.items = db::to_vector(rows, to_product), .total = count.front().int64(0)};
    co_return found;
}

awaitable<PageOf<ScoredProduct>> ProductStore::search(db::Session& session,
                                                      const SearchExpression& expression, Page page) const {
    const db::Rows count = co_await session.run(kCountMatching, expression.match);
    const db::Rows rows =
        co_await session.run(kSearchProducts, expression.match, page.limit, page.offset(), expression.rank);
    const auto scored = [](const db::Row& row) {
        return ScoredProduct{.product = to_product(row), .score = row.real(kScoreColumn)};
    };
    PageOf<ScoredProduct> found{.items = db::to_vector(rows, scored), .total = count.front().int64(0)};
    co_return found;
}

awaitable<std::optional<Product>> ProductStore::find(db::Session& session, ProductId id) const {
    const db::Rows rows = co_await session.run(kFindProduct, id);
    if (rows.empty()) co_return std::nullopt;
    co_return to_product(rows.front());
}

awaitable<std::vector<Product>> ProductStore::find_all(db::Session& session,
                                                       const std::vector<ProductId>& ids) const {
    if (ids.size() == 1) {  // most often so, and a list of ids costs the engine as much as the product
        const db::Rows row = co_await session.run(kFindProduct, ids.front());
        co_return db::to_vector(row, to_product);
    }
    const std::string wanted = id_list(ids);
    const db::Rows rows = co_await session.run(kFindProducts, wanted);
    co_return db::to_vector(rows, to_product);
}

awaitable<std::vector<ProductText>> ProductStore::find_texts(db::Session& session,
                                                             const std::vector<ProductId>& ids) const {
    const std::string wanted = id_list(ids);
    const db::Rows rows = co_await session.run(kFindTexts, wanted);
    co_return to_product_texts(rows);
}

awaitable<std::vector<ProductText>> ProductStore::texts_after(db::Session& session, const ProductText& last,
                                                              std::int64_t limit) const {
    const db::Rows rows = co_await session.run(kTextsAfter, last.created_at, last.id, limit);
    co_return to_product_texts(rows);
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
    co_return co_await find(tx, id);
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
