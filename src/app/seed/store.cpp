#include "app/seed/store.hpp"

#include <string>
#include <unordered_set>

#include "catalog/postgres_search.hpp"
#include "kernel/fold.hpp"
#include "platform/json/write.hpp"

namespace haat::seed {
namespace {

using db::Query;

// $1 is a list of rows, each a list of columns. `WHERE true` tells SQLite that ON is not a join's.
#define HAAT_NAMED_COLUMNS "(id, name, name_key, image, created_at, updated_at)"

constexpr Query kInsertCategories{
    "seed.insert_categories",
    "INSERT INTO categories " HAAT_NAMED_COLUMNS
    " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each($1) "
    "WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO categories " HAAT_NAMED_COLUMNS
    " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, (value ->> 4)::bigint, (value ->> "
    "5)::bigint "
    "FROM json_array_elements($1::json) AS list (value) ON CONFLICT DO NOTHING"};
constexpr Query kInsertSubCategories{
    "seed.insert_sub_categories",
    "INSERT INTO sub_categories " HAAT_NAMED_COLUMNS
    " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each($1) "
    "WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO sub_categories " HAAT_NAMED_COLUMNS
    " SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, (value ->> 4)::bigint, (value ->> "
    "5)::bigint "
    "FROM json_array_elements($1::json) AS list (value) ON CONFLICT DO NOTHING"};

// An id may have been renamed, and a name may be another's: the id goes first.
constexpr Query kFindCategories{
    "seed.find_categories",
    "SELECT coalesce(i.id, n.id) FROM json_each($1) list LEFT JOIN categories i ON i.id = list.value ->> 0 "
    "LEFT JOIN categories n ON n.name_key = list.value ->> 2 ORDER BY list.key",
    "SELECT coalesce(i.id, n.id) FROM json_array_elements($1::json) WITH ORDINALITY AS list (value, place) "
    "LEFT JOIN categories i ON i.id = list.value ->> 0 LEFT JOIN categories n ON n.name_key = list.value ->> "
    "2 "
    "ORDER BY place"};
constexpr Query kFindSubCategories{
    "seed.find_sub_categories",
    "SELECT coalesce(i.id, n.id) FROM json_each($1) list LEFT JOIN sub_categories i ON i.id = list.value ->> "
    "0 "
    "LEFT JOIN sub_categories n ON n.name_key = list.value ->> 2 ORDER BY list.key",
    "SELECT coalesce(i.id, n.id) FROM json_array_elements($1::json) WITH ORDINALITY AS list (value, place) "
    "LEFT JOIN sub_categories i ON i.id = list.value ->> 0 "
    "LEFT JOIN sub_categories n ON n.name_key = list.value ->> 2 ORDER BY place"};

// Behind the categories that a sub category is in. No two rows are of one sub category.
constexpr Query kLinkSubCategories{
    "seed.link_sub_categories",
    "INSERT INTO sub_category_categories (sub_category_id, position, category_id) SELECT value ->> 0, "
    "(SELECT coalesce(max(position) + 1, 0) FROM sub_category_categories WHERE sub_category_id = value ->> "
    "0), "
    "value ->> 1 FROM json_each($1) WHERE NOT EXISTS (SELECT 1 FROM sub_category_categories "
    "WHERE sub_category_id = value ->> 0 AND category_id = value ->> 1) ON CONFLICT DO NOTHING",
    "INSERT INTO sub_category_categories (sub_category_id, position, category_id) SELECT value ->> 0, "
    "(SELECT coalesce(max(position) + 1, 0) FROM sub_category_categories WHERE sub_category_id = value ->> "
    "0), "
    "value ->> 1 FROM json_array_elements($1::json) AS list (value) "
    "WHERE NOT EXISTS (SELECT 1 FROM sub_category_categories "
    "WHERE sub_category_id = value ->> 0 AND category_id = value ->> 1) ON CONFLICT DO NOTHING"};

constexpr Query kFindProducts{
    "seed.find_products",
    "SELECT products.id FROM json_each($1) list JOIN products ON products.id = list.value",
    "SELECT id FROM products WHERE id IN (SELECT json_array_elements_text($1::json))"};

// The embedded engine indexes by itself: only PostgreSQL looks at a product's last column.
#define HAAT_PRODUCT_COLUMNS                                                                          \
    "id, name, image, unit, stock, price, discount, description, more_details, publish, created_at, " \
    "updated_at"
constexpr Query kInsertProducts{
    "seed.insert_products",
    "INSERT INTO products (" HAAT_PRODUCT_COLUMNS
    ") SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, "
    "value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11 FROM json_each($1) WHERE true ON "
    "CONFLICT DO NOTHING",
    "INSERT INTO products (" HAAT_PRODUCT_COLUMNS
    ", search) SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, (value ->> 4)::bigint, (value ->> "
    "5)::bigint, "
    "(value ->> 6)::bigint, value ->> 7, value ->> 8, (value ->> 9)::bigint, (value ->> 10)::bigint, "
    "(value ->> 11)::bigint, (value ->> 12)::tsvector FROM json_array_elements($1::json) AS list (value) ON "
    "CONFLICT DO NOTHING"};
constexpr Query kLinkCategories{
    "seed.link_product_categories",
    "INSERT INTO product_categories (product_id, position, category_id) "
    "SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO product_categories (product_id, position, category_id) "
    "SELECT value ->> 0, (value ->> 1)::bigint, value ->> 2 FROM "
    "json_array_elements($1::json) AS list (value) ON CONFLICT DO NOTHING"};
constexpr Query kLinkProductSubCategories{
    "seed.link_product_sub_categories",
    "INSERT INTO product_sub_categories (product_id, position, sub_category_id) "
    "SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1) WHERE true ON CONFLICT DO NOTHING",
    "INSERT INTO product_sub_categories (product_id, position, sub_category_id) "
    "SELECT value ->> 0, (value ->> 1)::bigint, value ->> 2 FROM json_array_elements($1::json) AS list "
    "(value) ON CONFLICT DO NOTHING"};

constexpr Query kCountUsers{"seed.count_users",
                            "SELECT count(*) FROM json_each($1) list WHERE EXISTS "
                            "(SELECT 1 FROM users WHERE id = list.value ->> 0) OR EXISTS "
                            "(SELECT 1 FROM users WHERE email_key = list.value ->> 3)",
                            "SELECT count(*) FROM json_array_elements($1::json) AS list (value) WHERE EXISTS "
                            "(SELECT 1 FROM users WHERE id = list.value ->> 0) OR EXISTS "
                            "(SELECT 1 FROM users WHERE email_key = list.value ->> 3)"};
constexpr Query kInsertUsers{"seed.insert_users",
                             "INSERT INTO users (id, name, email, email_key, password_hash, avatar, mobile, "
                             "verify_email, last_login_at, "
                             "status, role, created_at, updated_at) SELECT value ->> 0, value ->> 1, value "
                             "->> 2, value ->> 3, $2, '', "
                             "NULL, 1, NULL, 'Active', 'USER', value ->> 4, value ->> 4 FROM json_each($1) "
                             "WHERE true ON CONFLICT DO NOTHING",
                             "INSERT INTO users (id, name, email, email_key, password_hash, avatar, mobile, "
                             "verify_email, last_login_at, "
                             "status, role, created_at, updated_at) SELECT value ->> 0, value ->> 1, value "
                             "->> 2, value ->> 3, $2, '', "
                             "NULL, 1, NULL, 'Active', 'USER', (value ->> 4)::bigint, (value ->> 4)::bigint "
                             "FROM json_array_elements($1::json) AS list (value) ON CONFLICT DO NOTHING"};

// Writes a list of lists.
class RowList {
public:
    template <class... Columns>
    void add(const Columns&... columns) {
        text_ += text_.empty() ? "[[" : ",[";
        (add_column(columns), ...);
        text_.back() = ']';  // in place of the last comma
    }
    [[nodiscard]] std::string text() const { return text_.empty() ? "[]" : text_ + ']'; }

private:
    template <class Column>
    void add_column(const Column& column) {
        json::write(text_, column);
        text_ += ',';
    }

    std::string text_;
};

// Of HAAT_NAMED_COLUMNS.
template <class NamedDocument>
std::string named_rows(const std::vector<NamedDocument>& documents) {
    RowList rows;
    for (const NamedDocument& document : documents) {
        rows.add(document.id, document.fields.name, fold_case(document.fields.name), document.fields.image,
                 document.created_at.ms, document.updated_at.ms);
    }
    return rows.text();
}

std::vector<ObjectId> ids_of(const db::Rows& rows) {
    return db::to_vector(rows, [](const db::Row& row) { return row.id<ObjectId>(0); });
}

std::string user_rows(const std::vector<DemoUser>& users) {
    RowList rows;
    for (const DemoUser& user : users) {
        rows.add(user.id, user.name, user.email, fold_case(user.email), user.created_at.ms);
    }
    return rows.text();
}

struct ProductRows {
    RowList products;
    RowList categories;
    RowList sub_categories;

    void add(const catalog::Product& product) {
        const auto& fields = product.fields;
        products.add(product.id, fields.name, json::to_string(fields.image), fields.unit, fields.stock,
                     fields.price.minor, fields.discount.hundredths, fields.description,
                     fields.more_details.text, fields.publish ? 1 : 0, product.created_at.ms,
                     product.updated_at.ms, catalog::to_tsvector(fields.name, fields.description));
        add_links(categories, product.id, fields.category);
        add_links(sub_categories, product.id, fields.subCategory);
    }

private:
    template <class Ids>
    static void add_links(RowList& links, const ObjectId& product, const Ids& ids) {
        for (std::int64_t position = 0; const auto& id : ids) links.add(product, position++, id);
    }
};

}  // namespace

awaitable<SeedStore::Categories> SeedStore::insert_categories(
    db::Transaction& tx, const std::vector<catalog::Category>& categories) const {
    const std::string rows = named_rows(categories);
    const db::Rows inserted = co_await tx.run(kInsertCategories, rows);
    const db::Rows found = co_await tx.run(kFindCategories, rows);
    Categories result{.ids = ids_of(found), .added = inserted.affected()};
    co_return result;
}

awaitable<SeedStore::Categories> SeedStore::insert_sub_categories(
    db::Transaction& tx, const std::vector<catalog::SubCategory>& sub_categories) const {
    const std::string rows = named_rows(sub_categories);
    const db::Rows inserted = co_await tx.run(kInsertSubCategories, rows);
    const db::Rows found = co_await tx.run(kFindSubCategories, rows);
    Categories result{.ids = ids_of(found), .added = inserted.affected()};
    RowList links;
    for (std::size_t i = 0; i < sub_categories.size(); ++i) {
        for (const auto& category : sub_categories[i].fields.category) links.add(result.ids[i], category);
    }
    const std::string link_rows = links.text();
    co_await tx.run(kLinkSubCategories, link_rows);
    co_return result;
}

awaitable<std::int64_t> SeedStore::insert_products(db::Transaction& tx,
                                                   const std::vector<catalog::Product>& products) const {
    std::vector<ObjectId> ids;
    ids.reserve(products.size());
    for (const auto& product : products) ids.push_back(product.id);
    const std::string wanted = json::to_string(ids);
    const db::Rows found = co_await tx.run(kFindProducts, wanted);
    std::unordered_set<std::string_view> existing;
    for (std::size_t i = 0; i < found.size(); ++i) existing.insert(found[i].text(0));
    if (existing.size() == products.size()) co_return 0;

    ProductRows rows;
    for (const auto& product : products) {
        if (!existing.contains(product.id.text())) rows.add(product);
    }
    const std::string product_rows = rows.products.text();
    const std::string category_rows = rows.categories.text();
    const std::string sub_category_rows = rows.sub_categories.text();
    const db::Rows inserted = co_await tx.run(kInsertProducts, product_rows);
    co_await tx.run(kLinkCategories, category_rows);
    co_await tx.run(kLinkProductSubCategories, sub_category_rows);
    co_return inserted.affected();
}

awaitable<std::int64_t> SeedStore::count_users(db::Session& session,
                                               const std::vector<DemoUser>& users) const {
    const std::string rows = user_rows(users);
    const db::Rows count = co_await session.run(kCountUsers, rows);
    co_return count.front().int64(0);
}

awaitable<std::int64_t> SeedStore::insert_users(db::Transaction& tx, const std::vector<DemoUser>& users,
                                                std::string_view password_hash) const {
    const std::string rows = user_rows(users);
    const db::Rows inserted = co_await tx.run(kInsertUsers, rows, password_hash);
    co_return inserted.affected();
}

}  // namespace haat::seed
