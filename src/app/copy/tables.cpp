#include "app/copy/tables.hpp"

#include <array>

#include "catalog/postgres_search.hpp"

namespace haat::copy {
namespace {

using db::Query;
using enum ColumnType;

struct Queries {
    Query read_first;
    Query read_next;
    Query last_key;
    Query count;
    Query insert;
};

// Of a table whose key is one column.
#define HAAT_BY_ONE(table, key, columns, values)                                                             \
    {.read_first = {"copy.read_first_" table,                                                                \
                    "SELECT " columns " FROM " table " ORDER BY " key " LIMIT $1"},                          \
     .read_next = {"copy.read_next_" table,                                                                  \
                   "SELECT " columns " FROM " table " WHERE " key " > $1 ORDER BY " key " LIMIT $2"},        \
     .last_key = {"copy.last_key_of_" table, "SELECT " key " FROM " table " ORDER BY " key " DESC LIMIT 1"}, \
     .count = {"copy.count_" table, "SELECT count(*) FROM " table},                                          \
     .insert = {"copy.insert_" table, "INSERT INTO " table " (" columns ") VALUES (" values ")"}}

// Of a table that says where in a list something stands: its key is the list's owner and the position.
#define HAAT_BY_POSITION(table, owner, element)                                                          \
    {.read_first = {"copy.read_first_" table, "SELECT " owner ", position, " element " FROM " table      \
                                              " ORDER BY " owner ", position LIMIT $1"},                 \
     .read_next = {"copy.read_next_" table,                                                              \
                   "SELECT " owner ", position, " element " FROM " table " WHERE (" owner                \
                   ", position) > ($1, $2) ORDER BY " owner ", position LIMIT $3"},                      \
     .last_key = {"copy.last_key_of_" table, "SELECT " owner ", position FROM " table " ORDER BY " owner \
                                             " DESC, position DESC LIMIT 1"},                            \
     .count = {"copy.count_" table, "SELECT count(*) FROM " table},                                      \
     .insert = {"copy.insert_" table,                                                                    \
                "INSERT INTO " table " (" owner ", position, " element ") VALUES ($1, $2, $3)"}}

constexpr std::array kUsersColumns{text,  text,  text, text, text,  text, int64,
                                   int64, int64, text, text, int64, int64};
constexpr Queries kUsers = HAAT_BY_ONE("users", "id",
                                       "id, name, email, email_key, password_hash, avatar, mobile, "
                                       "verify_email, last_login_at, status, role, created_at, updated_at",
                                       "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13");

constexpr std::array kSessionsColumns{text, text, int64, int64, int64, text, text, int64, int64};
constexpr Queries kSessions = HAAT_BY_ONE(
    "sessions", "id",
    "id, user_id, created_at, last_used_at, expires_at, address, user_agent, generation, rotated_at",
    "$1, $2, $3, $4, $5, $6, $7, $8, $9");

constexpr std::array kEmailVerificationsColumns{text, text, text, int64};
constexpr Queries kEmailVerifications = HAAT_BY_ONE(
    "email_verifications", "code_hash", "code_hash, user_id, email_key, expires_at", "$1, $2, $3, $4");

constexpr std::array kPasswordResetsColumns{text, text, int64, text, int64};
constexpr Queries kPasswordResets =
    HAAT_BY_ONE("password_resets", "user_id", "user_id, otp_hash, otp_tries, token_hash, expires_at",
                "$1, $2, $3, $4, $5");

constexpr std::array kOtpRequestsColumns{text, text, int64};
constexpr Queries kOtpRequests =
    HAAT_BY_ONE("otp_requests", "id", "id, email_key, requested_at", "$1, $2, $3");

constexpr std::array kAddressesColumns{text, text, text, text, text, text, text, int64, int64, int64, int64};
constexpr Queries kAddresses = HAAT_BY_ONE(
    "addresses", "id",
    "id, user_id, address_line, city, state, pincode, country, mobile, is_default, created_at, updated_at",
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11");

constexpr std::array kCategoriesColumns{text, text, text, text, int64, int64};
constexpr Queries kCategories = HAAT_BY_ONE(
    "categories", "id", "id, name, name_key, image, created_at, updated_at", "$1, $2, $3, $4, $5, $6");

constexpr std::array kSubCategoriesColumns{text, text, text, text, int64, int64};
constexpr Queries kSubCategories = HAAT_BY_ONE(
    "sub_categories", "id", "id, name, name_key, image, created_at, updated_at", "$1, $2, $3, $4, $5, $6");

constexpr Queries kSubCategoryCategories =
    HAAT_BY_POSITION("sub_category_categories", "sub_category_id", "category_id");

constexpr std::array kProductsColumns{text,  text, text, text,  int64, int64,
                                      int64, text, text, int64, int64, int64};
#define HAAT_PRODUCT_COLUMNS                                                                          \
    "id, name, image, unit, stock, price, discount, description, more_details, publish, created_at, " \
    "updated_at"
#define HAAT_PRODUCT_VALUES "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12"
// The embedded engine indexes by itself; PostgreSQL is given the words (catalog/postgres_search.hpp).
constexpr Queries kProducts{
    .read_first = {"copy.read_first_products",
                   "SELECT " HAAT_PRODUCT_COLUMNS " FROM products ORDER BY id LIMIT $1"},
    .read_next = {"copy.read_next_products",
                  "SELECT " HAAT_PRODUCT_COLUMNS " FROM products WHERE id > $1 ORDER BY id LIMIT $2"},
    .last_key = {"copy.last_key_of_products", "SELECT id FROM products ORDER BY id DESC LIMIT 1"},
    .count = {"copy.count_products", "SELECT count(*) FROM products"},
    .insert = {"copy.insert_products",
               "INSERT INTO products (" HAAT_PRODUCT_COLUMNS ") VALUES (" HAAT_PRODUCT_VALUES ")",
               "INSERT INTO products (" HAAT_PRODUCT_COLUMNS ", search) VALUES (" HAAT_PRODUCT_VALUES
               ", $13::tsvector)"}};

std::string search_of(const db::Row& row) {
    constexpr std::size_t kName = 1, kDescription = 7;
    return catalog::to_tsvector(row.text(kName), row.text(kDescription));
}

constexpr Queries kProductCategories = HAAT_BY_POSITION("product_categories", "product_id", "category_id");

constexpr Queries kProductSubCategories =
    HAAT_BY_POSITION("product_sub_categories", "product_id", "sub_category_id");

constexpr std::array kCartItemsColumns{text, text, text, int64, int64, int64};
constexpr Queries kCartItems =
    HAAT_BY_ONE("cart_items", "id", "id, user_id, product_id, quantity, created_at, updated_at",
                "$1, $2, $3, $4, $5, $6");

constexpr std::array kOutboxEventsColumns{text, text, text, int64, int64, int64, int64, int64, int64, text};
constexpr Queries kOutboxEvents = HAAT_BY_ONE(
    "outbox_events", "id",
    "id, kind, payload, state, attempts, next_at, lease_until, created_at, settled_at, last_error",
    "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10");

constexpr std::array kListColumns{text, int64, text};

constexpr Table table_of(std::string_view name, std::span<const ColumnType> columns, const Queries& queries,
                         std::size_t key_columns = 1, std::string (*derived)(const db::Row& row) = nullptr) {
    return {.name = name,
            .columns = columns,
            .key_columns = key_columns,
            .read_first = queries.read_first,
            .read_next = queries.read_next,
            .last_key = queries.last_key,
            .count = queries.count,
            .insert = queries.insert,
            .derived = derived};
}

}  // namespace

std::span<const Table> shop_tables() {
    static constexpr std::array kTables{
        table_of("users", kUsersColumns, kUsers),
        table_of("sessions", kSessionsColumns, kSessions),
        table_of("email_verifications", kEmailVerificationsColumns, kEmailVerifications),
        table_of("password_resets", kPasswordResetsColumns, kPasswordResets),
        table_of("otp_requests", kOtpRequestsColumns, kOtpRequests),
        table_of("addresses", kAddressesColumns, kAddresses),
        table_of("categories", kCategoriesColumns, kCategories),
        table_of("sub_categories", kSubCategoriesColumns, kSubCategories),
        table_of("sub_category_categories", kListColumns, kSubCategoryCategories, 2),
        table_of("products", kProductsColumns, kProducts, 1, search_of),
        table_of("product_categories", kListColumns, kProductCategories, 2),
        table_of("product_sub_categories", kListColumns, kProductSubCategories, 2),
        table_of("cart_items", kCartItemsColumns, kCartItems),
        table_of("outbox_events", kOutboxEventsColumns, kOutboxEvents)};
    return kTables;
}

std::span<const std::string_view> other_tables() {
    static constexpr std::array<std::string_view, 6> kOthers{"schema_migrations", "copies", "change_position",
                                                             "changes",           "nodes",  "image_folder"};
    return kOthers;
}

}  // namespace haat::copy
