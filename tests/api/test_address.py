"""Delivery addresses."""
import pytest

from support.expect import ADDRESS, UNKNOWN_ID, expect_data, expect_document, expect_error
from support.shop import address_body

ADD = "/api/address/add"
FIELDS = ["address_line", "city", "state", "pincode", "country", "mobile"]


def update(user, address, **fields):
    return user.put(f"/api/address/update/{address['_id']}", json=fields)


def set_default(user, address):
    return user.put(f"/api/address/set-default/{address['_id']}")


def addresses_of(user):
    """By id."""
    data = expect_data(user.get("/api/address/all"), 200, "Addresses fetched")
    for address in data:
        expect_document(address, ADDRESS)
    return {address["_id"]: address for address in data}


def expect_default(user, address):
    """Exactly this one is the default, wherever one looks; None: there is none."""
    wanted = address["_id"] if address else None
    assert user.fetch_profile()["default_address"] == wanted
    assert [one["_id"]
            for one in addresses_of(user).values() if one["status"]] == ([wanted] if wanted else [])


# --- add


def test_adding_answers_the_address(user):
    data = expect_data(user.post(ADD, json=address_body(city="Pünë 🏠")), 201, "Address added successfully")
    expect_document(data, ADDRESS, created=True)
    assert {name: data[name] for name in ADDRESS} == {**address_body(city="Pünë 🏠"), "mobile": 9876543210,
                                                      "status": True, "userId": user.id}


def test_pincode_and_mobile_may_be_numbers(user):
    data = user.post(ADD, json=address_body(pincode=400002, mobile=9876543211)).json()["data"]
    assert (data["pincode"], data["mobile"]) == ("400002", 9876543211)


def test_what_is_not_the_callers_to_say_is_ignored(user):
    data = user.post(ADD, json=address_body(status=False, userId=UNKNOWN_ID, _id=UNKNOWN_ID)).json()["data"]
    assert (data["status"], data["userId"]) == (True, user.id) and data["_id"] != UNKNOWN_ID


@pytest.mark.parametrize("missing", FIELDS)
@pytest.mark.parametrize("how", ["absent", "", None])
def test_adding_needs_every_field(user, missing, how):
    body = address_body(**{missing: how})
    if how == "absent":
        del body[missing]
    expect_error(user.post(ADD, json=body), "address_incomplete")


@pytest.mark.parametrize("field", ["address_line", "city", "state", "country"])
@pytest.mark.parametrize("wrong", [{"a": 1}, ["x"], True], ids=str)
def test_a_text_of_a_wrong_type_is_named(user, field, wrong):
    expect_error(user.post(ADD, json=address_body(**{field: wrong})), "invalid_field", field=field, order="E")


BAD_PINCODES = ["12345", "1234567", "012345", "12345a", "४००००१", " 411001", "411001 ", "-11001", "4110.1",
                12345, 1234567, 41100.5,
                True, ["411001"], {"$ne": 1}]
BAD_MOBILES = ["987654321", "98765432100", "0876543210", "98765x3210", "९८७६५४३२१०", "+987654321",
               "-987654321", " 9876543210", 987654321,
               98765432100, 987654321.5, True, ["9876543210"], {"$ne": 1}]


@pytest.mark.parametrize("pincode", BAD_PINCODES, ids=str)
def test_a_pincode_is_six_digits_and_begins_with_none_that_is_0(shop, user, pincode):
    expect_error(user.post(ADD, json=address_body(pincode=pincode)), "invalid_pincode")


@pytest.mark.parametrize("field", ["address_line", "city", "state", "country"])
def test_a_text_has_at_most_1024_bytes(shop, user, field):
    longest, too_long = "é" * 512, "é" * 512 + "e"
    address = shop.address(user)
    assert expect_data(update(user, address, **{field: longest}), 200, "Address updated successfully")[field] == longest
    for response in (update(user, address, **{field: too_long}), user.post(ADD, json=address_body(**{field: too_long}))):
        expect_error(response, "invalid_field", field=field, message=f"{field} must be text of at most 1024 bytes")


@pytest.mark.parametrize("mobile", BAD_MOBILES, ids=str)
def test_a_mobile_is_ten_digits_and_begins_with_none_that_is_0(shop, user, mobile):
    expect_error(user.post(ADD, json=address_body(mobile=mobile)), "invalid_mobile")


def test_errors_of_an_update_to_both_numbers_are_checked_too(shop, user):
    address = shop.address(user)
    for pincode in BAD_PINCODES:
        expect_error(update(user, address, pincode=pincode), "invalid_pincode")
    for mobile in BAD_MOBILES:
        expect_error(update(user, address, mobile=mobile), "invalid_mobile")
    assert addresses_of(user)[address["_id"]] == address


def test_errors_of_adding_come_in_their_order(user):
    expect_error(user.post(ADD, json={"pincode": "1", "mobile": "1"}), "address_incomplete")
    expect_error(user.post(ADD, json=address_body(pincode="1", mobile="1")), "invalid_pincode")


# --- the default


def test_a_new_address_becomes_the_default_and_joins_the_profile(shop, user):
    made = []
    for _ in range(3):
        made.append(shop.address(user))
        expect_default(user, made[-1])
        assert user.fetch_profile()["address_details"] == [address["_id"] for address in made]


def test_another_can_be_made_the_default(shop, user):
    first, _ = shop.address(user), shop.address(user)
    data = expect_data(set_default(user, first), 200, "Default address updated successfully")
    expect_document(data, ADDRESS)
    assert {**data, "updatedAt": None} == {**first, "updatedAt": None}
    expect_default(user, first)
    assert set_default(user, first).status_code == 200
    expect_default(user, first)


def test_deleting_the_default_leaves_none(shop, user):
    first, default = shop.address(user), shop.address(user)
    user.delete(f"/api/address/delete/{default['_id']}")
    expect_default(user, None)
    set_default(user, first)
    expect_default(user, first)


def test_deleting_another_leaves_the_default(shop, user):
    first, default = shop.address(user), shop.address(user)
    user.delete(f"/api/address/delete/{first['_id']}")
    expect_default(user, default)


# --- read, update, delete


def test_the_list_has_the_callers_own_only(shop, user, other_user):
    assert addresses_of(user) == {}
    made = shop.address(user)
    shop.address(other_user)
    assert addresses_of(user) == {made["_id"]: made}


@pytest.mark.parametrize("field, value, kept",
                         [("address_line", "1 New", "1 New"), ("city", "Delhi", "Delhi"), ("state", 5, "5"),
                                                ("country", "Nepal", "Nepal"), ("pincode", 110001, "110001"),
                                                ("mobile", "9999999999", 9999999999)])
def test_an_update_changes_only_the_fields_sent(shop, user, field, value, kept):
    made = shop.address(user)
    data = expect_data(update(user, made, **{field: value}), 200, "Address updated successfully")
    expect_document(data, ADDRESS)
    assert {**data, "updatedAt": None} == {**made, field: kept, "updatedAt": None}
    assert addresses_of(user)[made["_id"]] == data


def test_an_update_does_not_touch_default_or_owner(shop, user, other_user):
    made = shop.address(user)
    data = update(user, made, status=False, userId=other_user.id, city="X").json()["data"]
    assert (data["status"], data["userId"]) == (True, user.id)


@pytest.mark.parametrize("body", [{}, {"city": ""}, {"city": None}, {"status": False}, {"foo": 1}], ids=str)
def test_an_update_needs_a_field(shop, user, body):
    expect_error(update(user, shop.address(user), **body), "nothing_to_update")


@pytest.mark.parametrize("field", ["address_line", "city", "state", "country"])
def test_an_update_with_a_wrong_type_names_the_field(shop, user, field):
    expect_error(update(user, shop.address(user), **{field: {"a": 1}}), "invalid_field", field=field)


def test_deleting_answers_the_address_and_it_is_gone(shop, user):
    kept, made = shop.address(user), shop.address(user)
    path = f"/api/address/delete/{made['_id']}"
    data = expect_data(user.delete(path), 200, "Address deleted successfully")
    expect_document(data, ADDRESS)
    assert {**data, "status": True} == made
    assert list(addresses_of(user)) == [kept["_id"]]
    assert user.fetch_profile()["address_details"] == [kept["_id"]]
    expect_error(user.delete(path), "address_not_found")


def each_route(user, address_id):
    return [user.put(f"/api/address/update/{address_id}", json={"city": "x"}),
            user.put(f"/api/address/set-default/{address_id}"),
            user.delete(f"/api/address/delete/{address_id}")]


@pytest.mark.parametrize("bad", ["abc", "a" * 25, "g" * 24])
def test_a_malformed_id_is_400_everywhere(user, bad):
    for response in each_route(user, bad):
        expect_error(response, "invalid_address_id")


def test_an_unknown_id_and_anothers_are_404_everywhere(shop, user, other_user):
    address = shop.address(other_user)
    for address_id in (UNKNOWN_ID, address["_id"]):
        for response in each_route(user, address_id):
            expect_error(response, "address_not_found")
    assert addresses_of(other_user) == {address["_id"]: address}
    expect_default(other_user, address)


def test_ids_are_accepted_in_either_case(shop, user):
    address = shop.address(user)
    assert user.delete(f"/api/address/delete/{address['_id'].upper()}").status_code == 200
