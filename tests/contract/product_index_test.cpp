// The index of products in memory, on a real database: it says what the database would, after every change.
#include "catalog/product_index.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <thread>

#include "catalog/browse_products.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/shop_database.hpp"

namespace haat::catalog {
namespace {

using namespace std::chrono_literals;

using Names = std::vector<std::string>;

constexpr std::size_t kEnough = std::size_t{64} * 1024 * 1024;

class ProductIndexTest : public contract::OnEachEngine {
protected:
    ProductIndexTest() { topic_.keep_journal(); }

    static CreateProductInput input(const Category& category, const SubCategory& sub_category,
                                    const std::string& name, const std::string& description) {
        return {.name = name,
                .image = {"https://example.com/1.jpg"},
                .category = {{category.id.str()}},
                .subCategory = {{sub_category.id.str()}},
                .price = {1'00},
                .description = description};
    }
    ProductId add(const std::string& name, const std::string& description = "") {
        const auto product = run_sync(change_.create(input(category_, sub_category_, name, description)));
        HAAT_ASSERT(product.has_value());
        return ProductId{product->id};
    }
    void update(ProductId id, const UpdateProductInput& in) {
        HAAT_ASSERT(run_sync(change_.update(id, in)).has_value());
    }
    void remove(ProductId id) { HAAT_ASSERT(run_sync(change_.remove(id)).has_value()); }

    ProductIndex& index(std::size_t max_bytes = kEnough) {
        if (!index_) {
            const auto keep = [this](std::string_view line) {
                const std::lock_guard lock{mutex_};
                lines_.emplace_back(line);
            };
            index_ = std::make_unique<ProductIndex>(shop_.db(), topic_,
                                                    ProductIndexOptions{.max_bytes = max_bytes, .log = keep});
            browse_ = std::make_unique<BrowseProducts>(shop_.db(), topic_, *index_);
        }
        return *index_;
    }
    template <class Condition>
    static bool soon(Condition holds) {
        for (int i = 0; i < 3'000 && !holds(); ++i) std::this_thread::sleep_for(10ms);
        return holds();
    }
    void make_index() {
        ASSERT_TRUE(soon([this] { return index().is_ready(); }));
    }

    template <class Item>
    static Names names(const PageOf<Item>& page) {
        Names all;
        for (const auto& item : page.items) {
            if constexpr (requires { item.document; }) {
                all.push_back(item.document.fields.name);
            } else {
                all.push_back(item.fields.name);
            }
        }
        return all;
    }
    PageOf<PopulatedProduct> list(std::string_view search = {}, Page page = {}) {
        return run_sync(browse_->list(search, page));
    }
    PageOf<FoundProduct> search(std::string_view text, Page page = {}) {
        return run_sync(browse_->search(text, page));
    }
    // As the database says by itself.
    PageOf<Product> list_of_database(std::string_view search, Page page) {
        const auto query = parse_search(search);
        const auto expression = search_expression(query, shop_.db().engine());
        const auto ask = [&](db::Session& session) {
            return search.empty() ? store_.list(session, page)
                                  : store_.list_matching(session, expression, page);
        };
        return run_sync(shop_.db().scan(ask));
    }
    bool answers_from_memory() { return run_sync(index().newest({})).has_value(); }
    std::vector<std::string> lines() {
        const std::lock_guard lock{mutex_};
        return lines_;
    }

    contract::ShopDatabase shop_{GetParam()};
    cache::Lease lease_;
    cache::Topic topic_{"catalog", 1, lease_};
    ChangeProduct change_{shop_.db(), topic_};
    ProductStore store_;
    const Category category_ = shop_.add_category("Home");
    const SubCategory sub_category_ = shop_.add_sub_category("Lamps", category_.id);

private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
    std::unique_ptr<ProductIndex> index_;
    std::unique_ptr<BrowseProducts> browse_;
};

INSTANTIATE_ON_EACH_ENGINE(ProductIndexTest);

TEST_P(ProductIndexTest, HasWhatWasThereBeforeIt) {
    set_clock_offset_ms(-kSecondMs);
    add("Apple", "sweet");
    set_clock_offset_ms(0);
    const auto hidden = add("Hidden apple");
    update(hidden, {.publish = false});
    add("Apple pie");
    make_index();
    EXPECT_EQ(names(list()), (Names{"Apple pie", "Apple"}));
    EXPECT_EQ(list().total, 2);
    EXPECT_EQ(names(list("sweet")), Names{"Apple"});
    EXPECT_EQ(names(search("apple -pie")), Names{"Apple"});
    EXPECT_EQ(search("apple").total, 2);
}

TEST_P(ProductIndexTest, APageIsOneStatement) {
    for (int i = 0; i < 30; ++i) add("Apple");
    make_index();
    list();  // reads the taxonomy
    for (const auto limit : {std::int64_t{10}, std::int64_t{30}}) {
        const auto before = shop_.statements();
        EXPECT_EQ(list({}, {.page = 1, .limit = limit}).items.size(), static_cast<std::size_t>(limit));
        EXPECT_EQ(shop_.statements() - before, 1);
        EXPECT_EQ(search("apple", {.page = 1, .limit = limit}).items.size(), static_cast<std::size_t>(limit));
        EXPECT_EQ(shop_.statements() - before, 2);
    }
}

TEST_P(ProductIndexTest, WhoeverHasChangedAProductFindsItSo) {
    make_index();
    const auto id = add("Apple", "sweet");
    EXPECT_EQ(names(search("apple")), Names{"Apple"});
    update(id, {.name = "Pear"});
    EXPECT_EQ(names(search("apple")), Names{});
    EXPECT_EQ(names(list("pear")), Names{"Pear"});
    EXPECT_EQ(names(search("sweet")), Names{"Pear"});
    update(id, {.publish = false});
    EXPECT_EQ(list().total, 0);
    EXPECT_EQ(names(search("pear")), Names{});
    update(id, {.publish = true});
    EXPECT_EQ(names(list()), Names{"Pear"});
    remove(id);
    EXPECT_EQ(list().total, 0);
    EXPECT_TRUE(answers_from_memory());
}

TEST_P(ProductIndexTest, SaysWhatTheDatabaseSaysWhateverIsDone) {
    std::mt19937 random{5};
    const Names words{"apple", "pear", "plum", "lamp", "red"};
    const auto word = [&] { return words[random() % words.size()]; };
    for (int i = 0; i < 40; ++i) add(word(), word() + ' ' + word());
    make_index();
    std::vector<ProductId> made;
    for (int step = 0; step < 120; ++step) {
        const auto chosen = made.empty() ? 0 : random() % made.size();
        switch (made.empty() ? 0 : random() % 5) {
            case 0:
            case 1:
                made.push_back(add(word() + ' ' + word(), word()));
                break;
            case 2:
                update(made[chosen], {.name = word(), .publish = random() % 2 == 0});
                break;
            case 3:
                update(made[chosen], {.description = word()});
                break;
            default:
                remove(made[chosen]);
                made.erase(made.begin() + static_cast<std::ptrdiff_t>(chosen));
        }
        const Page page{.page = 1 + static_cast<std::int64_t>(random() % 3), .limit = 15};
        for (const auto& text : {std::string{}, word(), word() + " -" + word()}) {
            const auto expected = list_of_database(text, page);
            const auto found = list(text, page);
            ASSERT_EQ(names(found), names(expected)) << text << " after " << step;
            ASSERT_EQ(found.total, expected.total) << text << " after " << step;
            if (!text.empty()) {
                ASSERT_EQ(search(text, page).total, expected.total) << text;
            }
        }
    }
    EXPECT_TRUE(answers_from_memory());
}

TEST_P(ProductIndexTest, ManyWhoWriteAtOnceEachFindTheirOwn) {
    make_index();
    constexpr int kWriters = 6;
    constexpr int kEach = 10;
    std::atomic<int> found = 0;
    {
        std::vector<std::jthread> writers;
        for (int writer = 0; writer < kWriters; ++writer) {
            writers.emplace_back([&, writer] {
                for (int i = 0; i < kEach; ++i) {
                    const auto name = "w" + std::string(1, static_cast<char>('b' + writer)) + "x" +
                                      std::string(1, static_cast<char>('b' + i));
                    add(name);
                    found += names(search(name)) == Names{name} ? 1 : 0;
                }
            });
        }
    }
    EXPECT_EQ(found, kWriters * kEach);
    EXPECT_EQ(list().total, kWriters * kEach);
}

TEST_P(ProductIndexTest, PhrasesAreTheDatabases) {
    add("Red apple");
    add("Apple red");
    make_index();
    EXPECT_EQ(names(search(R"("red apple")")), Names{"Red apple"});
    EXPECT_EQ(names(list(R"("red apple")")), Names{"Red apple"});
    EXPECT_EQ(names(list(R"(apple -"apple red")")), Names{"Red apple"});
}

TEST_P(ProductIndexTest, IsMadeAnewWhenNobodySaysWhatHasChanged) {
    add("Apple");
    make_index();
    const auto made = index().made();
    topic_.move_all();
    EXPECT_EQ(names(search("apple")), Names{"Apple"}) << "the database answers meanwhile";
    EXPECT_TRUE(soon([&] { return index().made() > made && index().is_ready(); }));
    EXPECT_TRUE(answers_from_memory());
}

TEST_P(ProductIndexTest, IsMadeAnewWhenMuchOfItIsDead) {
    add("Apple");
    const auto changing = add("Pear");
    make_index();
    const auto made = index().made();
    for (int i = 0; i < 1'010; ++i) {
        update(changing, {.name = "Pear " + std::to_string(i)});
        EXPECT_TRUE(answers_from_memory());  // so that the index has each of them
    }
    EXPECT_TRUE(soon([&] { return index().made() > made; }));
    EXPECT_EQ(names(search("1009")), Names{"Pear 1009"});
}

TEST_P(ProductIndexTest, WithoutALeaseItSaysNothing) {
    add("Apple");
    make_index();
    lease_.end();
    EXPECT_FALSE(index().is_ready());
    EXPECT_FALSE(answers_from_memory());
    add("Pear");
    EXPECT_EQ(list().total, 2) << "the database answers";
    lease_.extend_to(steady_ms() + 60 * kSecondMs);
    EXPECT_TRUE(soon([&] { return index().is_ready() && answers_from_memory(); }));
    EXPECT_EQ(names(search("pear")), Names{"Pear"});
}

TEST_P(ProductIndexTest, WithoutALeaseAtTheStartItIsMadeLater) {
    add("Apple");
    lease_.end();
    index();
    EXPECT_TRUE(soon([&] { return !lines().empty(); }));
    std::this_thread::sleep_for(1'500ms);  // and asks again
    EXPECT_EQ(lines().size(), 1U) << "and says so once";
    lease_.extend_to(steady_ms() + 60 * kSecondMs);
    make_index();
    EXPECT_EQ(names(search("apple")), Names{"Apple"});
}

TEST_P(ProductIndexTest, WhereItMayTakeNoMemoryTheDatabaseAnswers) {
    add("Apple");
    EXPECT_FALSE(index(0).is_ready());
    EXPECT_EQ(names(search("apple")), Names{"Apple"});
    EXPECT_EQ(names(list()), Names{"Apple"});
    EXPECT_FALSE(answers_from_memory());
    EXPECT_EQ(index().bytes(), 0U);
}

TEST_P(ProductIndexTest, WhereItWouldBeTooLargeTheDatabaseAnswersAndTheLogSaysSo) {
    add("Apple");
    index(16);
    EXPECT_TRUE(soon([&] { return !lines().empty(); }));
    EXPECT_NE(lines().at(0).find("SEARCH_MEMORY"), std::string::npos) << lines().at(0);
    EXPECT_EQ(names(search("apple")), Names{"Apple"});
    EXPECT_FALSE(answers_from_memory());
    std::this_thread::sleep_for(500ms);
    EXPECT_EQ(lines().size(), 1U) << "once";
}

TEST_P(ProductIndexTest, IsGivenUpWhenItGrowsBeyondItsMemory) {
    constexpr std::size_t kLimit = 256 * std::size_t{1024};
    const auto changing = add("Apple");
    index(kLimit);
    make_index();
    for (int i = 0; i < 1'000 && lines().empty(); ++i) {
        std::string words;
        for (int word = 0; word < 100; ++word) words += fmt::format("w{}x{} ", i, word);
        update(changing, {.description = words});
        list();  // so that the index has each of them
    }
    EXPECT_TRUE(soon([&] { return index().bytes() == 0; }));
    EXPECT_NE(lines().at(0).find("SEARCH_MEMORY"), std::string::npos) << lines().at(0);
    EXPECT_EQ(names(list()), Names{"Apple"});
}

TEST_P(ProductIndexTest, WhatIsGoneMeanwhileIsLeftOut) {
    add("Apple");
    const auto gone = add("Gone apple");
    make_index();
    const auto erase = [&](db::Transaction& tx) {
        return [](db::Transaction& transaction, const ProductStore& store,
                  ProductId id) -> awaitable<Result<bool>> {
            co_return co_await store.remove(transaction, id);
        }(tx, store_, gone);
    };
    ASSERT_TRUE(run_sync(shop_.db().transact(erase)));  // and nobody is told
    EXPECT_EQ(names(search("apple")), Names{"Apple"});
    EXPECT_EQ(names(list()), Names{"Apple"});
}

}  // namespace
}  // namespace haat::catalog
