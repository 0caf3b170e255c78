"""Categories."""
import pytest

from support.expect import CATEGORY, UNKNOWN_ID, expect_data, expect_document, expect_error
from support.shop import IMAGE, hard_to_compress, unique

CREATE = "/api/category/create"


def update(admin, category, **fields):
    return admin.put(f"/api/category/update/{category['_id']}", json=fields)


def fetch(anyone, category):
    return expect_data(anyone.get(f"/api/category/{category['_id']}"), 200, "Category fetched")


def test_creating_answers_the_category(admin):
    name = unique("Électronique 🦊 ")
    data = expect_data(admin.post(CREATE, json={"name": name, "image": IMAGE}), 201,
                       "Category created successfully")
    expect_document(data, CATEGORY, created=True)
    assert (data["name"], data["image"]) == (name, IMAGE)
    assert data["createdAt"] == data["updatedAt"]


def test_an_admin_may_create_by_cookie(admin):
    response = admin.by_cookie().post(CREATE, json={"name": unique("Cookie 🍪 "), "image": "x"})
    expect_data(response, 201, "Category created successfully")


@pytest.mark.parametrize("missing", ["name", "image"])
@pytest.mark.parametrize("how", ["absent", "", None])
def test_creating_needs_name_and_image(admin, missing, how):
    body = {"name": unique("x"), "image": "x", missing: how}
    if how == "absent":
        del body[missing]
    expect_error(admin.post(CREATE, json=body), "category_incomplete")


@pytest.mark.parametrize("field", ["name", "image"])
@pytest.mark.parametrize("wrong", [{"$ne": 1}, ["x"], True], ids=str)
def test_creating_with_a_wrong_type_names_the_field(admin, field, wrong):
    expect_error(admin.post(CREATE, json={"name": unique("x"), "image": "x", field: wrong}), "invalid_field",
                 field=field, order="E")


def test_a_name_has_at_most_1024_bytes(admin, anyone):
    longest = hard_to_compress(1024)
    category = expect_data(admin.post(CREATE, json={"name": longest, "image": "x"}), 201, "Category created successfully")
    for response in (admin.post(CREATE, json={"name": longest + "x", "image": "x"}),
                     update(admin, category, name=hard_to_compress(5000))):
        expect_error(response, "invalid_field", field="name", order="E")
    assert fetch(anyone, category)["name"] == longest


@pytest.mark.parametrize("change", [str, str.upper, str.lower])
def test_a_name_is_taken_once_in_whatever_case(admin, shop, change):
    taken = shop.category(name=unique("Taken Name "))
    expect_error(admin.post(CREATE, json={"name": change(taken["name"]), "image": "x"}), "category_exists")


def test_the_list_is_newest_first(anyone, shop):
    made = [shop.category()["_id"] for _ in range(3)]
    data = expect_data(anyone.get("/api/category/all"), 200, "Categories fetched")
    assert [category["_id"] for category in data][:3] == made[::-1]
    for category in data:
        expect_document(category, CATEGORY)


def test_the_list_ignores_queries(anyone):
    assert anyone.get("/api/category/all?page=1&limit=1").json()["data"] == anyone.get("/api/category/all").json()["data"]


def test_one_can_be_read(anyone, shop):
    made = shop.category()
    data = fetch(anyone, made)
    expect_document(data, CATEGORY)
    assert data == made


def test_ids_are_accepted_in_either_case(anyone, shop):
    made = shop.category()
    assert fetch(anyone, {"_id": made["_id"].upper()}) == made


@pytest.mark.parametrize("bad", ["abc", "a" * 23, "a" * 25, "g" * 24, "abcdefghijkl", "%E2%82%AC", "null"])
def test_a_malformed_id_is_400_everywhere(anyone, admin, bad):
    expect_error(anyone.get(f"/api/category/{bad}"), "invalid_category_id")
    expect_error(admin.put(f"/api/category/update/{bad}", json={"name": "x"}), "invalid_category_id")
    expect_error(admin.delete(f"/api/category/delete/{bad}"), "invalid_category_id")


def test_an_unknown_id_is_404_everywhere(anyone, admin):
    expect_error(anyone.get(f"/api/category/{UNKNOWN_ID}"), "category_not_found")
    expect_error(admin.put(f"/api/category/update/{UNKNOWN_ID}", json={"name": unique("x")}),
                 "category_not_found")
    expect_error(admin.delete(f"/api/category/delete/{UNKNOWN_ID}"), "category_not_found")


@pytest.mark.parametrize("field", ["name", "image"])
def test_an_update_changes_only_the_fields_sent(admin, anyone, shop, field):
    made = shop.category()
    value = unique("Changed ")
    data = expect_data(update(admin, made, **{field: value}), 200, "Category updated successfully")
    expect_document(data, CATEGORY)
    assert data["updatedAt"] > made["updatedAt"]
    assert {**data, "updatedAt": made["updatedAt"]} == {**made, field: value}
    assert fetch(anyone, made) == data


def test_a_number_becomes_the_name_it_looks_like(admin, shop):
    made = shop.category()
    number = int(unique("9900"))
    assert update(admin, made, name=number).json()["data"]["name"] == str(number)


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None, "image": ""}, {"foo": 1}], ids=str)
def test_an_update_needs_a_field(admin, shop, body):
    expect_error(update(admin, shop.category(), **body), "nothing_to_update")


def test_errors_of_an_update_come_in_their_order(admin):
    expect_error(admin.put("/api/category/update/abc", json={}), "invalid_category_id")
    expect_error(admin.put(f"/api/category/update/{UNKNOWN_ID}", json={}), "nothing_to_update")


@pytest.mark.parametrize("field", ["name", "image"])
def test_an_update_with_a_wrong_type_names_the_field(admin, shop, field):
    expect_error(update(admin, shop.category(), **{field: {"$ne": 1}}), "invalid_field", field=field)


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_rename_to_anothers_name_is_409(admin, shop, change):
    taken, made = shop.category(name=unique("Other ")), shop.category()
    expect_error(update(admin, made, name=change(taken["name"])), "category_exists")


def test_a_rename_may_change_the_case_of_its_own_name(admin, shop):
    made = shop.category(name=unique("own name "))
    assert update(admin, made, name=made["name"].upper()).json()["data"]["name"] == made["name"].upper()


def test_a_deleted_name_is_free_again(admin, shop):
    made = shop.category()
    admin.delete(f"/api/category/delete/{made['_id']}")
    shop.category(name=made["name"])


def test_deleting_answers_the_category_and_it_is_gone(admin, anyone, shop):
    made = shop.category()
    path = f"/api/category/delete/{made['_id']}"
    data = expect_data(admin.delete(path), 200, "Category deleted successfully")
    expect_document(data, CATEGORY)
    assert data == made
    expect_error(anyone.get(f"/api/category/{made['_id']}"), "category_not_found")
    expect_error(admin.delete(path), "category_not_found")
    assert made["_id"] not in [category["_id"] for category in anyone.get("/api/category/all").json()["data"]]


def test_a_deleted_category_disappears_from_what_named_it(admin, anyone, shop):
    kept, doomed = shop.category(), shop.category()
    sub_category = shop.sub_category([doomed, kept])
    product = shop.product(category=[doomed["_id"], kept["_id"]], subCategory=[sub_category["_id"]])
    admin.delete(f"/api/category/delete/{doomed['_id']}")
    for path in (f"/api/subcategory/{sub_category['_id']}", f"/api/product/{product['_id']}"):
        assert anyone.get(path).json()["data"]["category"] == [kept]


def test_the_last_category_leaves_an_empty_list(admin, anyone, shop):
    doomed = shop.category()
    sub_category = shop.sub_category([doomed])
    admin.delete(f"/api/category/delete/{doomed['_id']}")
    assert anyone.get(f"/api/subcategory/{sub_category['_id']}").json()["data"]["category"] == []
