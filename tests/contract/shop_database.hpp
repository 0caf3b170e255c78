// A new database of the embedded engine in a folder of its own, with what the tests of features need.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "catalog/catalog.hpp"
#include "catalog/change_category.hpp"
#include "catalog/change_product.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"

namespace haat::contract {

class ShopDatabase {
public:
    ShopDatabase();
    ~ShopDatabase();
    ShopDatabase(const ShopDatabase&) = delete;
    ShopDatabase& operator=(const ShopDatabase&) = delete;

    db::Database& db() { return *db_; }

    UserId add_user();
    void delete_user(UserId id);
    catalog::Category add_category(const std::string& name);
    catalog::SubCategory add_sub_category(const std::string& name, const ObjectId& category);
    catalog::Product add_product(const catalog::CreateProductInput& input);
    // One of 45 that costs 899.99, less 15 %.
    catalog::Product add_product();
    void update_product(const ObjectId& id, const catalog::UpdateProductInput& input);
    void delete_product(const ObjectId& id);

    // The first column of the one row that the statement gives.
    std::int64_t number(const std::string& sql);

    // How many statements have run, beside those that begin and end transactions.
    [[nodiscard]] std::int64_t statements() const { return statements_; }

    cache::Topic catalog_topic;
    cache::Topic carts_topic{4096};
    cache::Topic users_topic{4096};
    const catalog::Catalog products{};

private:
    [[nodiscard]] std::string path() const { return (folder_ / "haat.db").string(); }

    std::filesystem::path folder_;
    std::atomic<std::int64_t> statements_ = 0;
    std::unique_ptr<db::Database> db_;
};

}  // namespace haat::contract
