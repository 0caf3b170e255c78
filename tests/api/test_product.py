"""Products: creating, reading, changing, listing. Searching has its own file."""
import json

import pytest

from support.client import Client
from support.expect import (CATEGORY, PRODUCT, SUB_CATEGORY, UNKNOWN_ID, expect_data, expect_document,
                            expect_error)
from support.shop import unique

CREATE = "/api/product/create"
LISTED_KEYS = ("message", "data", "pagination", "success", "error")
REQUIRED = ["name", "image", "category", "subCategory", "price"]


def create(shop, **fields):
    return shop.admin.post(CREATE, json=shop.product_body(**fields))


def update(shop, product, **fields):
    return shop.admin.put(f"/api/product/update/{product['_id']}", json=fields)


def fetch(client, product):
    return expect_data(client.get(f"/api/product/{product['_id']}"), 200, "Product fetched successfully")


def expect_product(product, created=False, populated=False, absent=()):
    expect_document(product, PRODUCT, created, absent)
    if populated:
        for category in product["category"]:
            expect_document(category, CATEGORY)
        for sub_category in product["subCategory"]:
            expect_document(sub_category, SUB_CATEGORY)
            assert all(isinstance(category, str) for category in sub_category["category"]), "one level only"


# --- create


def test_creating_answers_the_product_with_ids(shop):
    body = shop.product_body(more_details={"color": "Black", "sizes": [1, 2.5, None, {"$b": True}],
                                           "c.d": "日本"},
                             image=["1.jpg", "2.jpg"], price=999.99, discount=12.5)
    data = expect_data(shop.admin.post(CREATE, json=body), 201, "Product created successfully")
    expect_product(data, created=True)
    assert {name: data[name] for name in body} == body
    assert data["publish"] is True


def test_what_is_left_out_has_its_default(shop):
    body = {name: value for name, value in shop.product_body().items() if name in REQUIRED}
    data = expect_data(shop.admin.post(CREATE, json=body), 201, "Product created successfully")
    expect_product(data, created=True, absent=["more_details"])
    assert (data["unit"], data["stock"], data["discount"], data["description"],
            data["publish"]) == ("", 0, 0, "", True)


def test_empty_details_are_left_out(shop):
    expect_product(shop.product(more_details={}), created=True, absent=["more_details"])


def test_name_unit_and_description_are_trimmed(shop):
    data = shop.product(name="  Name \t", unit=" kg ", description="\n text  ")
    assert (data["name"], data["unit"], data["description"]) == ("Name", "kg", "text")


def test_names_need_not_be_unique(shop):
    assert shop.product(name="Twice")["_id"] != shop.product(name="Twice")["_id"]


def test_money_has_no_needless_zeros(shop):
    assert '"price":20,' in create(shop, price=20.00).text
    assert '"price":20.5,' in create(shop, price="20.50").text
    assert '"price":0,"discount":100,' in create(shop, price=0, discount=100).text
    assert '"price":9999999.99,' in create(shop, price=9999999.99).text


@pytest.mark.parametrize("missing", REQUIRED)
@pytest.mark.parametrize("how", ["absent", None])
def test_creating_needs_its_five_fields(shop, missing, how):
    body = {**shop.product_body(), missing: how}
    if how == "absent":
        del body[missing]
    expect_error(shop.admin.post(CREATE, json=body), "product_incomplete")


@pytest.mark.parametrize("missing", ["name", "image"])
def test_an_empty_text_is_missing(shop, missing):
    expect_error(create(shop, **{missing: ""}), "product_incomplete")


@pytest.mark.parametrize("field, wrong", [
    ("name", {}), ("name", ["x"]), ("name", True), ("image", {"a": 1}), ("image", True), ("unit", {}),
    ("unit", ["x"]), ("description", {"a": 1}), ("description", True), ("price", -1), ("price", 1.001),
    ("price", "abc"), ("price", True), ("price", [5]), ("price", {"$gt": 0}), ("price", 1e30), ("stock", -1),
    ("stock", 1.5), ("stock", "many"), ("stock", True), ("stock", [1]), ("stock", {"a": 1}), ("stock", 1e30),
    ("discount", -1), ("discount", 100.01), ("discount", 101), ("discount", "x"), ("discount", True),
    ("discount", [1]), ("publish", "maybe"), ("publish", 5), ("publish", [True]), ("more_details", [1]),
    ("more_details", "text"), ("more_details", 5), ("more_details", True),
], ids=str)
def test_a_bad_field_is_400_and_named(shop, field, wrong):
    response = create(shop, **{field: wrong})
    body = response.json()
    assert (response.status_code, body.get("field")) == (400, field), response.text
    assert list(body)[1] == "success"


@pytest.mark.parametrize("field, message",
                         [("category", "Invalid category ID format"),
                          ("subCategory", "Invalid subCategory ID format")])
@pytest.mark.parametrize("wrong", [["abc"], [5], [None], [{}], "abc", {"a": 1}], ids=str)
def test_an_element_that_is_no_id_is_400(shop, field, message, wrong):
    response = shop.admin.post(CREATE, json={**shop.product_body(), field: wrong})
    code = "invalid_category_id_format" if field == "category" else "invalid_sub_category_id_format"
    expect_error(response, code, order="F", message=message)


def test_one_id_as_a_text_is_no_list_of_ids(shop):
    body = shop.product_body()
    expect_error(shop.admin.post(CREATE, json={**body, "category": body["category"][0]}),
                 "invalid_category_id_format")


def test_unknown_elements_are_400_and_named(shop):
    body = shop.product_body()
    expect_error(shop.admin.post(CREATE, json={**body, "category": [UNKNOWN_ID]}), "category_id_not_found",
                 order="F",
                 message=f"Category with ID {UNKNOWN_ID} not found")
    expect_error(shop.admin.post(CREATE, json={**body, "subCategory": [UNKNOWN_ID]}),
                 "sub_category_id_not_found",
                 message=f"SubCategory with ID {UNKNOWN_ID} not found")


def test_a_subcategory_must_belong_to_one_of_the_categories(shop):
    stranger = shop.sub_category()
    body = {**shop.product_body(), "category": [shop.category()["_id"]], "subCategory": [stranger["_id"]]}
    expect_error(shop.admin.post(CREATE, json=body), "sub_category_not_in_categories",
                 message=f"SubCategory {stranger['_id']} does not belong to provided categories")


def test_category_errors_come_before_subcategory_errors(shop):
    body = {**shop.product_body(), "category": ["abc"], "subCategory": ["abc"]}
    expect_error(shop.admin.post(CREATE, json=body), "invalid_category_id_format")


# --- read


def test_one_can_be_read_populated(shop, anyone):
    category = shop.category()
    sub_category = shop.sub_category([category])
    made = shop.product(category=[category["_id"]], subCategory=[sub_category["_id"]], more_details={"a": 1})
    data = fetch(anyone, made)
    expect_product(data, populated=True)
    assert data == {**made, "category": [category], "subCategory": [sub_category]}


@pytest.mark.parametrize("bad", ["abc", "abcdefghijkl", "g" * 24, "a" * 25])
def test_a_malformed_id_is_400_everywhere(shop, anyone, bad):
    expect_error(anyone.get(f"/api/product/{bad}"), "invalid_product_id", order="F")
    expect_error(shop.admin.put(f"/api/product/update/{bad}", json={}), "invalid_product_id", order="F")
    expect_error(shop.admin.delete(f"/api/product/delete/{bad}"), "invalid_product_id", order="F")


def test_an_unknown_id_is_404_everywhere(shop, anyone):
    expect_error(anyone.get(f"/api/product/{UNKNOWN_ID}"), "product_not_found", order="F")
    expect_error(shop.admin.put(f"/api/product/update/{UNKNOWN_ID}", json={}), "product_not_found", order="F")
    expect_error(shop.admin.delete(f"/api/product/delete/{UNKNOWN_ID}"), "product_not_found", order="F")


def test_an_unpublished_product_is_the_admins_to_see(shop, anyone, user, server):
    hidden = shop.product(publish=False)
    for client in (anyone, user):
        expect_error(client.get(f"/api/product/{hidden['_id']}"), "product_not_available", order="F")
    for client in (shop.admin, shop.admin.by_cookie()):
        assert fetch(client, hidden)["publish"] is False


def test_a_bad_token_does_not_bar_from_what_is_open(shop, server):
    stranger = Client(server, "abc.def.ghi")
    assert fetch(stranger, shop.product())
    expect_error(stranger.get(f"/api/product/{shop.product(publish=False)['_id']}"), "product_not_available")


# --- update


def test_an_update_changes_only_the_fields_sent(shop, anyone):
    made = shop.product()
    changes = {"name": "New", "unit": "box", "stock": 7, "price": 12.34, "discount": 5,
               "description": "Changed",
               "image": ["new.jpg"], "more_details": {"x": 1}}
    for field, value in changes.items():
        before = fetch(shop.admin, made)
        data = expect_data(update(shop, made, **{field: value}), 200, "Product updated successfully")
        expect_product(data, populated=True, absent=[] if "more_details" in data else ["more_details"])
        assert {**data, "updatedAt": None} == {**before, field: value, "updatedAt": None}
        assert fetch(anyone, made) == data
    assert update(shop, made, publish=False).json()["data"]["publish"] is False


@pytest.mark.parametrize("body", [{}, {"foo": 1}, {"__v": 7, "_id": UNKNOWN_ID, "createdAt": "x"}], ids=str)
def test_an_update_without_a_field_is_allowed(shop, body):
    made = shop.product()
    data = expect_data(update(shop, made, **body), 200, "Product updated successfully")
    assert (data["_id"], data["name"], data["__v"],
            data["createdAt"]) == (made["_id"], made["name"], 0, made["createdAt"])


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("empty", [None, ""])
def test_an_update_cannot_empty_what_is_required(shop, field, empty):
    response = update(shop, shop.product(), **{field: empty})
    assert response.status_code == 400, response.text


@pytest.mark.parametrize("field", ["name", "image", "price"])
def test_an_update_names_the_field_that_may_not_be_empty(shop, field):
    assert update(shop, shop.product(), **{field: None}).json().get("field") == field


@pytest.mark.parametrize("field, value, code", [
    ("discount", -1, "discount_out_of_range"), ("discount", 101, "discount_out_of_range"),
    ("stock", -1, "negative_stock"), ("price", -1, "negative_price"), ("price", -0.01, "negative_price"),
])
def test_numbers_out_of_range_have_their_own_words(shop, field, value, code):
    made = shop.product()
    expect_error(update(shop, made, **{field: value}), code)
    assert fetch(shop.admin, made)[field] == made[field]


@pytest.mark.parametrize("field, wrong",
                         [("price", 1.001), ("price", "abc"), ("stock", 1.5), ("stock", "many"),
                          ("discount", "x"), ("publish", "maybe"), ("more_details", [1]), ("name", {"a": 1})],
                         ids=str)
def test_an_update_with_a_bad_field_names_it(shop, field, wrong):
    response = update(shop, shop.product(), **{field: wrong})
    assert (response.status_code, response.json().get("field")) == (400, field), response.text


def test_an_updates_elements_are_checked(shop):
    made = shop.product()
    expect_error(update(shop, made, category=["x"]), "invalid_category_id_format", order="F")
    expect_error(update(shop, made, category=made["category"][0]), "invalid_category_id_format")
    expect_error(update(shop, made, category=[UNKNOWN_ID]), "category_id_not_found",
                 message=f"Category with ID {UNKNOWN_ID} not found")
    expect_error(update(shop, made, subCategory=["x"]), "invalid_sub_category_id_format")
    expect_error(update(shop, made, subCategory=[UNKNOWN_ID]), "sub_category_id_not_found",
                 message=f"SubCategory with ID {UNKNOWN_ID} not found")


def test_an_update_may_not_orphan_a_subcategory_from_either_side(shop):
    made = shop.product()
    expect_error(update(shop, made, subCategory=[shop.sub_category()["_id"]]),
                 "sub_category_not_in_categories")
    expect_error(update(shop, made, category=[shop.category()["_id"]]), "sub_category_not_in_categories",
                 message=f"SubCategory {made['subCategory'][0]} does not belong to provided categories")


def test_an_update_may_move_a_product(shop):
    category = shop.category()
    sub_category = shop.sub_category([category])
    data = update(shop, shop.product(), category=[category["_id"]],
                  subCategory=[sub_category["_id"]]).json()["data"]
    assert (data["category"], data["subCategory"]) == ([category], [sub_category])


# --- delete


def test_deleting_answers_the_product_with_ids_and_it_is_gone(shop, anyone):
    made = shop.product(more_details={"a": 1})
    path = f"/api/product/delete/{made['_id']}"
    data = expect_data(shop.admin.delete(path), 200, "Product deleted successfully")
    expect_product(data)
    assert data == made
    expect_error(anyone.get(f"/api/product/{made['_id']}"), "product_not_found")
    expect_error(shop.admin.delete(path), "product_not_found")


# --- the list


def list_products(anyone, query=""):
    response = anyone.get("/api/product/all" + query)
    data = expect_data(response, 200, "Products fetched successfully", LISTED_KEYS)
    pagination = response.json()["pagination"]
    assert list(pagination) == ["page", "limit", "totalProducts", "totalPages"]
    return data, pagination


@pytest.fixture(scope="module")
def aisle(shop):
    """Twelve published products that only the word of the aisle finds, newest first, and a hidden one."""
    word = unique("aislequix")
    made = [shop.product(name=f"{word} item") for _ in range(12)]
    shop.product(name=f"{word} hidden", publish=False)
    return word, [product["_id"] for product in reversed(made)]


def ids_of(products):
    return [product["_id"] for product in products]


def test_the_list_is_newest_first_populated_and_ten_long(anyone, aisle):
    data, pagination = list_products(anyone)
    assert len(data) == 10 and (pagination["page"], pagination["limit"]) == (1, 10)
    assert [product["createdAt"] for product in data] == sorted((product["createdAt"] for product in data),
                                                                reverse=True)
    for product in data:
        expect_product(product, populated=True, absent=[] if "more_details" in product else ["more_details"])


def test_the_list_has_published_products_only(anyone, shop):
    hidden = shop.product(publish=False)
    data, _ = list_products(anyone, "?limit=100")
    assert hidden["_id"] not in ids_of(data)
    assert all(product["publish"] for product in data)


def test_pages_follow_each_other_and_are_counted(anyone, aisle):
    word, ids = aisle
    seen = []
    for page in (1, 2, 3):
        data, pagination = list_products(anyone, f"?search={word}&page={page}&limit=5")
        assert pagination == {"page": page, "limit": 5, "totalProducts": 12, "totalPages": 3}
        seen += ids_of(data)
    assert seen == ids
    assert list_products(anyone, f"?search={word}&page=4&limit=5")[0] == []


@pytest.mark.parametrize("query", ["", "&page=&limit=", "&page=1", "&limit=10", "&foo=bar"])
def test_missing_and_empty_parameters_have_their_defaults(anyone, aisle, query):
    word, ids = aisle
    data, pagination = list_products(anyone, f"?search={word}{query}")
    assert (ids_of(data), pagination) == (ids[:10],
                                          {"page": 1, "limit": 10, "totalProducts": 12, "totalPages": 2})


def test_a_limit_above_100_counts_as_100(anyone, aisle):
    assert list_products(anyone, f"?search={aisle[0]}&limit=101")[1]["limit"] == 100
    assert list_products(anyone, f"?search={aisle[0]}&limit=1000000000")[1]["limit"] == 100


@pytest.mark.parametrize("page, told", [("9007199254740991", 2**53 - 1), ("99999999999999999999", 10**20), ("9" * 400, 1.7976931348623157e308)])
def test_a_page_beyond_any_number_is_empty(anyone, aisle, page, told):
    """Told as JavaScript would."""
    response = anyone.get(f"/api/product/all?search={aisle[0]}&page={page}")
    assert response.status_code == 200 and response.json()["data"] == []
    assert f'"page":{json.dumps(told)},' in response.text
    assert list_products(anyone, f"?search={aisle[0]}&limit={page}")[1]["limit"] == 100


def test_the_first_of_a_repeated_parameter_counts(anyone, aisle):
    assert list_products(anyone, f"?search={aisle[0]}&limit=1&limit=2")[1]["limit"] == 1


@pytest.mark.parametrize("value", ["0", "-1", "abc", "1.5", "1e2", "0x5", "1;", "²", "%00"])
@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("path", ["/api/product/all?", "/api/product/search?search=x&"])
def test_a_page_or_limit_that_is_no_whole_number_from_1_is_400(anyone, path, name, value):
    expect_error(anyone.get(f"{path}{name}={value}"), "invalid_page", order="F")


def test_a_search_in_the_list_is_still_newest_first(anyone, shop):
    word = unique("listquix")
    by_description = [shop.product(description=f"{word} {word}"), shop.product(description=word)]
    by_name = shop.product(name=word)
    newest = shop.product(description=f"something {word}")
    data, pagination = list_products(anyone, f"?search={word}")
    assert ids_of(data) == ids_of([newest, by_name, by_description[1], by_description[0]])
    assert pagination["totalProducts"] == 4
    assert "score" not in data[0]


@pytest.mark.parametrize("search", ["the", "zzznothingzzz", "-word"])
def test_a_search_without_hits_is_an_empty_page(anyone, search):
    data, pagination = list_products(anyone, f"?search={search}")
    assert (data, pagination) == ([], {"page": 1, "limit": 10, "totalProducts": 0, "totalPages": 0})


def test_a_parameter_with_an_operator_is_just_another_parameter(anyone):
    assert list_products(anyone, "?search[$ne]=x")[1] == list_products(anyone)[1]


def test_the_list_is_never_stale(anyone, shop):
    made = shop.product()
    assert list_products(anyone)[0][0]["_id"] == made["_id"]
    update(shop, made, price=1.5)
    assert list_products(anyone)[0][0]["price"] == 1.5
    shop.admin.put(f"/api/category/update/{made['category'][0]}", json={"image": unique("new")})
    assert list_products(anyone)[0][0]["category"][0]["image"] == anyone.get(f"/api/category/{made['category'][0]}").json()["data"]["image"]
    shop.admin.delete(f"/api/product/delete/{made['_id']}")
    assert list_products(anyone)[0][0]["_id"] != made["_id"]
