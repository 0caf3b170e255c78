#include "app/copy/copy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "app/copy/tables.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/shop_database.hpp"

namespace haat::copy {
namespace {

constexpr db::Query kListTables{
    "test.list_tables",
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
    "AND name NOT LIKE 'product_search%'"};
constexpr db::Query kRename{"test.rename_product", "UPDATE products SET name = 'other' WHERE name = 'Phone'"};
constexpr db::Query kDelete{"test.delete_product", "DELETE FROM products WHERE name = 'Phone'"};

awaitable<db::Rows> run_read(db::Session& session, const db::Query& query) {
    co_return co_await session.run(query);
}
awaitable<Result<bool>> run_write(db::Transaction& tx, const db::Query& query) {
    co_await tx.run(query);
    co_return true;
}

class CopyTest : public ::testing::Test {
protected:
    void fill() {
        const auto category = from_.add_category("Phones").id;
        for (int i = 0; i < 3; ++i) from_.add_user();
        from_.add_sub_category("Large ones", category);
        from_.add_product();
        for (int i = 0; i < 700; ++i)
            from_.add_product({.name = "Thing " + std::to_string(i), .image = {"x"}});
    }
    CopyReport copy(const OnProgress& on_progress = [](std::int64_t, std::int64_t) {}) {
        return copy_shop(from_.db(), to_.db(), "sqlite:/shop.db", on_progress);
    }
    std::string refusal() {
        try {
            copy();
            return "none";
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }
    static void write(contract::ShopDatabase& shop, const db::Query& query) {
        auto body = [&](db::Transaction& tx) { return run_write(tx, query); };
        ASSERT_TRUE(run_sync(shop.db().transact(body)));
    }

    contract::ShopDatabase from_;
    contract::ShopDatabase to_;
};

TEST_F(CopyTest, NamesEveryTableThatTheSchemaHas) {
    auto body = [](db::Session& session) { return run_read(session, kListTables); };
    const db::Rows rows = run_sync(from_.db().read(body));
    std::set<std::string_view> known(other_tables().begin(), other_tables().end());
    for (const Table& table : shop_tables()) known.insert(table.name);
    EXPECT_GT(rows.size(), 10U);
    for (std::size_t i = 0; i < rows.size(); ++i)
        EXPECT_TRUE(known.contains(rows[i].text(0))) << rows[i].text(0);
}

TEST_F(CopyTest, CopiesAllRowsAndSaysHowFarItIs) {
    fill();
    std::vector<std::int64_t> seen;
    const CopyReport report = copy([&](std::int64_t done, std::int64_t total) {
        EXPECT_LE(done, total);
        seen.push_back(done);
    });
    EXPECT_EQ(report.copied, report.rows);
    EXPECT_EQ(report.rows, 3 + 1 + 1 + 1 + 701);
    EXPECT_EQ(seen.back(), 3 * report.rows);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    EXPECT_EQ(to_.number("SELECT count(*) FROM products"), 701);
    EXPECT_EQ(unfinished_copy(to_.db()), "");
}

TEST_F(CopyTest, ACopyThatWasCutGoesOnWhereItWas) {
    fill();
    const auto cut = [](std::int64_t done, std::int64_t) {
        if (done > 500) throw std::logic_error{"cut"};
    };
    EXPECT_THROW(copy(cut), std::logic_error);
    EXPECT_EQ(unfinished_copy(to_.db()), "sqlite:/shop.db");
    const std::int64_t there = to_.number("SELECT count(*) FROM products");
    EXPECT_GT(there, 0);
    EXPECT_LT(there, 701);
    const CopyReport report = copy();
    EXPECT_LT(report.copied, report.rows);
    EXPECT_EQ(to_.number("SELECT count(*) FROM products"), 701);
}

TEST_F(CopyTest, RefusesATargetThatHoldsAShop) {
    fill();
    to_.add_user();
    EXPECT_NE(refusal().find("holds a shop already (1 rows in users)"), std::string::npos) << refusal();
    EXPECT_EQ(to_.number("SELECT count(*) FROM products"), 0);
}

TEST_F(CopyTest, RefusesToGoOnWithTheCopyOfAnother) {
    fill();
    const auto cut = [](std::int64_t, std::int64_t) { throw std::logic_error{"cut"}; };
    EXPECT_THROW(copy_shop(from_.db(), to_.db(), "sqlite:/other.db", cut), std::logic_error);
    EXPECT_NE(refusal().find("unfinished copy of another shop: sqlite:/other.db"), std::string::npos);
}

TEST_F(CopyTest, ADifferenceIsFound) {
    for (const db::Query* change : {&kRename, &kDelete}) {
        contract::ShopDatabase from;
        contract::ShopDatabase to;
        from.add_product();
        bool changed = false;
        const auto change_once = [&](std::int64_t, std::int64_t) {
            if (!std::exchange(changed, true)) write(to, *change);
        };
        EXPECT_THROW(copy_shop(from.db(), to.db(), "sqlite:/shop.db", change_once), std::runtime_error);
        EXPECT_TRUE(changed);
        EXPECT_EQ(unfinished_copy(to.db()), "sqlite:/shop.db");
    }
}

}  // namespace
}  // namespace haat::copy
