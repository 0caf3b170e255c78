// Products and what they are filed under, on a real database: of one moment, and read no more often than
// needed.
#include "catalog/kept_taxonomy.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "catalog/browse_products.hpp"
#include "catalog/changed_key.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/shop_database.hpp"

namespace haat::catalog {
namespace {

constexpr db::Query kManyCategories{
    "test.insert_categories",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= 10000) "
    "INSERT INTO categories (id, name, name_key, image, created_at, updated_at) "
    "SELECT substr('000000000000000000000000' || i, length('' || i) + 1), 'Many ' || i, 'many ' || i, 'x', "
    "0, 0 "
    "FROM n"};

awaitable<Result<bool>> insert_many(db::Transaction& tx, cache::Topic& topic) {
    co_await tx.run(kManyCategories);
    tx.touch(topic, changed_key(CategoryId::make()));
    co_return true;
}

class KeptTaxonomyTest : public contract::OnEachEngine {
protected:
    KeptTaxonomyTest() { topic_.keep_journal(); }

    ProductId add() {
        const CreateProductInput input{.name = "Apple",
                                       .image = {"https://example.com/1.jpg"},
                                       .category = {{category_.id.str()}},
                                       .subCategory = {{sub_category_.id.str()}},
                                       .price = {1'00}};
        return ProductId{run_sync(change_.create(input))->id};
    }
    PopulatedProduct find(ProductId id) { return *run_sync(browse_.find(id)); }
    std::string category_of(ProductId id) { return find(id).fields.category.at(0).fields.name; }
    void rename(const std::string& name) {
        const UpdateCategoryInput in{.name = name};
        ASSERT_TRUE(run_sync(change_category_.update(CategoryId{category_.id}, in)));
    }
    template <class Act>
    std::int64_t statements_of(Act act) {
        const auto before = shop_.statements();
        act();
        return shop_.statements() - before;
    }

    contract::ShopDatabase shop_{GetParam()};
    cache::Lease lease_;
    cache::Topic topic_{"catalog", 1, lease_};
    const Category category_ = shop_.add_category("Food");
    const SubCategory sub_category_ = shop_.add_sub_category("Fruit", category_.id);
    ChangeProduct change_{shop_.db(), topic_};
    ChangeCategory change_category_{shop_.db(), topic_};
    ChangeSubCategory change_sub_category_{shop_.db(), topic_};
    ProductIndex index_{shop_.db(), topic_, {}};  // without memory: the database answers
    BrowseProducts browse_{shop_.db(), topic_, index_};
};

INSTANTIATE_ON_EACH_ENGINE(KeptTaxonomyTest);

TEST_P(KeptTaxonomyTest, AProductHasItsDocumentsByOneStatement) {
    const auto id = add();
    const auto product = find(id);
    EXPECT_EQ(product.fields.category.at(0).fields.name, "Food");
    EXPECT_EQ(product.fields.subCategory.at(0).fields.name, "Fruit");
    EXPECT_EQ(product.fields.subCategory.at(0).fields.category, std::vector{CategoryId{category_.id}});
    EXPECT_EQ(statements_of([&] { find(id); }), 1);
    const UpdateProductInput in{.name = "Pear"};
    ASSERT_TRUE(run_sync(change_.update(id, in)));
    EXPECT_EQ(statements_of([&] { find(id); }), 1) << "a change of a product is none of the taxonomy";
    EXPECT_EQ(find(id).fields.name, "Pear");
    EXPECT_FALSE(run_sync(browse_.find(ProductId::make())));
}

TEST_P(KeptTaxonomyTest, WhoeverHasChangedACategoryFindsItSo) {
    const auto id = add();
    for (int i = 0; i < 5; ++i) {
        const std::string name = "Food " + std::to_string(i);
        rename(name);
        EXPECT_EQ(category_of(id), name);
    }
    ASSERT_TRUE(run_sync(change_sub_category_.remove(SubCategoryId{sub_category_.id})));
    EXPECT_TRUE(find(id).fields.subCategory.empty());
    ASSERT_TRUE(run_sync(change_category_.remove(CategoryId{category_.id})));
    EXPECT_TRUE(find(id).fields.category.empty());
}

TEST_P(KeptTaxonomyTest, WithoutALeaseItIsReadEachTime) {
    const auto id = add();
    EXPECT_EQ(category_of(id), "Food");
    lease_.end();
    rename("Drinks");
    EXPECT_EQ(category_of(id), "Drinks");
    EXPECT_EQ(statements_of([&] { find(id); }), 4);
    lease_.extend_to(steady_ms() + 60 * kSecondMs);
    EXPECT_EQ(category_of(id), "Drinks");
    EXPECT_EQ(statements_of([&] { find(id); }), 1);
}

TEST_P(KeptTaxonomyTest, TooMuchOfItIsNotKept) {
    const auto id = add();
    const auto insert = [&](db::Transaction& tx) { return insert_many(tx, topic_); };
    ASSERT_TRUE(run_sync(shop_.db().transact(insert)));
    EXPECT_EQ(category_of(id), "Food");
    EXPECT_EQ(statements_of([&] { find(id); }), 4);
}

TEST_P(KeptTaxonomyTest, WhileItIsReadNobodyElseWaitsForIt) {
    if (shop_.db().is_shared()) GTEST_SKIP() << "a scan on PostgreSQL has no thread that could be held up";
    const auto id = add();
    std::latch end{1};
    std::atomic<int> scanning = 0;
    const auto scan = [&](db::Session&) -> awaitable<bool> {
        ++scanning;
        end.wait();
        co_return true;
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) threads.emplace_back([&] { run_sync(shop_.db().scan(scan)); });
    while (scanning < 2) std::this_thread::yield();
    rename("Drinks");
    threads.emplace_back([&] { EXPECT_EQ(category_of(id), "Drinks"); });
    std::this_thread::sleep_for(std::chrono::milliseconds{300});
    auto another = std::async(std::launch::async, [&] { return category_of(id); });
    EXPECT_EQ(another.wait_for(std::chrono::seconds{10}), std::future_status::ready);
    end.count_down();
    EXPECT_EQ(another.get(), "Drinks");
}

// A category is renamed before each change of the product, so whoever sees the change sees the new name.
TEST_P(KeptTaxonomyTest, NoAnswerMixesTwoMoments) {
    const auto id = add();
    constexpr int kChanges = 60;
    std::atomic<bool> done = false;
    std::atomic<int> mixed = 0;
    std::jthread reader{[&] {
        while (!done) {
            const auto product = find(id);
            const auto name = product.fields.category.at(0).fields.name;
            const std::int64_t renamed = name == "Food" ? 0 : std::stoi(name);
            if (product.fields.stock > renamed) ++mixed;
        }
    }};
    for (int i = 1; i <= kChanges; ++i) {
        rename(std::to_string(i));
        const UpdateProductInput in{.stock = i};
        EXPECT_TRUE(run_sync(change_.update(id, in)));
    }
    done = true;
    reader.join();
    EXPECT_EQ(mixed, 0);
}

}  // namespace
}  // namespace haat::catalog
