"""Subcategories."""
import pytest

from support.expect import CATEGORY, SUB_CATEGORY, UNKNOWN_ID, expect_data, expect_document, expect_error
from support.shop import IMAGE, hard_to_compress, unique

CREATE = "/api/subcategory/create"


def body_with(shop, **fields):
    return {"name": unique("Sub "), "image": IMAGE, "category": [shop.category()["_id"]], **fields}


def update(admin, sub_category, **fields):
    return admin.put(f"/api/subcategory/update/{sub_category['_id']}", json=fields)


def expect_populated(sub_category):
    expect_document(sub_category, SUB_CATEGORY)
    for category in sub_category["category"]:
        expect_document(category, CATEGORY)


def test_creating_answers_the_subcategory_with_ids(admin, shop):
    categories = [shop.category()["_id"], shop.category()["_id"]]
    body = body_with(shop, category=categories)
    data = expect_data(admin.post(CREATE, json=body), 201, "SubCategory created successfully")
    expect_document(data, SUB_CATEGORY, created=True)
    assert {name: data[name] for name in SUB_CATEGORY} == body


def test_a_name_has_at_most_1024_bytes(admin, shop):
    sub_category = shop.sub_category(name=hard_to_compress(1024))
    for response in (admin.post(CREATE, json=body_with(shop, name=hard_to_compress(1025))),
                     update(admin, sub_category, name=hard_to_compress(5000))):
        expect_error(response, "invalid_field", field="name", order="E")


@pytest.mark.parametrize("missing", ["name", "image", "category"])
@pytest.mark.parametrize("how", ["absent", "", None])
def test_creating_needs_name_image_and_category(admin, shop, missing, how):
    body = body_with(shop, **{missing: how})
    if how == "absent":
        del body[missing]
    expect_error(admin.post(CREATE, json=body), "sub_category_incomplete")


@pytest.mark.parametrize("field", ["name", "image"])
@pytest.mark.parametrize("wrong", [{"$ne": 1}, ["x"], True], ids=str)
def test_creating_with_a_wrong_type_names_the_field(admin, shop, field, wrong):
    expect_error(admin.post(CREATE, json=body_with(shop, **{field: wrong})), "invalid_field", field=field,
                 order="E")


@pytest.mark.parametrize("categories", [["abc"], [5], [None], [{}], "abc", {"a": 1}, ["a" * 25]], ids=str)
def test_a_category_that_is_no_id_is_400(admin, shop, categories):
    expect_error(admin.post(CREATE, json=body_with(shop, category=categories)), "invalid_category_id_format",
                 order="E")


def test_a_category_that_is_unknown_is_400_and_named(admin, shop):
    body = body_with(shop, category=[shop.category()["_id"], UNKNOWN_ID])
    expect_error(admin.post(CREATE, json=body), "category_id_not_found", order="E",
                 message=f"Category with ID {UNKNOWN_ID} not found")


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_name_is_taken_once_in_whatever_case(admin, shop, change):
    taken = shop.sub_category(name=unique("Taken sub "))
    expect_error(admin.post(CREATE, json=body_with(shop, name=change(taken["name"]))), "sub_category_exists")


def test_category_errors_come_before_a_taken_name(admin, shop):
    taken = shop.sub_category()
    expect_error(admin.post(CREATE, json=body_with(shop, name=taken["name"], category=["abc"])),
                 "invalid_category_id_format")


def test_reads_are_populated(anyone, shop):
    category = shop.category()
    made = shop.sub_category([category])
    data = expect_data(anyone.get(f"/api/subcategory/{made['_id']}"), 200, "SubCategory fetched")
    expect_populated(data)
    assert data == {**made, "category": [category]}


def test_the_list_is_newest_first_and_populated(anyone, shop):
    made = [shop.sub_category()["_id"] for _ in range(3)]
    data = expect_data(anyone.get("/api/subcategory/all"), 200, "SubCategories fetched")
    assert [sub_category["_id"] for sub_category in data][:3] == made[::-1]
    for sub_category in data:
        expect_populated(sub_category)


def test_the_list_of_a_category_has_its_own_only(anyone, shop):
    category, other = shop.category(), shop.category()
    made = [shop.sub_category([category]), shop.sub_category([other, category])]
    shop.sub_category([other])
    data = expect_data(anyone.get(f"/api/subcategory/category/{category['_id']}"), 200,
                       "SubCategories fetched")
    assert [sub_category["_id"] for sub_category in data] == [made[1]["_id"], made[0]["_id"]]
    assert data[0]["category"] == [other, category], "all categories, in the order they were given"
    for sub_category in data:
        expect_populated(sub_category)


def test_a_category_without_any_has_an_empty_list(anyone, shop):
    assert anyone.get(f"/api/subcategory/category/{shop.category()['_id']}").json()["data"] == []


def test_the_list_of_a_category_that_is_none(anyone):
    expect_error(anyone.get("/api/subcategory/category/abc"), "invalid_category_id")
    expect_error(anyone.get(f"/api/subcategory/category/{UNKNOWN_ID}"), "category_not_found")


@pytest.mark.parametrize("bad", ["abc", "a" * 25, "g" * 24, "category"])
def test_a_malformed_id_is_400_everywhere(anyone, admin, bad):
    expect_error(anyone.get(f"/api/subcategory/{bad}"), "invalid_sub_category_id")
    expect_error(admin.put(f"/api/subcategory/update/{bad}", json={"name": "x"}), "invalid_sub_category_id")
    expect_error(admin.delete(f"/api/subcategory/delete/{bad}"), "invalid_sub_category_id")


def test_an_unknown_id_is_404_everywhere(anyone, admin):
    expect_error(anyone.get(f"/api/subcategory/{UNKNOWN_ID}"), "sub_category_not_found")
    expect_error(admin.put(f"/api/subcategory/update/{UNKNOWN_ID}", json={"name": unique("x")}),
                 "sub_category_not_found")
    expect_error(admin.delete(f"/api/subcategory/delete/{UNKNOWN_ID}"), "sub_category_not_found")


@pytest.mark.parametrize("field", ["name", "image"])
def test_an_update_changes_only_the_fields_sent(admin, anyone, shop, field):
    category = shop.category()
    made = shop.sub_category([category])
    value = unique("Changed ")
    data = expect_data(update(admin, made, **{field: value}), 200, "SubCategory updated successfully")
    expect_populated(data)
    assert {**data, "updatedAt": made["updatedAt"]} == {**made, field: value, "category": [category]}
    assert anyone.get(f"/api/subcategory/{made['_id']}").json()["data"] == data


def test_an_update_may_replace_the_categories(admin, shop):
    made, category = shop.sub_category(), shop.category()
    assert update(admin, made, category=[category["_id"]]).json()["data"]["category"] == [category]


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None, "image": ""}, {"foo": 1}], ids=str)
def test_an_update_needs_a_field(admin, shop, body):
    expect_error(update(admin, shop.sub_category(), **body), "nothing_to_update")


def test_errors_of_an_update_come_in_their_order(admin):
    expect_error(admin.put("/api/subcategory/update/abc", json={}), "invalid_sub_category_id")
    expect_error(admin.put(f"/api/subcategory/update/{UNKNOWN_ID}", json={}), "nothing_to_update")
    expect_error(admin.put(f"/api/subcategory/update/{UNKNOWN_ID}", json={"category": ["x"]}),
                 "invalid_category_id_format")


def test_an_updates_categories_must_exist(admin, shop):
    made = shop.sub_category()
    expect_error(update(admin, made, category=["x"]), "invalid_category_id_format", order="E")
    expect_error(update(admin, made, category=[UNKNOWN_ID]), "category_id_not_found",
                 message=f"Category with ID {UNKNOWN_ID} not found")


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_rename_to_anothers_name_is_409(admin, shop, change):
    taken, made = shop.sub_category(name=unique("Other sub ")), shop.sub_category()
    expect_error(update(admin, made, name=change(taken["name"])), "sub_category_exists")


def test_deleting_answers_the_subcategory_and_it_is_gone(admin, anyone, shop):
    made = shop.sub_category()
    path = f"/api/subcategory/delete/{made['_id']}"
    data = expect_data(admin.delete(path), 200, "SubCategory deleted successfully")
    assert list(data)[0] == "_id" and (data["_id"], data["name"]) == (made["_id"], made["name"])
    expect_error(anyone.get(f"/api/subcategory/{made['_id']}"), "sub_category_not_found")
    expect_error(admin.delete(path), "sub_category_not_found")


def test_a_deleted_subcategory_disappears_from_products(admin, anyone, shop):
    category = shop.category()
    kept, doomed = shop.sub_category([category]), shop.sub_category([category])
    product = shop.product(category=[category["_id"]], subCategory=[doomed["_id"], kept["_id"]])
    admin.delete(f"/api/subcategory/delete/{doomed['_id']}")
    assert anyone.get(f"/api/product/{product['_id']}").json()["data"]["subCategory"] == [kept]
