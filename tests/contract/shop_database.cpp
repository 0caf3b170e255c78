#include "tests/contract/shop_database.hpp"

#include <sqlite3.h>
#include <stdexcept>

#include "platform/db/migrate.hpp"
#include "platform/db/postgres/postgres_database.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"
#include "platform/run_sync.hpp"

namespace haat::contract {
namespace {

constexpr db::Query kInsertUser{
    "test.insert_user",
    "INSERT INTO users (id, name, email, email_key, password_hash, created_at, updated_at) "
    "VALUES ($1, 'Asha', $1 || '@example.com', $1 || '@example.com', 'none', 0, 0)"};
constexpr db::Query kDeleteUser{"test.delete_user", "DELETE FROM users WHERE id = $1"};

awaitable<Result<bool>> run_with_id(db::Transaction& tx, const db::Query& query, const ObjectId& id) {
    co_await tx.run(query, id);
    co_return true;
}

void change_user(db::Database& db, const db::Query& query, const ObjectId& id) {
    auto body = [&](db::Transaction& tx) { return run_with_id(tx, query, id); };
    static_cast<void>(run_sync(db.transact(body)));
}

db::PostgresOptions options_of(const FreshPostgres& database) {
    db::PostgresOptions options;
    options.url = crypto::Secret{database.url()};
    options.connections = db::PostgresOptions::min_connections(1);
    return options;
}

// A database with the program's tables, which others are copied from: migrating each would take longer.
const FreshPostgres& migrated() {
    static const FreshPostgres database;
    static const auto report = db::migrate_postgres(options_of(database), db::embedded_migrations());
    HAAT_ASSERT(report.version > 0);
    return database;
}

}  // namespace

std::vector<std::string_view> engines() {
    std::vector<std::string_view> all{"sqlite"};
    if (FreshPostgres::is_available()) all.emplace_back("postgres");
    return all;
}

ShopDatabase::ShopDatabase(std::string_view engine) {
    if (engine == "postgres") {
        postgres_.reset(new FreshPostgres(FreshPostgres::copy_of(migrated().name())));
    } else {
        db::migrate_sqlite(path(), db::embedded_migrations());
    }
    db_ = open();
}

ShopDatabase::~ShopDatabase() = default;

std::unique_ptr<db::Database> ShopDatabase::open() {
    const auto count = [this](const db::Query&, std::int64_t) { ++statements_; };
    if (!postgres_) return db::open_sqlite({.path = path(), .observe = count});
    db::PostgresOptions options = options_of(*postgres_);
    options.observe = count;
    return db::open_postgres(options);
}

void ShopDatabase::reopen() {
    db_.reset();
    db_ = open();
}

UserId ShopDatabase::add_user() {
    const UserId id = UserId::make();
    change_user(*db_, kInsertUser, id);
    return id;
}

void ShopDatabase::delete_user(UserId id) { change_user(*db_, kDeleteUser, id); }

catalog::Category ShopDatabase::add_category(const std::string& name) {
    catalog::ChangeCategory change{*db_, catalog_topic};
    const catalog::CreateCategoryInput input{.name = name, .image = "https://example.com/c.jpg"};
    return run_sync(change.create(input)).value();
}

catalog::SubCategory ShopDatabase::add_sub_category(const std::string& name, const ObjectId& category) {
    catalog::ChangeSubCategory change{*db_, catalog_topic};
    const catalog::CreateSubCategoryInput input{
        .name = name, .image = "https://example.com/s.jpg", .category = {{category.str()}}};
    return run_sync(change.create(input)).value();
}

catalog::Product ShopDatabase::add_product(const catalog::CreateProductInput& input) {
    catalog::ChangeProduct change{*db_, catalog_topic};
    return run_sync(change.create(input)).value();
}

catalog::Product ShopDatabase::add_product() {
    const catalog::CreateProductInput input{.name = "Phone",
                                            .image = {"https://example.com/1.jpg"},
                                            .stock = 45,
                                            .price = {899'99},
                                            .discount = Percent{15'00}};
    return add_product(input);
}

void ShopDatabase::update_product(const ObjectId& id, const catalog::UpdateProductInput& input) {
    catalog::ChangeProduct change{*db_, catalog_topic};
    run_sync(change.update(ProductId{id}, input)).value();
}

void ShopDatabase::delete_product(const ObjectId& id) {
    catalog::ChangeProduct change{*db_, catalog_topic};
    run_sync(change.remove(ProductId{id})).value();
}

std::int64_t ShopDatabase::number(const std::string& sql) {
    if (postgres_) return postgres_->number(sql);
    sqlite3* handle = nullptr;
    sqlite3_stmt* statement = nullptr;
    std::int64_t number = -1;
    if (sqlite3_open(path().c_str(), &handle) == SQLITE_OK &&
        sqlite3_prepare_v2(handle, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
        number = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    sqlite3_close(handle);
    if (number < 0) throw std::runtime_error{"no number: " + sql};
    return number;
}

}  // namespace haat::contract
