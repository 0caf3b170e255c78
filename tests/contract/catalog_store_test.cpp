// The catalogue on a real database: what a search finds and in which order, and what deleting takes along.
#include <gtest/gtest.h>

#include "catalog/search_query.hpp"
#include "catalog/taxonomy_store.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/shop_database.hpp"

namespace haat::catalog {
namespace {

using Names = std::vector<std::string>;

class CatalogStoreTest : public contract::OnEachEngine {
protected:
    Product add(const std::string& name, const std::string& description = "", bool publish = true) {
        const CreateProductInput input{.name = name,
                                       .image = {"https://example.com/1.jpg"},
                                       .category = {{category_.id.str()}},
                                       .subCategory = {{sub_category_.id.str()}},
                                       .price = {1'00},
                                       .description = description,
                                       .publish = publish};
        return shop_.add_product(input);
    }
    PageOf<ScoredProduct> search(std::string_view text, Page page = {}) {
        const SearchExpression expression = search_expression(parse_search(text), shop_.db().engine());
        auto body = [&](db::Session& session) { return products_.search(session, expression, page); };
        return run_sync(shop_.db().scan(body));
    }
    Names found(std::string_view text, Page page = {}) {
        Names names;
        for (const auto& item : search(text, page).items) names.push_back(item.product.fields.name);
        return names;
    }
    PageOf<Product> list(Page page = {}) {
        auto body = [&](db::Session& session) { return products_.list(session, page); };
        return run_sync(shop_.db().scan(body));
    }
    std::optional<PopulatedProduct> find(const ObjectId& id) {
        const std::vector<ProductId> ids{ProductId{id}};
        auto products = find_all(ids);
        if (products.empty()) return std::nullopt;
        auto body = [&](db::Session& session) { return taxonomies_.of(session, products); };
        return run_sync(shop_.db().read(body)).populate(products.front());
    }
    std::vector<Product> find_all(const std::vector<ProductId>& ids) {
        auto body = [&](db::Session& session) { return products_.find_all(session, ids); };
        return run_sync(shop_.db().read(body));
    }
    std::vector<PopulatedSubCategory> sub_categories() {
        auto body = [&](db::Session& session) { return sub_categories_.list(session); };
        return run_sync(shop_.db().read(body));
    }
    template <class Act>
    std::int64_t statements_of(Act act) {
        const auto before = shop_.statements();
        act();
        return shop_.statements() - before;
    }

    contract::ShopDatabase shop_{GetParam()};
    ProductStore products_;
    TaxonomyStore taxonomies_;
    SubCategoryStore sub_categories_;
    ChangeCategory change_category_{shop_.db(), shop_.catalog_topic};
    ChangeSubCategory change_sub_category_{shop_.db(), shop_.catalog_topic};
    const Category category_ = shop_.add_category("Food");
    const SubCategory sub_category_ = shop_.add_sub_category("Fruit", category_.id);
};

INSTANTIATE_ON_EACH_ENGINE(CatalogStoreTest);

TEST_P(CatalogStoreTest, AWordInTheNameWeighsTwice) {
    add("Basket of apple", "fruit fruit");
    add("Basket of fruit", "apple apple");
    add("Basket of pears", "apple fruit");
    const auto result = search("apple");
    ASSERT_EQ(result.items.size(), 3U);
    if (GetParam() == "sqlite") {  // PostgreSQL counts what is repeated for less
        EXPECT_EQ(result.items[0].score, result.items[1].score)
            << "once in the name is twice in the description";
    }
    EXPECT_EQ(result.items[2].product.fields.name, "Basket of pears");
    EXPECT_GT(result.items[1].score, result.items[2].score);
    EXPECT_GT(result.items[2].score, 0);
}

TEST_P(CatalogStoreTest, EqualScoresStandNewestFirst) {
    for (int i = 0; i < 3; ++i) {
        set_clock_offset_ms(i * kSecondMs);
        add("Apple");
    }
    set_clock_offset_ms(0);
    const auto result = search("apple");
    ASSERT_EQ(result.items.size(), 3U);
    EXPECT_GT(result.items[0].product.created_at, result.items[1].product.created_at);
    EXPECT_GT(result.items[1].product.created_at, result.items[2].product.created_at);
    EXPECT_EQ(result.items[0].score, result.items[2].score);
}

TEST_P(CatalogStoreTest, WordsAreFoundByTheirStemWithoutCaseOrDiacritics) {
    add("Crème Brûlée");
    add("Running shoes");
    EXPECT_EQ(found("creme"), Names{"Crème Brûlée"});
    EXPECT_EQ(found("BRÛLÉE"), Names{"Crème Brûlée"});
    EXPECT_EQ(found("runs"), Names{"Running shoes"});
    EXPECT_EQ(found("shoe"), Names{"Running shoes"});
    EXPECT_EQ(found("run shoe"), Names{"Running shoes"});
    EXPECT_EQ(found("sho"), Names{}) << "no prefixes";
}

TEST_P(CatalogStoreTest, PhrasesAndExclusionsDecide) {
    add("Red apple pie");
    add("Apple red");
    add("Green apple");
    EXPECT_EQ(found(R"("red apple")"), Names{"Red apple pie"});
    EXPECT_EQ(found(R"("red apple" green)"), Names{"Red apple pie"});
    EXPECT_EQ(found("apple -red"), Names{"Green apple"});
    EXPECT_EQ(found(R"(apple -"apple red" -pie)"), Names{"Green apple"});
    EXPECT_EQ(search("red green").total, 3);
}

TEST_P(CatalogStoreTest, WhateverIsTypedIsAQueryAndNoFault) {
    add("Apple");
    for (const auto* text :
         {"apple OR", "name:apple", "apple*", "^apple", "apple AND NOT", "(apple", "apple)", "\"apple",
          "apple\"\"", "NEAR(apple)", "apple'; DROP TABLE products; --", "apple -🛒", "apple 🛒", "apple {}",
          "apple \xEF\xBF\xBD"}) {
        EXPECT_EQ(found(text), Names{"Apple"}) << text;
    }
    EXPECT_EQ(found("🛒"), Names{});
    EXPECT_EQ(found(R"("🛒")"), Names{});
}

TEST_P(CatalogStoreTest, OnlyPublishedOnesAreFoundOrListed) {
    const auto hidden = add("Apple hidden", "", false);
    add("Apple");
    EXPECT_EQ(found("apple"), Names{"Apple"});
    EXPECT_EQ(search("apple").total, 1);
    EXPECT_EQ(list().total, 1);
    EXPECT_EQ(list().items.size(), 1U);
    EXPECT_TRUE(find(hidden.id)) << "by its id it is there";
}

TEST_P(CatalogStoreTest, TheIndexFollowsEveryChange) {
    const auto product = add("Apple", "sweet");
    shop_.update_product(product.id, {.name = "Pear"});
    EXPECT_EQ(found("apple"), Names{});
    EXPECT_EQ(found("pear"), Names{"Pear"});
    EXPECT_EQ(found("sweet"), Names{"Pear"});
    shop_.update_product(product.id, {.description = "sour"});
    EXPECT_EQ(found("sweet"), Names{});
    shop_.delete_product(product.id);
    EXPECT_EQ(found("pear"), Names{});
}

TEST_P(CatalogStoreTest, PagesFollowEachOther) {
    for (int i = 0; i < 5; ++i) {
        set_clock_offset_ms(i * kSecondMs);
        add("Apple " + std::to_string(i));
    }
    set_clock_offset_ms(0);
    EXPECT_EQ(found("apple", {.page = 1, .limit = 2}), (Names{"Apple 4", "Apple 3"}));
    EXPECT_EQ(found("apple", {.page = 3, .limit = 2}), Names{"Apple 0"});
    EXPECT_EQ(found("apple", {.page = INT64_MAX, .limit = 100}), Names{});
    EXPECT_EQ(search("apple", {.page = 9, .limit = 2}).total, 5);
    EXPECT_EQ(list({.page = 2, .limit = 2}).items[0].fields.name, "Apple 2");
}

TEST_P(CatalogStoreTest, ADeletedCategoryDisappearsEverywhere) {
    const auto other = shop_.add_category("Drinks");
    const auto product = add("Apple");
    const UpdateSubCategoryInput both{.category = {{{category_.id.str(), other.id.str()}}}};
    ASSERT_TRUE(run_sync(change_sub_category_.update(SubCategoryId{sub_category_.id}, both)));
    shop_.update_product(product.id, {.category = {{{category_.id.str(), other.id.str()}}}});
    ASSERT_EQ(find(product.id)->fields.category.size(), 2U);

    ASSERT_TRUE(run_sync(change_category_.remove(CategoryId{category_.id})));
    const auto populated = *find(product.id);
    ASSERT_EQ(populated.fields.category.size(), 1U);
    EXPECT_EQ(populated.fields.category[0].fields.name, "Drinks");
    ASSERT_EQ(populated.fields.subCategory.size(), 1U);
    EXPECT_EQ(populated.fields.subCategory[0].fields.category, std::vector{CategoryId{other.id}});
    EXPECT_EQ(find_all({ProductId{product.id}})[0].fields.category, std::vector{CategoryId{other.id}});
    ASSERT_EQ(sub_categories().size(), 1U);
    EXPECT_EQ(sub_categories()[0].fields.category.size(), 1U);
    for (const auto* table : {"product_categories", "sub_category_categories"}) {
        EXPECT_EQ(shop_.number("SELECT count(*) FROM " + std::string{table} + " WHERE category_id = '" +
                               category_.id.str() + "'"),
                  0);
    }
}

TEST_P(CatalogStoreTest, ADeletedSubCategoryDisappearsFromProducts) {
    const auto product = add("Apple");
    ASSERT_TRUE(run_sync(change_sub_category_.remove(SubCategoryId{sub_category_.id})));
    EXPECT_TRUE(find(product.id)->fields.subCategory.empty());
    EXPECT_TRUE(sub_categories().empty());
    EXPECT_EQ(run_sync(change_sub_category_.remove(SubCategoryId{sub_category_.id})).error().code,
              ErrorCode::sub_category_not_found);
}

TEST_P(CatalogStoreTest, NamesOfCategoriesAreUniqueWithoutRegardToCase) {
    const CreateCategoryInput same{.name = "FOOD", .image = "https://example.com/c.jpg"};
    EXPECT_EQ(run_sync(change_category_.create(same)).error().code, ErrorCode::category_exists);
    const auto other = shop_.add_category("Äpfel");
    const UpdateCategoryInput rename{.name = "fOOD"};
    EXPECT_EQ(run_sync(change_category_.update(CategoryId{other.id}, rename)).error().code,
              ErrorCode::category_exists);
    const UpdateCategoryInput own{.name = "äPFEL"};
    EXPECT_EQ(run_sync(change_category_.update(CategoryId{other.id}, own))->fields.name, "äPFEL")
        << "but its own";
    EXPECT_EQ(shop_.number("SELECT count(*) FROM categories"), 2);
}

TEST_P(CatalogStoreTest, AProductIsReadBackAsItWasMade) {
    CreateProductInput input{.name = "Ap\"ple é",
                             .image = {"a", "b"},
                             .category = {{category_.id.str(), category_.id.str()}},
                             .subCategory = {{sub_category_.id.str()}},
                             .unit = "kg",
                             .stock = 3,
                             .price = {999'99},
                             .discount = Percent{12'50},
                             .description = "d",
                             .more_details = json::RawObject{R"({"b":1,"a":[2]})"},
                             .publish = false};
    const auto made = shop_.add_product(input);
    const auto read = find_all({ProductId{made.id}, ProductId::make()});
    ASSERT_EQ(read.size(), 1U) << "unknown ones are left out";
    EXPECT_EQ(json::to_string(read[0]), json::to_string(made));
    EXPECT_EQ(find(made.id)->fields.category.size(), 2U) << "twice if it was named twice";
}

TEST_P(CatalogStoreTest, TheNumberOfStatementsDoesNotGrowWithTheProducts) {
    std::vector<ProductId> ids;
    for (int i = 0; i < 20; ++i) ids.emplace_back(add("Apple").id);
    EXPECT_EQ(statements_of([&] { list({.page = 1, .limit = 20}); }), 2);
    EXPECT_EQ(statements_of([&] { search("apple", {.page = 1, .limit = 20}); }), 2);
    EXPECT_EQ(statements_of([&] { find(ids[0]); }), 4);
    EXPECT_EQ(statements_of([&] { find_all(ids); }), 1);
    EXPECT_EQ(statements_of([&] { sub_categories(); }), 2);
}

TEST_P(CatalogStoreTest, ChangesMoveTheTopicOfTheCatalogueAndRefusalsDoNot) {
    auto seen = shop_.catalog_topic.version();
    const auto moved = [&] { return std::exchange(seen, shop_.catalog_topic.version()) != seen; };
    const auto product = add("Apple");
    EXPECT_TRUE(moved());
    shop_.update_product(product.id, {.name = "Pear"});
    EXPECT_TRUE(moved());
    shop_.delete_product(product.id);
    EXPECT_TRUE(moved());
    const CreateCategoryInput same{.name = "food", .image = "https://example.com/c.jpg"};
    EXPECT_FALSE(run_sync(change_category_.create(same)));
    EXPECT_FALSE(run_sync(change_category_.remove(CategoryId::make())));
    EXPECT_FALSE(moved());
}

}  // namespace
}  // namespace haat::catalog
