// The cart on a real database.
#include <gtest/gtest.h>

#include <thread>

#include "cart/add_item.hpp"
#include "cart/change_quantity.hpp"
#include "cart/pricing.hpp"
#include "cart/remove_items.hpp"
#include "cart/view_cart.hpp"
#include "platform/run_sync.hpp"
#include "tests/contract/shop_database.hpp"

namespace haat::cart {
namespace {

json::Loose text(std::string value) { return {.valid = true, .text = std::move(value)}; }

class CartStoreTest : public contract::OnEachEngine {
protected:
    Result<FullItem> add(UserId who, const ObjectId& product, std::optional<std::string> quantity = {}) {
        AddItemInput input{.productId = text(product.str())};
        if (quantity) input.quantity = text(*quantity);
        return run_sync(add_.run(who, input));
    }
    Result<FullItem> change(UserId who, const ObjectId& item, std::string quantity) {
        const ChangeQuantityInput input{.quantity = text(std::move(quantity))};
        return run_sync(change_.run(who, CartItemId{item}, input));
    }
    CartView view(UserId who) {
        const std::vector<Item> items = run_sync(view_.list(who));
        return run_sync(view_.run(items));
    }
    std::int64_t count(UserId who) { return run_sync(view_.count(who)); }

    // Lines of products that are not there: cheap, and as good as any for a bound.
    void fill(UserId who, std::int64_t lines) {
        auto body = [&](db::Transaction& tx) { return insert_many(tx, who, lines); };
        static_cast<void>(run_sync(shop_.db().transact(body)));
    }
    static awaitable<Result<bool>> insert_many(db::Transaction& tx, UserId who, std::int64_t lines) {
        const CartStore store;
        for (std::int64_t i = 0; i < lines; ++i) {
            const Item item{.id = CartItemId::make(),
                            .fields = {.productId = ProductId::make(), .userId = who}};
            const auto inserted = co_await store.insert(tx, item);
            if (!inserted) co_return std::unexpected{inserted.error()};
        }
        co_return true;
    }

    contract::ShopDatabase shop_{GetParam()};
    AddItem add_{shop_.db(), shop_.products, shop_.carts_topic};
    ChangeQuantity change_{shop_.db(), shop_.products, shop_.carts_topic};
    RemoveItems remove_{shop_.db(), shop_.carts_topic};
    ViewCart view_{shop_.db(), shop_.products};
    const UserId user_ = shop_.add_user();
    const UserId other_ = shop_.add_user();
};

INSTANTIATE_ON_EACH_ENGINE(CartStoreTest);

#define EXPECT_ERROR(result, expected)               \
    do {                                             \
        const auto& outcome = (result);              \
        ASSERT_FALSE(outcome.has_value());           \
        EXPECT_EQ(outcome.error().code, (expected)); \
    } while (false)

TEST_P(CartStoreTest, AddsOneUnlessToldHowMany) {
    const auto product = shop_.add_product();
    const auto item = add(user_, product.id);
    ASSERT_TRUE(item);
    EXPECT_EQ(item->fields.quantity, 1);
    EXPECT_EQ(item->fields.userId, user_);
    EXPECT_EQ(item->fields.productId.fields.stock, 45);
    EXPECT_EQ(item->created_at, item->updated_at);
    EXPECT_EQ(add(user_, shop_.add_product().id, "45")->fields.quantity, 45);

    AddItemInput null{.productId = text(shop_.add_product().id.str()),
                      .quantity = json::Loose{.is_null = true}};
    EXPECT_EQ(run_sync(add_.run(user_, null))->fields.quantity, 1);
    EXPECT_EQ(count(user_), 3);
}

TEST_P(CartStoreTest, RefusesInTheOrderOfTheContract) {
    const auto product = shop_.add_product();
    const auto hidden = shop_.add_product({.name = "Hidden", .image = {"x"}, .publish = false});
    const auto sold_out = shop_.add_product({.name = "Sold out", .image = {"x"}});

    const AddItemInput no_id{.productId = text("abc"), .quantity = text("0")};
    EXPECT_ERROR(run_sync(add_.run(user_, no_id)), ErrorCode::invalid_product_id);
    EXPECT_ERROR(add(user_, ObjectId::make(), "0"), ErrorCode::quantity_too_small);
    EXPECT_ERROR(add(user_, ObjectId::make(), "1000"), ErrorCode::product_not_found);
    EXPECT_ERROR(add(user_, hidden.id, "1000"), ErrorCode::product_not_available);
    EXPECT_ERROR(add(user_, sold_out.id), ErrorCode::only_in_stock);
    EXPECT_ERROR(add(user_, product.id, "46"), ErrorCode::only_in_stock);
    EXPECT_ERROR(add(user_, product.id, "999999999999"), ErrorCode::only_in_stock);
    EXPECT_EQ(count(user_), 0) << "what is refused leaves nothing";

    ASSERT_TRUE(add(user_, product.id));
    EXPECT_ERROR(add(user_, product.id, "1000"), ErrorCode::product_already_in_cart);
    EXPECT_EQ(view(user_).items.front().fields.quantity, 1);
}

TEST_P(CartStoreTest, RefusesWhoIsGone) {
    const auto product = shop_.add_product();
    EXPECT_ERROR(add(UserId::make(), product.id), ErrorCode::user_not_found);
}

TEST_P(CartStoreTest, HoldsABoundedNumberOfLines) {
    const auto last = shop_.add_product();
    const auto beyond = shop_.add_product();
    fill(user_, kMaxCartLines - 1);
    ASSERT_TRUE(add(user_, last.id));
    const auto refused = add(user_, beyond.id);
    EXPECT_ERROR(refused, ErrorCode::cart_full);
    EXPECT_EQ(message_of(refused.error()), "A cart holds at most 500 different products");
    EXPECT_ERROR(add(user_, last.id), ErrorCode::product_already_in_cart);
    EXPECT_EQ(count(user_), kMaxCartLines);
    EXPECT_TRUE(add(other_, beyond.id)) << "another's cart has room";
}

TEST_P(CartStoreTest, OfAHundredThatAddOneProductAtOnceOneWins) {
    const auto product = shop_.add_product();
    std::atomic<int> added = 0;
    std::atomic<int> refused = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 100; ++i) {
            threads.emplace_back([&] {
                const auto item = add(user_, product.id);
                if (item) ++added;
                if (!item && item.error().code == ErrorCode::product_already_in_cart) ++refused;
            });
        }
    }
    EXPECT_EQ(added, 1);
    EXPECT_EQ(refused, 99);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM cart_items"), 1);
}

TEST_P(CartStoreTest, DifferentProductsAddedAtOnceAreAllThere) {
    std::vector<catalog::Product> products;
    for (int i = 0; i < 20; ++i) products.push_back(shop_.add_product());
    {
        std::vector<std::jthread> threads;
        for (const auto& product : products) {
            threads.emplace_back([&] { EXPECT_TRUE(add(user_, product.id)); });
        }
    }
    EXPECT_EQ(count(user_), 20);
}

TEST_P(CartStoreTest, ListsTheNewestFirstInTwoStatements) {
    std::vector<std::string> expected;
    for (int i = 0; i < 12; ++i)
        expected.insert(expected.begin(), add(user_, shop_.add_product().id)->id.str());
    ASSERT_TRUE(add(other_, shop_.add_product().id));

    const auto before = shop_.statements();
    const CartView cart = view(user_);
    EXPECT_EQ(shop_.statements() - before, 2);
    std::vector<std::string> listed;
    for (const auto& item : cart.items) listed.push_back(item.id.str());
    EXPECT_EQ(listed, expected);
    EXPECT_EQ(cart.summary.totalQty, 12);
}

TEST_P(CartStoreTest, ShowsProductsAsTheyAreToday) {
    const auto product = shop_.add_product();
    ASSERT_TRUE(add(user_, product.id, "2"));
    shop_.update_product(product.id,
                         {.name = "Renamed", .stock = 7, .price = Money{3'50}, .discount = Percent{50'00}});
    const CartView cart = view(user_);
    const auto& seen = cart.items.front().fields.productId;
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->name, "Renamed");
    EXPECT_EQ(seen->stock, 7);
    const Summary expected{
        .totalPrice = {7'00}, .totalDiscount = {3'50}, .totalQty = 2, .totalPayableAmount = {3'50}};
    EXPECT_EQ(cart.summary, expected);
}

TEST_P(CartStoreTest, GoneProductsStayListedButDoNotCount) {
    const auto deleted = shop_.add_product();
    const auto hidden = shop_.add_product();
    const auto item = add(user_, deleted.id);
    ASSERT_TRUE(add(user_, hidden.id));
    shop_.delete_product(deleted.id);
    shop_.update_product(hidden.id, {.publish = false});

    const CartView cart = view(user_);
    ASSERT_EQ(cart.items.size(), 2U);
    EXPECT_TRUE(cart.items[0].fields.productId) << "not published: still shown";
    EXPECT_FALSE(cart.items[1].fields.productId) << "deleted: null";
    EXPECT_EQ(cart.summary, Summary{});
    EXPECT_EQ(count(user_), 2);

    const auto removed = run_sync(remove_.one(user_, CartItemId{item->id}));
    ASSERT_TRUE(removed);
    EXPECT_EQ(removed->fields.productId, ProductId{deleted.id});
}

TEST_P(CartStoreTest, ChangesAQuantityAndItsStamp) {
    const auto product = shop_.add_product();
    const auto item = add(user_, product.id);
    set_clock_offset_ms(5'000);
    const auto changed = change(user_, item->id, "45");
    set_clock_offset_ms(0);
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->fields.quantity, 45);
    EXPECT_EQ(changed->id, item->id);
    EXPECT_EQ(changed->created_at, item->created_at);
    EXPECT_GE(changed->updated_at, item->updated_at + 5'000);
    EXPECT_EQ(changed->fields.productId.fields.name, "Phone");
    EXPECT_EQ(view(user_).summary.totalQty, 45);
}

TEST_P(CartStoreTest, RefusesAChangeInTheOrderOfTheContract) {
    const auto product = shop_.add_product();
    const auto gone = shop_.add_product();
    const auto hidden = shop_.add_product();
    const auto item = add(user_, product.id);
    const auto item_gone = add(user_, gone.id);
    const auto item_hidden = add(user_, hidden.id);
    shop_.delete_product(gone.id);
    shop_.update_product(hidden.id, {.publish = false});

    const CartItemId unknown = CartItemId::make();
    const ChangeQuantityInput absent{};
    const ChangeQuantityInput null{.quantity = json::Loose{.is_null = true}};
    EXPECT_ERROR(run_sync(change_.run(user_, unknown, absent)), ErrorCode::quantity_required);
    EXPECT_ERROR(run_sync(change_.run(user_, unknown, null)), ErrorCode::quantity_required);
    EXPECT_ERROR(change(user_, unknown, "0"), ErrorCode::quantity_too_small);
    EXPECT_ERROR(change(user_, unknown, "1000000"), ErrorCode::cart_item_not_found);
    EXPECT_ERROR(change(other_, item->id, "2"), ErrorCode::cart_item_not_found);
    EXPECT_ERROR(change(user_, item_gone->id, "1000"), ErrorCode::product_gone);
    EXPECT_ERROR(change(user_, item_hidden->id, "1"), ErrorCode::product_gone);
    EXPECT_ERROR(change(user_, item->id, "46"), ErrorCode::only_in_stock);
    EXPECT_EQ(shop_.number("SELECT sum(quantity) FROM cart_items"), 3) << "nothing has changed";
}

TEST_P(CartStoreTest, RemovesOnlyTheOwnersItemAndOnlyOnce) {
    const auto item = add(user_, shop_.add_product().id);
    const CartItemId id{item->id};
    EXPECT_ERROR(run_sync(remove_.one(other_, id)), ErrorCode::cart_item_not_found);
    ASSERT_TRUE(run_sync(remove_.one(user_, id)));
    EXPECT_ERROR(run_sync(remove_.one(user_, id)), ErrorCode::cart_item_not_found);
    EXPECT_TRUE(add(user_, item->fields.productId.id)) << "it can be added again";
}

TEST_P(CartStoreTest, ClearsOneCartAndCounts) {
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(add(user_, shop_.add_product().id));
    ASSERT_TRUE(add(other_, shop_.add_product().id));
    EXPECT_EQ(run_sync(remove_.all(user_)).value(), 3);
    EXPECT_EQ(run_sync(remove_.all(user_)).value(), 0);
    EXPECT_EQ(count(user_), 0);
    EXPECT_EQ(count(other_), 1);
}

TEST_P(CartStoreTest, GoesWithItsOwner) {
    ASSERT_TRUE(add(user_, shop_.add_product().id));
    ASSERT_TRUE(add(other_, shop_.add_product().id));
    shop_.delete_user(user_);
    EXPECT_EQ(shop_.number("SELECT count(*) FROM cart_items"), 1);
}

TEST_P(CartStoreTest, MovesTheTopicOfTheUserAfterEachChangeAndOnlyThen) {
    const auto product = shop_.add_product();
    const auto version = [this] { return shop_.carts_topic.version(user_.text()); };
    auto seen = version();
    const auto expect_move = [&](bool moved, const char* what) {
        EXPECT_EQ(version() != seen, moved) << what;
        seen = version();
    };
    const auto item = add(user_, product.id);
    expect_move(true, "add");
    static_cast<void>(add(user_, product.id));
    expect_move(false, "refused add");
    static_cast<void>(change(user_, item->id, "2"));
    expect_move(true, "change");
    static_cast<void>(change(user_, item->id, "1000"));
    expect_move(false, "refused change");
    view(user_);
    expect_move(false, "view");
    static_cast<void>(run_sync(remove_.one(user_, CartItemId{item->id})));
    expect_move(true, "remove");
    static_cast<void>(run_sync(remove_.all(user_)));
    expect_move(true, "clear");
}

// Updates and removals of one item at once: each update tells the truth, and the removal holds.
TEST_P(CartStoreTest, AChangeBesideARemovalDoesNotBringTheItemBack) {
    for (int round = 0; round < 20; ++round) {
        const auto item = add(user_, shop_.add_product().id);
        {
            std::jthread remover{[&] { EXPECT_TRUE(run_sync(remove_.one(user_, CartItemId{item->id}))); }};
            std::jthread changer{[&] {
                const auto changed = change(user_, item->id, "2");
                EXPECT_TRUE(changed || changed.error().code == ErrorCode::cart_item_not_found);
            }};
        }
        EXPECT_EQ(count(user_), 0);
    }
}

}  // namespace
}  // namespace haat::cart
