"""Many hands on the same thing."""
import pytest

from support.client import Client, set_cookies
from support.expect import expect_error
from support.parallel import at_once, statuses
from support.shop import IMAGE, PASSWORD, unique

MANY = 100


def test_the_same_cart_line_is_made_once(shop, user):
    body = {"productId": shop.product()["_id"]}
    responses = at_once(MANY, lambda _: user.post("/api/cart/add", json=body))
    assert statuses(responses) == {201: 1, 409: MANY - 1}
    assert user.get("/api/cart/count").json()["data"]["count"] == 1


def test_different_lines_are_all_made(shop, user):
    products = [shop.product() for _ in range(20)]
    responses = at_once(20,
                        lambda number: user.post("/api/cart/add",
                                                 json={"productId": products[number]["_id"]}))
    assert statuses(responses) == {201: 20}
    assert len(user.get("/api/cart").json()["data"]) == 20


def test_the_same_address_registers_once(shop):
    email = unique("race") + "@example.com"
    body = {"name": "Asha", "password": PASSWORD}
    cases = [str, str.upper, str.title]
    responses = at_once(MANY,
                        lambda number: shop.anyone.post("/api/user/register",
                                                        json={**body, "email": cases[number % 3](email)}))
    counts = statuses(responses)
    assert counts.pop(200) == 1
    assert set(counts) <= {409, 503}, "taken, or too busy to look"
    for response in responses:
        if response.status_code == 503:
            assert int(response.headers["Retry-After"]) >= 1
    expect_error(shop.anyone.post("/api/user/register", json={**body, "email": email}), "user_exists")


@pytest.mark.parametrize("path, more", [("/api/category/create", False), ("/api/subcategory/create", True)])
def test_the_same_name_is_taken_once(shop, admin, path, more):
    body = {"name": unique("Race "), "image": IMAGE,
            **({"category": [shop.category()["_id"]]} if more else {})}
    cases = [str, str.upper, str.lower]
    responses = at_once(MANY,
                        lambda number: admin.post(path,
                                                  json={**body, "name": cases[number % 3](body["name"])}))
    assert statuses(responses) == {201: 1, 409: MANY - 1}


def test_two_tabs_refreshing_at_once_both_go_on(shop, server):
    account = shop.user()
    responses = at_once(2,
                        lambda _: Client(server,
                                         cookies={"refreshToken": account.refresh_token}).post("/api/user/refresh-token"))
    assert statuses(responses) == {200: 2}
    for response in responses:
        access, refresh = response.json()["data"]["accessToken"], set_cookies(response).get("refreshToken")
        assert Client(server, access).get("/api/cart/count").status_code == 200
        if refresh is not None:
            again = Client(server, cookies={"refreshToken": refresh.value}).post("/api/user/refresh-token")
            assert again.status_code == 200


def test_twenty_tabs_refreshing_at_once_do_not_end_the_session(shop, server):
    account = shop.user()
    responses = at_once(20,
                        lambda _: Client(server,
                                         cookies={"refreshToken": account.refresh_token}).post("/api/user/refresh-token"))
    assert statuses(responses) == {200: 20}
    assert account.is_alive()


def test_one_address_is_the_default_however_many_want_to_be(shop, user):
    addresses = [shop.address(user) for _ in range(5)]

    def touch(number):
        address = addresses[number % 5]
        if number % 7 == 0:
            return user.delete(f"/api/address/delete/{addresses[0]['_id']}")
        return user.put(f"/api/address/set-default/{address['_id']}")

    assert set(statuses(at_once(35, touch))) <= {200, 404}
    listed = user.get("/api/address/all").json()["data"]
    defaults = [address["_id"] for address in listed if address["status"]]
    profile = user.fetch_profile()
    assert defaults == ([profile["default_address"]] if profile["default_address"] else [])
    assert sorted(profile["address_details"]) == sorted(address["_id"] for address in listed)


def test_new_addresses_at_once_leave_one_default(shop, user):
    body = {"address_line": "1", "city": "x", "state": "x", "pincode": "411001", "country": "x",
            "mobile": "9876543210"}
    made = [response.json()["data"]["_id"]
            for response in at_once(10, lambda _: user.post("/api/address/add", json=body))]
    listed = user.get("/api/address/all").json()["data"]
    assert sorted(address["_id"] for address in listed) == sorted(made)
    assert [address["_id"]
            for address in listed if address["status"]] == [user.fetch_profile()["default_address"]]


def test_a_code_counts_once_however_many_send_it(shop, user):
    otp = shop.request_otp(user.email)
    responses = at_once(20,
                        lambda _: shop.anyone.put("/api/user/verify-otp",
                                                  json={"email": user.email, "otp": otp}))
    assert statuses(responses) == {200: 1, 400: 19}


def test_guesses_at_once_are_counted_each(shop, user):
    otp = shop.request_otp(user.email)
    wrong = f"{(int(otp) + 1) % 1_000_000:06d}"
    responses = at_once(20,
                        lambda _: shop.anyone.put("/api/user/verify-otp",
                                                  json={"email": user.email, "otp": wrong}))
    assert statuses(responses) == {400: 20}
    expect_error(shop.anyone.put("/api/user/verify-otp", json={"email": user.email, "otp": otp}),
                 "invalid_otp")


def test_a_reset_token_counts_once_however_many_send_it(shop, server, user):
    token = shop.reset_token(user.email)
    body = {"email": user.email}
    responses = at_once(10, lambda number: Client(server, cookies={"resetToken": token}).put(
        "/api/user/reset-password", json={**body, "newPassword": f"{PASSWORD}-{number}"}))
    counts = statuses(responses)
    assert counts.pop(200) == 1 and set(counts) <= {403, 503}
    winner = next(number for number, response in enumerate(responses) if response.status_code == 200)
    login = {"email": user.email, "password": f"{PASSWORD}-{winner}"}
    assert shop.anyone.post("/api/user/login", json=login).status_code == 200


def test_an_address_is_moved_to_once(shop):
    accounts = [shop.user() for _ in range(5)]
    target = unique("target") + "@example.com"
    responses = at_once(5,
                        lambda number: accounts[number].put("/api/user/update-user", json={"email": target}))
    assert statuses(responses) == {200: 1, 409: 4}


def test_a_cart_read_beside_a_price_change_is_the_old_or_the_new(shop, user):
    product = shop.product(price=10, discount=0, stock=9)
    shop.cart_item(user, product, 3)

    def act(number):
        if number % 2:
            return shop.admin.put(f"/api/product/update/{product['_id']}",
                                  json={"price": 10 if number % 4 == 1 else 20})
        return user.get("/api/cart")

    for number, response in enumerate(at_once(40, act)):
        assert response.status_code == 200
        if number % 2 == 0:
            body = response.json()
            assert body["summary"]["totalPrice"] == 3 * body["data"][0]["productId"]["price"]


def test_a_list_read_after_a_write_never_is_from_before_it(shop, admin):
    category = shop.category()

    def rename(number):
        name = unique("Fresh ")
        admin.put(f"/api/category/update/{category['_id']}", json={"image": name})
        return name

    def write_and_read(number):
        mine = shop.category(image=f"own {number}")
        admin.put(f"/api/category/update/{mine['_id']}", json={"image": f"changed {number}"})
        listed = shop.anyone.get("/api/category/all").json()["data"]
        return next(one["image"] for one in listed if one["_id"] == mine["_id"]) == f"changed {number}"

    assert all(at_once(20, lambda number: rename(number) if number % 2 else write_and_read(number)))


def test_a_quantity_and_a_removal_at_once_leave_no_half_line(shop, user):
    for _ in range(5):
        item = shop.cart_item(user)
        responses = at_once(6,
                            lambda number: user.put(f"/api/cart/update/{item['_id']}",
                                                    json={"quantity": 2}) if number % 2
                            else user.delete(f"/api/cart/remove/{item['_id']}"))
        assert statuses(responses[::2]).get(200) == 1, "it is removed once"
        assert set(statuses(responses)) <= {200, 404}
        assert user.get("/api/cart").json()["data"] == []


def test_a_category_deleted_while_it_is_named_is_named_by_nobody(shop, admin):
    for _ in range(5):
        category = shop.category()
        body = {"image": IMAGE, "category": [category["_id"]]}
        responses = at_once(8,
                            lambda number: admin.delete(f"/api/category/delete/{category['_id']}") if number == 0
                            else admin.post("/api/subcategory/create",
                                            json={**body, "name": unique("Beside ")}))
        assert responses[0].status_code == 200
        for response in responses[1:]:
            assert response.status_code in (201, 400)
            if response.status_code == 201:
                made = shop.anyone.get(f"/api/subcategory/{response.json()['data']['_id']}").json()["data"]
                assert made["category"] == []
