"""The cart: lines, stock, sums."""
import decimal
import json
import random

import pytest

from support.expect import (CART_ADDED, CART_PRODUCT, PRODUCT, UNKNOWN_ID, expect_data, expect_document,
                            expect_error, expect_stamps)

ADD = "/api/cart/add"
CART_KEYS = ("message", "data", "summary", "success", "error")
SUMS = ["totalPrice", "totalDiscount", "totalQty", "totalPayableAmount"]
EMPTY = {"totalPrice": 0, "totalDiscount": 0, "totalQty": 0, "totalPayableAmount": 0}
CENT = decimal.Decimal("0.01")


def add(user, product, **fields):
    return user.post(ADD, json={"productId": product["_id"], **fields})


def update(user, item, **body):
    return user.put(f"/api/cart/update/{item['_id']}", json=body)


def cart_of(user):
    response = user.get("/api/cart")
    items = expect_data(response, 200, "Cart items fetched", CART_KEYS)
    summary = response.json()["summary"]
    assert list(summary) == SUMS
    return items, summary


def count_of(user):
    data = expect_data(user.get("/api/cart/count"), 200, "Cart count fetched")
    assert list(data) == ["count"]
    return data["count"]


# --- add


def test_adding_answers_the_line_with_the_whole_product(shop, user):
    product = shop.product(more_details={"a": 1})
    item = expect_data(add(user, product), 201, "Product added to cart")
    expect_document(item, CART_ADDED, created=True)
    expect_document(item["productId"], PRODUCT)
    assert item["productId"] == product
    assert (item["quantity"], item["userId"]) == (1, user.id)
    assert count_of(user) == 1


def test_a_quantity_may_be_given(shop, user):
    assert add(user, shop.product(stock=5), quantity=5).json()["data"]["quantity"] == 5
    assert add(user, shop.product(stock=5), quantity="3").json()["data"]["quantity"] == 3


def test_a_line_is_always_the_callers(shop, user, other_user):
    item = add(user, shop.product(), userId=other_user.id, _id=UNKNOWN_ID).json()["data"]
    assert item["userId"] == user.id and item["_id"] != UNKNOWN_ID
    assert count_of(other_user) == 0


@pytest.mark.parametrize("body",
                         [{}, {"productId": None}, {"productId": ""}, {"productId": "abc"}, {"productId": 5},
                          {"productId": {}}, {"productId": ["x"]}, {"productId": {"$ne": None}},
                          {"productId": "g" * 24}], ids=str)
def test_adding_what_is_no_id_is_400(user, body):
    expect_error(user.post(ADD, json=body), "invalid_product_id", order="E")


def test_adding_an_unknown_product_is_404(user):
    expect_error(add(user, {"_id": UNKNOWN_ID}), "product_not_found", order="E")


def test_adding_an_unpublished_product_is_403_even_for_an_admin(shop, user):
    hidden = shop.product(publish=False)
    expect_error(add(user, hidden), "product_not_available", order="E")
    expect_error(add(shop.admin, hidden), "product_not_available")


def test_adding_twice_is_409(shop, user):
    product = shop.product()
    shop.cart_item(user, product)
    expect_error(add(user, product), "product_already_in_cart")
    assert count_of(user) == 1


@pytest.mark.parametrize("stock, quantity", [(0, 1), (3, 4), (1, 2**31)])
def test_adding_more_than_there_is_is_400(shop, user, stock, quantity):
    expect_error(add(user, shop.product(stock=stock), quantity=quantity), "only_in_stock",
                 message=f"Only {stock} items available in stock")
    assert count_of(user) == 0


@pytest.mark.parametrize("quantity", [-1, "-1", 1.5, "abc", 2**63, 1e300, True, [2], {"a": 1}, "1e99"],
                         ids=str)
def test_adding_no_whole_number_of_them_is_400(shop, user, quantity):
    assert add(user, shop.product(), quantity=quantity).status_code == 400
    assert count_of(user) == 0


# --- view


def test_an_empty_cart(user):
    assert cart_of(user) == ([], EMPTY)
    assert count_of(user) == 0


def test_the_cart_lists_lines_newest_first(shop, user):
    products = [shop.product(more_details={"a": 1}, stock=9) for _ in range(3)]
    made = [shop.cart_item(user, product) for product in products]
    items, _ = cart_of(user)
    assert [item["_id"] for item in items] == [item["_id"] for item in made[::-1]]
    for item, product in zip(items, products[::-1]):
        assert list(item) == ["_id", "productId", "quantity", "userId", "createdAt", "updatedAt", "__v"]
        expect_stamps(item)
        assert list(item["productId"]) == CART_PRODUCT
        assert item["productId"] == {name: product[name] for name in CART_PRODUCT}
    assert count_of(user) == 3


def expected_sums(lines):
    """lines of (price, quantity, discount) as texts; each line's discount is rounded half up to the cent."""
    total = sum(decimal.Decimal(price) * quantity for price, quantity, _ in lines)
    discount = sum((decimal.Decimal(price) * quantity * decimal.Decimal(percent) / 100).quantize(CENT, decimal.ROUND_HALF_UP)
                   for price, quantity, percent in lines)
    return {"totalPrice": total, "totalDiscount": discount,
            "totalQty": sum(quantity for _, quantity, _ in lines),
            "totalPayableAmount": total - discount}


def expect_sums(shop, user, lines):
    for price, quantity, percent in lines:
        shop.cart_item(user, shop.product(price=price, discount=percent, stock=quantity), quantity)
    response = user.get("/api/cart")
    summary = json.loads(response.text, parse_float=decimal.Decimal)["summary"]
    assert summary == expected_sums(lines)
    for text in response.text.partition('"summary":')[2].strip("{}").split(","):
        number = text.partition(":")[2]
        assert not ("." in number and number.endswith("0")), f"{text} has a needless zero"


@pytest.mark.parametrize("lines", [
    [("899.99", 1, "15"), ("20", 1, "0"), ("0", 1, "100")],
    [("0.01", 1, "50")],
    [("0.01", 1, "49.99")],
    [("0.05", 1, "10")],
    [("0.1", 3, "0"), ("0.2", 1, "0")],
    [("1.15", 1, "50"), ("1.15", 1, "50")],
    [("33.33", 3, "33.33")],
    [("9999999.99", 999, "99.99")],
    [("19.99", 1, "100")],
], ids=str)
def test_sums_are_exact_and_discounts_rounded_half_up_by_line(shop, user, lines):
    expect_sums(shop, user, lines)


@pytest.mark.parametrize("seed", range(5))
def test_sums_of_random_carts_are_exact(shop, user, seed):
    chance = random.Random(seed)
    expect_sums(shop, user,
                [(f"{chance.randint(0, 10**6) / 100:.2f}", chance.randint(1, 99),
                  f"{chance.randint(0, 10000) / 100:.2f}")
                             for _ in range(8)])


def test_the_cart_is_always_todays(shop, user):
    product = shop.product(price=10, discount=0)
    shop.cart_item(user, product, 2)
    assert cart_of(user)[1]["totalPrice"] == 20
    shop.update_product(product["_id"], price=3.5, stock=7, discount=50, name="Renamed")
    items, summary = cart_of(user)
    seen = items[0]["productId"]
    assert (seen["price"], seen["stock"], seen["discount"], seen["name"]) == (3.5, 7, 50, "Renamed")
    assert summary == {"totalPrice": 7, "totalDiscount": 3.5, "totalQty": 2, "totalPayableAmount": 3.5}


def test_an_unpublished_product_stays_listed_but_does_not_count(shop, user):
    product = shop.product(price=10, discount=0)
    shop.cart_item(user, product)
    shop.update_product(product["_id"], publish=False)
    items, summary = cart_of(user)
    assert items[0]["productId"]["_id"] == product["_id"] and summary == EMPTY
    assert count_of(user) == 1
    shop.update_product(product["_id"], publish=True)
    assert cart_of(user)[1]["totalPrice"] == 10


def test_a_deleted_product_stays_listed_as_null_and_does_not_count(shop, user):
    product = shop.product()
    item = shop.cart_item(user, product)
    shop.admin.delete(f"/api/product/delete/{product['_id']}")
    items, summary = cart_of(user)
    assert [(line["_id"], line["productId"]) for line in items] == [(item["_id"], None)]
    assert summary == EMPTY and count_of(user) == 1
    assert user.delete(f"/api/cart/remove/{item['_id']}").status_code == 200


# --- change a quantity


@pytest.mark.parametrize("quantity", [1, 3, "3", 50])
def test_a_quantity_can_be_changed(shop, user, quantity):
    product = shop.product(stock=50)
    made = shop.cart_item(user, product)
    item = expect_data(update(user, made, quantity=quantity), 200, "Cart quantity updated")
    assert list(item) == ["_id", "productId", "quantity", "userId", "createdAt", "updatedAt", "__v"]
    assert {**item, "updatedAt": None} == {**made, "quantity": int(quantity), "updatedAt": None}
    expect_document(item["productId"], [name for name in PRODUCT if name in product])
    assert cart_of(user)[1]["totalQty"] == int(quantity)


@pytest.mark.parametrize("body", [{}, {"quantity": None}], ids=str)
def test_a_change_needs_a_quantity(shop, user, body):
    expect_error(update(user, shop.cart_item(user), **body), "quantity_required")


@pytest.mark.parametrize("quantity", [0, -1, "0", "-5", 1.5, "1.5", "abc", [], {}, [2], True, "1e99", "NaN"],
                         ids=str)
def test_a_quantity_that_is_no_whole_number_from_1_is_400(shop, user, quantity):
    item = shop.cart_item(user)
    expect_error(update(user, item, quantity=quantity), "quantity_too_small")
    assert cart_of(user)[1]["totalQty"] == 1


@pytest.mark.parametrize("quantity", [51, 2**31, 2**53])
def test_a_quantity_above_the_stock_is_400(shop, user, quantity):
    item = shop.cart_item(user, shop.product(stock=50))
    expect_error(update(user, item, quantity=quantity), "only_in_stock",
                 message="Only 50 items available in stock")


@pytest.mark.parametrize("quantity", [2**63, 2**64, 10**30, 1e300], ids=str)
def test_a_quantity_beyond_every_number_is_400(shop, user, quantity):
    assert update(user, shop.cart_item(user), quantity=quantity).status_code == 400


def test_errors_of_a_change_come_in_their_order(shop, user):
    expect_error(user.put("/api/cart/update/abc", json={}), "invalid_cart_item_id")
    expect_error(user.put(f"/api/cart/update/{UNKNOWN_ID}", json={}), "quantity_required")
    expect_error(user.put(f"/api/cart/update/{UNKNOWN_ID}", json={"quantity": 0}), "quantity_too_small")
    expect_error(user.put(f"/api/cart/update/{UNKNOWN_ID}", json={"quantity": 10**6}), "cart_item_not_found")


def test_a_line_of_a_product_that_is_gone_cannot_change(shop, user):
    unpublished, deleted = shop.product(), shop.product()
    items = [shop.cart_item(user, unpublished), shop.cart_item(user, deleted)]
    shop.update_product(unpublished["_id"], publish=False)
    shop.admin.delete(f"/api/product/delete/{deleted['_id']}")
    for item in items:
        expect_error(update(user, item, quantity=2), "product_gone")


# --- remove, clear


def test_removing_answers_the_line_with_the_products_id(shop, user):
    made = shop.cart_item(user)
    path = f"/api/cart/remove/{made['_id']}"
    item = expect_data(user.delete(path), 200, "Product removed from cart")
    expect_document(item, CART_ADDED)
    assert item == {**made, "productId": made["productId"]["_id"]}
    expect_error(user.delete(path), "cart_item_not_found")
    assert cart_of(user) == ([], EMPTY)


def test_removing_what_is_no_line(user):
    expect_error(user.delete("/api/cart/remove/abc"), "invalid_cart_item_id")
    expect_error(user.delete(f"/api/cart/remove/{UNKNOWN_ID}"), "cart_item_not_found")


def test_a_removed_product_can_be_added_again(shop, user):
    product = shop.product()
    item = shop.cart_item(user, product)
    user.delete(f"/api/cart/remove/{item['_id']}")
    shop.cart_item(user, product)


def test_another_users_line_is_not_found(shop, user, other_user):
    item = shop.cart_item(user)
    expect_error(update(other_user, item, quantity=2), "cart_item_not_found")
    expect_error(other_user.delete(f"/api/cart/remove/{item['_id']}"), "cart_item_not_found")
    assert cart_of(user)[0][0]["quantity"] == 1


def test_clearing_counts_the_lines_and_spares_other_carts(shop, user, other_user):
    shop.cart_item(other_user)
    for _ in range(2):
        shop.cart_item(user)
    assert list(expect_data(user.delete("/api/cart/clear"), 200,
                            "Cart cleared successfully").items()) == [("deletedCount", 2)]
    assert cart_of(user) == ([], EMPTY)
    assert user.delete("/api/cart/clear").json()["data"] == {"deletedCount": 0}
    assert count_of(other_user) == 1


def test_paths_and_ids_of_a_line_work_in_either_case(shop, user):
    item = shop.cart_item(user)
    assert user.put(f"/API/CART/Update/{item['_id'].upper()}/", json={"quantity": 2}).status_code == 200
