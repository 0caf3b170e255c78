#include "app/seed/seed.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/seed/generator.hpp"
#include "catalog/product_store.hpp"
#include "catalog/search_query.hpp"
#include "platform/crypto/password.hpp"
#include "platform/db/sqlite/sqlite_database.hpp"
#include "platform/run_sync.hpp"

namespace haat::seed {
namespace {

namespace fs = std::filesystem;

// The rows of a statement: columns parted by `|`, rows by line feeds.
std::string ask(const fs::path& file, const std::string& sql) {
    sqlite3* handle = nullptr;
    if (sqlite3_open(file.c_str(), &handle) != SQLITE_OK) throw std::runtime_error{"cannot open"};
    std::string text;
    const auto keep = [](void* out, int columns, char** values, char**) {
        auto& rows = *static_cast<std::string*>(out);
        if (!rows.empty()) rows += '\n';
        for (int i = 0; i < columns; ++i)
            rows.append(i > 0 ? "|" : "").append(values[i] ? values[i] : "null");
        return 0;
    };
    const int status = sqlite3_exec(handle, sql.c_str(), keep, &text, nullptr);
    const std::string message = sqlite3_errmsg(handle);
    sqlite3_close(handle);
    if (status != SQLITE_OK) throw std::runtime_error{sql + ": " + message};
    return text;
}

// Images are made once for all tests.
class Seeding : public testing::Test {
protected:
    static void SetUpTestSuite() {
        std::string pattern = (fs::temp_directory_path() / "haat-seed-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
        folder_ = pattern;
    }
    static void TearDownTestSuite() { fs::remove_all(folder_); }

    Seeding() { open("shop.db"); }

    void open(const std::string& name) {
        database_.reset();
        file_ = folder_ / name;
        for (const char* ending : {"", "-wal", "-shm"}) fs::remove(file_.string() + ending);
        db::migrate_sqlite(file_, db::embedded_migrations());
        database_ = db::open_sqlite({.path = file_});
    }

    SeedReport seed(int products, int users, std::uint64_t seed = 1) {
        Listener listener;
        listener.on_password = [this](std::string_view password) { passwords_.emplace_back(password); };
        return run_seed(target(), {.products = products, .users = users, .seed = seed}, listener);
    }

    Target target() {
        return {.database = *database_,
                .catalog = topic_,
                .data_directory = folder_,
                .public_base = "https://shop.example"};
    }

    std::string ask(const std::string& sql) const { return seed::ask(file_, sql); }

    // Everything that seeding writes.
    std::string dump() const {
        std::string all;
        for (const char* sql : {"SELECT * FROM categories", "SELECT * FROM sub_categories",
                                "SELECT * FROM sub_category_categories", "SELECT * FROM products ORDER BY id",
                                "SELECT * FROM product_categories", "SELECT * FROM product_sub_categories",
                                "SELECT * FROM users ORDER BY id"}) {
            all += ask(sql) + "\n\n";
        }
        return all;
    }

    std::int64_t count_found(const std::string& words) {
        const catalog::ProductStore store;
        const auto expression = catalog::search_expression(catalog::parse_search(words), database_->engine());
        auto body = [&](db::Session& session) { return store.search(session, expression, Page{}); };
        return run_sync(database_->read(body)).total;
    }

    inline static fs::path folder_;
    fs::path file_;
    cache::Topic topic_;
    std::unique_ptr<db::Database> database_;
    std::vector<std::string> passwords_;
};

TEST_F(Seeding, MakesAShop) {
    const auto before = topic_.version();
    const SeedReport report = seed(1'000, 20);
    EXPECT_EQ(report.products, 1'000);
    EXPECT_EQ(report.users, 20);
    EXPECT_EQ(ask("SELECT count(*) FROM products"), "1000");
    EXPECT_EQ(ask("SELECT count(*) FROM users"), "20");
    EXPECT_EQ(ask("SELECT count(*) FROM categories"), std::to_string(report.categories));
    EXPECT_EQ(ask("SELECT count(*) FROM sub_categories"), std::to_string(report.sub_categories));
    EXPECT_GT(topic_.version(), before);
}

TEST_F(Seeding, LeavesNothingDangling) {
    seed(1'000, 20);
    EXPECT_EQ(ask("PRAGMA foreign_key_check"), "");
    EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(ask("INSERT INTO product_search (product_search) VALUES ('integrity-check')"), "");
    EXPECT_EQ(
        ask("SELECT count(*) FROM products WHERE id NOT IN (SELECT product_id FROM product_categories)"),
        "0");
    EXPECT_EQ(ask("SELECT count(*) FROM product_sub_categories WHERE position = 0"), "1000");
    // What the API asks of a product: its sub categories are of its categories.
    EXPECT_EQ(ask("SELECT count(*) FROM product_sub_categories s WHERE NOT EXISTS (SELECT 1 FROM "
                  "sub_category_categories l JOIN product_categories c ON c.category_id = l.category_id "
                  "WHERE l.sub_category_id = s.sub_category_id AND c.product_id = s.product_id)"),
              "0");
    for (std::uint32_t i = 0; i < Generator::images(); ++i) {
        const std::string name = Generator{1, ""}.image_name(i) + ".webp";
        EXPECT_TRUE(fs::is_regular_file(folder_ / "media/Ecommerce_images" / name)) << name;
    }
    const std::string url = ask("SELECT image FROM categories LIMIT 1");
    EXPECT_TRUE(url.starts_with("https://shop.example/media/Ecommerce_images/")) << url;
}

TEST_F(Seeding, KeepsWhatTheGeneratorMade) {
    seed(10, 1);
    const catalog::Product made = Generator{1, "https://shop.example/media/Ecommerce_images/"}.product(7);
    const catalog::ProductStore store;
    const ProductId id{made.id};
    auto body = [&](db::Session& session) { return store.find(session, id); };
    const auto kept = run_sync(database_->read(body));
    ASSERT_TRUE(kept.has_value());
    EXPECT_EQ(kept->fields.name, made.fields.name);
    EXPECT_EQ(kept->fields.image, made.fields.image);
    EXPECT_EQ(kept->fields.unit, made.fields.unit);
    EXPECT_EQ(kept->fields.stock, made.fields.stock);
    EXPECT_EQ(kept->fields.price, made.fields.price);
    EXPECT_EQ(kept->fields.discount, made.fields.discount);
    EXPECT_EQ(kept->fields.description, made.fields.description);
    EXPECT_EQ(kept->fields.more_details.text, made.fields.more_details.text);
    EXPECT_EQ(kept->fields.publish, made.fields.publish);
    EXPECT_EQ(kept->created_at, made.created_at);
    EXPECT_EQ(kept->updated_at, made.updated_at);
    EXPECT_EQ(kept->fields.category.front(), made.fields.category.front());
    EXPECT_EQ(kept->fields.subCategory.front(), made.fields.subCategory.front());
}

TEST_F(Seeding, ASecondRunAddsNothing) {
    seed(1'000, 20);
    const std::string before = dump();
    const SeedReport report = seed(1'000, 20);
    EXPECT_EQ(report.images + report.categories + report.sub_categories + report.products + report.users, 0);
    EXPECT_EQ(passwords_.size(), 1U);
    EXPECT_TRUE(dump() == before);
}

TEST_F(Seeding, IsFoundByCommonAndRareWords) {
    seed(1'000, 0);
    const std::int64_t published = std::stoll(ask("SELECT count(*) FROM products WHERE publish = 1"));
    EXPECT_NEAR(static_cast<double>(count_found(std::string{kCommonWord})),
                static_cast<double>(published) / 2, 80);
    const Generator generator{1, ""};
    std::uint32_t index = 0;
    while (!generator.product(index).fields.publish) ++index;
    EXPECT_EQ(count_found('"' + generator.product_name(index) + '"'), 1);
    EXPECT_EQ(count_found("wheelbarrow"), 0);
}

TEST_F(Seeding, GoesOnWhereARunWasCut) {
    seed(1'200, 0);
    const std::string whole = dump();
    open("cut.db");
    Listener listener;
    listener.on_progress = [](std::int64_t done, std::int64_t) {
        if (done > Generator::images() + 500) throw std::runtime_error{"cut"};
    };
    EXPECT_THROW(run_seed(target(), {.products = 1'200, .users = 0, .seed = 1}, listener),
                 std::runtime_error);
    EXPECT_EQ(ask("SELECT count(*) FROM products"), "1000");
    EXPECT_EQ(seed(1'200, 0).products, 200);
    EXPECT_TRUE(dump() == whole);
}

TEST_F(Seeding, GrowsAShop) {
    seed(100, 5);
    const SeedReport report = seed(700, 8);
    EXPECT_EQ(report.products, 600);
    EXPECT_EQ(report.users, 3);
    const std::string grown = ask("SELECT * FROM products ORDER BY seq");
    open("at_once.db");
    seed(700, 8);
    EXPECT_TRUE(ask("SELECT * FROM products ORDER BY seq") == grown);
}

TEST_F(Seeding, PutsAnotherSeedsProductsIntoTheSameCategories) {
    const SeedReport first = seed(300, 5, 1);
    const SeedReport second = seed(300, 5, 2);
    EXPECT_EQ(second.products, 300);
    EXPECT_EQ(second.categories + second.sub_categories + second.users, 0);
    EXPECT_EQ(ask("SELECT count(*) FROM categories"), std::to_string(first.categories));
    EXPECT_EQ(ask("SELECT count(*) FROM sub_category_categories"), std::to_string(first.sub_categories));
    EXPECT_EQ(ask("SELECT count(*) FROM product_categories"), "600");
    EXPECT_EQ(ask("PRAGMA foreign_key_check"), "");
}

TEST_F(Seeding, UsesTheShopsOwnCategories) {
    ask("INSERT INTO categories VALUES ('aaaaaaaaaaaaaaaaaaaaaaaa', 'BAKERY', 'bakery', 'own.webp', 1, 1);"
        "INSERT INTO categories VALUES ('cccccccccccccccccccccccc', 'Breakfast', 'breakfast', 'own.webp', 1, "
        "1);"
        "INSERT INTO sub_categories VALUES ('bbbbbbbbbbbbbbbbbbbbbbbb', 'bread', 'bread', 'own.webp', 1, 1);"
        "INSERT INTO sub_category_categories VALUES ('bbbbbbbbbbbbbbbbbbbbbbbb', 0, "
        "'cccccccccccccccccccccccc')");
    seed(300, 0);
    EXPECT_EQ(ask("SELECT name, image FROM categories WHERE name_key = 'bakery'"), "BAKERY|own.webp");
    EXPECT_NE(ask("SELECT count(*) FROM product_categories WHERE category_id = 'aaaaaaaaaaaaaaaaaaaaaaaa'"),
              "0");
    EXPECT_EQ(ask("SELECT position, category_id FROM sub_category_categories "
                  "WHERE sub_category_id = 'bbbbbbbbbbbbbbbbbbbbbbbb' ORDER BY position"),
              "0|cccccccccccccccccccccccc\n1|aaaaaaaaaaaaaaaaaaaaaaaa");
}

TEST_F(Seeding, LeavesWhatSomebodyChanged) {
    seed(100, 5);
    ask("UPDATE products SET name = 'Mine', price = 1 WHERE seq = 1;"
        "DELETE FROM product_categories WHERE product_id = (SELECT id FROM products WHERE seq = 1);"
        "UPDATE categories SET name = 'Food', name_key = 'food' WHERE name = 'Bakery';"
        "UPDATE users SET password_hash = 'changed' WHERE email = 'demo1@example.com'");
    const std::string before = dump();
    const SeedReport report = seed(100, 5);
    EXPECT_EQ(report.categories + report.products + report.users, 0);
    EXPECT_TRUE(dump() == before);
}

TEST_F(Seeding, GivesAllUsersOnePasswordThatWorks) {
    seed(0, 30);
    ASSERT_EQ(passwords_.size(), 1U);
    EXPECT_GE(passwords_[0].size(), 16U);
    EXPECT_EQ(ask("SELECT count(DISTINCT password_hash) FROM users"), "1");
    const std::string hash = ask("SELECT password_hash FROM users LIMIT 1");
    EXPECT_EQ(crypto::verify_password(hash, passwords_[0]), crypto::PasswordCheck::right);
    EXPECT_EQ(ask("SELECT name, email, email_key, avatar, mobile, verify_email, last_login_at, status, role "
                  "FROM users WHERE email = 'demo30@example.com'"),
              "Demo User 30|demo30@example.com|demo30@example.com||null|1|null|Active|USER");
}

TEST_F(Seeding, TellsAPasswordOfItsOwnForUsersAddedLater) {
    seed(0, 3);
    seed(0, 5);
    ASSERT_EQ(passwords_.size(), 2U);
    EXPECT_NE(passwords_[0], passwords_[1]);
    const std::string first = ask("SELECT password_hash FROM users WHERE email = 'demo3@example.com'");
    const std::string later = ask("SELECT password_hash FROM users WHERE email = 'demo4@example.com'");
    EXPECT_EQ(crypto::verify_password(first, passwords_[0]), crypto::PasswordCheck::right);
    EXPECT_EQ(crypto::verify_password(later, passwords_[1]), crypto::PasswordCheck::right);
}

TEST_F(Seeding, TellsThePasswordBeforeItIsNeeded) {
    Listener listener;
    std::string users_then;
    listener.on_password = [&](std::string_view) { users_then = ask("SELECT count(*) FROM users"); };
    run_seed(target(), {.products = 0, .users = 5, .seed = 1}, listener);
    EXPECT_EQ(users_then, "0");
}

TEST_F(Seeding, TellsHowFarItIs) {
    Listener listener;
    std::vector<std::int64_t> steps;
    std::int64_t announced = 0;
    listener.on_progress = [&](std::int64_t done, std::int64_t total) {
        steps.push_back(done);
        announced = total;
    };
    run_seed(target(), {.products = 600, .users = 10, .seed = 1}, listener);
    EXPECT_TRUE(std::ranges::is_sorted(steps));
    EXPECT_EQ(steps.back(), announced);
    EXPECT_EQ(announced, Generator::images() + 610);
}

TEST_F(Seeding, MakesAnEmptyShopToo) {
    const SeedReport report = seed(0, 0);
    EXPECT_EQ(report.products + report.users, 0);
    EXPECT_GT(report.categories, 0);
    EXPECT_TRUE(passwords_.empty());
}

}  // namespace
}  // namespace haat::seed
