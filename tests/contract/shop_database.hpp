// A new database on one of the engines, with what the tests of features need.
//
//     class CartTest : public contract::OnEachEngine { contract::ShopDatabase shop_{GetParam()}; };
//     INSTANTIATE_ON_EACH_ENGINE(CartTest);
//     TEST_P(CartTest, …)
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/change_category.hpp"
#include "catalog/change_product.hpp"
#include "platform/cache/topic.hpp"
#include "platform/db/database.hpp"
#include "tests/contract/postgres_database_fixture.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace haat::contract {

// "sqlite", and "postgres" where the tests have a server.
std::vector<std::string_view> engines();

class OnEachEngine : public testing::TestWithParam<std::string_view> {};

#define INSTANTIATE_ON_EACH_ENGINE(Suite)                                            \
    INSTANTIATE_TEST_SUITE_P(Engines, Suite, testing::ValuesIn(contract::engines()), \
                             [](const auto& engine) { return std::string{engine.param}; })

class ShopDatabase {
public:
    explicit ShopDatabase(std::string_view engine = "sqlite");
    ~ShopDatabase();
    ShopDatabase(const ShopDatabase&) = delete;
    ShopDatabase& operator=(const ShopDatabase&) = delete;

    db::Database& db() { return *db_; }
    // Closes the database and opens it again, as another run of the program would.
    void reopen();

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
    cache::Topic profiles_topic{4096};
    const catalog::Catalog products{};

private:
    [[nodiscard]] std::string path() const { return folder_.file("haat.db"); }
    std::unique_ptr<db::Database> open();

    const ScratchFolder folder_;
    std::unique_ptr<FreshPostgres> postgres_;
    std::atomic<std::int64_t> statements_ = 0;
    std::unique_ptr<db::Database> db_;
};

}  // namespace haat::contract
