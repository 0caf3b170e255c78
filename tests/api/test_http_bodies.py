"""What counts as a body, and which types a field takes."""
import gzip
import json

import pytest

from support.expect import expect_data, expect_error
from support.shop import unique

LOGIN = "/api/user/login"
LIMIT = 100 * 1024


def padded_login(size):
    """A valid JSON object of exactly that many bytes, without a password."""
    return '{"email":"' + "a" * (size - len('{"email":""}')) + '"}'


@pytest.mark.parametrize("content_type", [
    "application/json", "APPLICATION/JSON", "application/json; charset=utf-8",
    "application/json;charset=UTF-8", 'application/json; charset="utf-8"',
])
def test_json_in_utf_8_is_taken(anyone, content_type):
    expect_error(anyone.send_text("POST", LOGIN, "{}", content_type), "login_incomplete")


@pytest.mark.parametrize("content_type",
                         ["text/plain", "application/x-www-form-urlencoded", "application/xml",
                                          "application/json; charset=iso-8859-1", "application/jsonx", None])
def test_anything_else_is_415(anyone, content_type):
    expect_error(anyone.send_text("POST", LOGIN, '{"email":"a"}', content_type), "unsupported_media_type")


def test_a_body_of_exactly_100_kib_is_taken(anyone):
    expect_error(anyone.send_text("POST", LOGIN, padded_login(LIMIT)), "login_incomplete")


def test_a_body_of_one_byte_more_is_413(anyone):
    expect_error(anyone.send_text("POST", LOGIN, padded_login(LIMIT + 1)), "body_too_large")


def test_compressed_bodies_are_415(anyone):
    body = gzip.compress(b'{"email":"a@example.com","password":"whatever"}')
    expect_error(anyone.send_text("POST", LOGIN, body, Content_Encoding="gzip"), "unsupported_encoding")


@pytest.mark.parametrize("body", [
    "{", "{]", '{"email"}', '{"email":}', "{'email':1}", '{"email":1,}', '{"a":01}', '{"a":1}}',
    '{"a":1}{"b":2}', '{"a":NaN}', '{"a":"\n"}', '{"a":"\\x"}', "nul", b'{"email":"\xff\xfe"}',
    b'{"email":"\xc3"}', b'{"email":"\xed\xa0\x80"}', b'\xff\xfe{\x00}\x00', "[" * 5000, '{"a":' * 5000,
], ids=repr)
def test_malformed_json_is_400(anyone, body):
    expect_error(anyone.send_text("POST", LOGIN, body), "malformed_json")


@pytest.mark.parametrize("body", ["[]", "[{}]", '"text"', "1", "true", "null"])
def test_a_top_level_that_is_no_object_is_400(anyone, body):
    expect_error(anyone.send_text("POST", LOGIN, body), "not_an_object")


def test_an_absent_body_counts_as_an_empty_object(anyone):
    expect_error(anyone.post(LOGIN), "login_incomplete")


def test_an_empty_body_counts_as_an_empty_object(anyone):
    expect_error(anyone.send_text("POST", LOGIN, ""), "login_incomplete")


def test_an_absent_body_of_an_update_counts_as_an_empty_object(user):
    expect_data(user.put("/api/user/update-user"), 200, "successfully Updated User",
                ("message", "success", "error", "data"))


def test_a_byte_order_mark_is_skipped(anyone):
    expect_error(anyone.send_text("POST", LOGIN, b"\xef\xbb\xbf{}"), "login_incomplete")


def test_the_last_of_doubled_keys_wins(admin):
    name = unique("Last ")
    response = admin.send_text("POST", "/api/category/create",
                               f'{{"name":"first","image":"x","name":"{name}"}}')
    assert expect_data(response, 201, "Category created successfully")["name"] == name


@pytest.mark.parametrize("extra",
                         ['"foo":1', '"$where":"1"', '"$set":{"name":"x"}', '"__proto__":{"name":"x"}',
                          '"constructor":null', '"":0', '"_id":"507f1f77bcf86cd799439011"', '"__v":7'])
def test_unknown_keys_and_dollar_keys_are_ignored(admin, extra):
    name = unique("Extra ")
    response = admin.send_text("POST", "/api/category/create", f'{{"name":"{name}","image":"x",{extra}}}')
    data = expect_data(response, 201, "Category created successfully")
    assert (data["name"], data["image"], data["__v"]) == (name, "x", 0)
    assert data["_id"] != "507f1f77bcf86cd799439011"


def test_escaped_text_comes_back_unescaped(admin):
    number = unique("")
    response = admin.send_text("POST", "/api/category/create",
                               f'{{"name":"caf\\u00e9 \\ud83e\\udd8a {number}","image":"a\\/b\\"c\\\\d"}}')
    assert f'"name":"café 🦊 {number}","image":"a/b\\"c\\\\d"' in response.content.decode()


def test_a_lone_surrogate_does_no_harm(admin):
    assert admin.send_text("POST", "/api/category/create",
                           '{"name":"\\ud800","image":"x"}').status_code == 400


@pytest.mark.parametrize("sent, kept",
                         [("7", "7"), ("1.5", "1.5"), ("-3", "-3"), ("12345678901", "12345678901")])
def test_a_text_field_keeps_a_number_as_its_decimal_text(admin, sent, kept):
    response = admin.send_text("POST", "/api/category/create",
                               f'{{"name":"{unique("Number ")}","image":{sent}}}')
    assert expect_data(response, 201, "Category created successfully")["image"] == kept


@pytest.mark.parametrize("wrong", ["true", "[]", '["x"]', "{}", '{"$ne":1}'])
@pytest.mark.parametrize("field", ["name", "image"])
def test_a_text_field_takes_nothing_else(admin, field, wrong):
    other = "image" if field == "name" else "name"
    response = admin.send_text("POST", "/api/category/create",
                               f'{{"{field}":{wrong},"{other}":"{unique("x")}"}}')
    body = response.json()
    assert (response.status_code, body["code"] in ("invalid_field", "category_incomplete"),
            body.get("field")) == (400, True, field)


@pytest.mark.parametrize("sent, kept",
                         [('"12.5"', 12.5), ('"20"', 20), ("20.00", 20), ("0.1", 0.1), ("1e2", 100),
                          ("0", 0)])
def test_a_number_field_takes_a_number_or_a_numeric_text(shop, sent, kept):
    body = shop.product_body(price=None)
    text = json.dumps(body).replace('"price": null', f'"price": {sent}')
    response = shop.admin.send_text("POST", "/api/product/create", text)
    assert expect_data(response, 201, "Product created successfully")["price"] == kept


@pytest.mark.parametrize("sent, kept", [(True, True), (False, False), ("true", True), ("false", False)])
def test_a_boolean_field_takes_a_boolean_or_its_word(shop, sent, kept):
    assert shop.product(publish=sent)["publish"] is kept


@pytest.mark.parametrize("wrong", ["yes", 2, [], {}])
def test_a_boolean_field_takes_nothing_else(shop, wrong):
    response = shop.admin.post("/api/product/create", json=shop.product_body(publish=wrong))
    expect_error(response, "invalid_field", field="publish", order="F")


def test_a_list_field_takes_one_text_as_a_list_of_one(shop):
    assert shop.product(image="one.jpg")["image"] == ["one.jpg"]


@pytest.mark.parametrize("wrong", [{}, {"a": 1}, True, [{}], [None], [["x"]]])
def test_a_list_field_takes_nothing_else(shop, wrong):
    response = shop.admin.post("/api/product/create", json=shop.product_body(image=wrong))
    assert (response.status_code, response.json().get("field")) == (400, "image")
