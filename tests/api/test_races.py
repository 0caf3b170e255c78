"""Many hands on the same thing."""
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.client import Client, set_cookies
from support.expect import expect_error
from support.parallel import at_once, statuses
from support.patience import wait_until
from support.redis_server import Again
from support.shop import IMAGE, PASSWORD, Shop, address_body, unique

MANY = 100


def test_the_same_cart_line_is_made_once(shop, user):
    body = {"productId": shop.product()["_id"]}
    responses = at_once(MANY, lambda _: user.post("/api/cart/add", json=body))
    assert statuses(responses) == {201: 1, 409: MANY - 1}
    assert user.get("/api/cart/count").json()["data"]["count"] == 1


def test_different_lines_are_all_made(shop, user):
    products = [shop.product() for _ in range(MANY)]
    responses = at_once(MANY,
                        lambda number: user.post("/api/cart/add",
                                                 json={"productId": products[number]["_id"]}))
    assert statuses(responses) == {201: MANY}
    assert len(user.get("/api/cart").json()["data"]) == MANY


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


def test_codes_asked_for_at_once_are_limited_too(start_server):
    shop = Shop(start_server(RATE_LIMITS=None))
    account = shop.user()
    for email in (account.email, "nobody-at-all@nowhere.example"):
        responses = at_once(8, lambda _: shop.anyone.put("/api/user/forget-password", json={"email": email}))
        assert statuses(responses) == {200: 3, 429: 5}
    shop.mailbox.wait_for(account.email, "Password Reset", 3)
    time.sleep(1)
    assert len(shop.mailbox.to(account.email, "Password Reset")) == 3


def test_hundred_guesses_at_once_are_five_tries(shop, user):
    """The right code among them counts only if it came before the fifth wrong one."""
    otp = shop.request_otp(user.email)
    guesses = [f"{(int(otp) + 1 + number) % 1_000_000:06d}" for number in range(MANY - 1)] + [otp]
    responses = at_once(MANY, lambda number: shop.anyone.put(
        "/api/user/verify-otp", json={"email": user.email, "otp": guesses[number]}))
    assert set(statuses(responses)) <= {200, 400}
    expect_error(shop.anyone.put("/api/user/verify-otp", json={"email": user.email, "otp": otp}), "invalid_otp")


def test_no_session_begins_with_a_password_that_was_just_replaced(shop, server):
    """A login beside a password's reset: either it fails, or the reset ends its session."""
    for _ in range(3):
        account = shop.user()
        token = shop.reset_token(account.email)
        credentials = {"email": account.email, "password": PASSWORD}

        def act(number):
            if number == 0:
                return Client(server, cookies={"resetToken": token}).put(
                    "/api/user/reset-password", json={"email": account.email, "newPassword": PASSWORD + "-new"})
            return shop.anyone.post("/api/user/login", json=credentials)

        responses = at_once(8, act)
        assert responses[0].status_code == 200
        for login in responses[1:]:
            assert login.status_code in (200, 400, 503)
            if login.status_code == 200:
                old = Client(server, login.json()["data"]["accessToken"])
                assert old.get("/api/cart/count").status_code == 401


def test_a_code_never_verifies_the_address_that_took_the_place_of_its_own(shop):
    for _ in range(5):
        account = shop.user()
        code = shop.mailbox.wait_for(account.email)[0].verification_code
        new_email = unique("moved") + "@example.com"
        responses = at_once(4, lambda number: account.put("/api/user/update-user", json={"email": new_email})
                            if number == 0 else shop.anyone.get(f"/api/user/verify-user?code={code}"))
        assert responses[0].status_code == 200
        profile = account.fetch_profile()
        assert (profile["email"], profile["verify_email"]) == (new_email, False)


def test_an_account_never_has_too_many_addresses(shop, user):
    for _ in range(95):
        shop.address(user)
    responses = at_once(20, lambda _: user.post("/api/address/add", json=address_body()))
    assert statuses(responses) == {201: 5, 409: 15}
    assert len(user.get("/api/address/all").json()["data"]) == 100


def test_what_is_deleted_by_many_is_deleted_once(shop, admin):
    category = shop.category()
    sub_category = shop.sub_category([category])
    product = shop.product(category=[category["_id"]], subCategory=[sub_category["_id"]])
    for path in (f"/api/product/delete/{product['_id']}", f"/api/subcategory/delete/{sub_category['_id']}",
                 f"/api/category/delete/{category['_id']}"):
        assert statuses(at_once(10, lambda _: admin.delete(path))) == {200: 1, 404: 9}


def test_a_product_changed_by_many_is_one_of_their_wholes(shop, admin):
    """Name and description are searched together, so they must not come from two updates."""
    product = shop.product()
    word = unique("whole").replace("whole", "wholex")
    at_once(20, lambda number: admin.put(f"/api/product/update/{product['_id']}",
                                         json={"name": f"{word}n{number}"} if number % 2
                                         else {"description": f"{word}d{number}"}))
    now = shop.anyone.get(f"/api/product/{product['_id']}").json()["data"]
    for text in (now["name"], now["description"]):
        found = shop.anyone.get(f"/api/product/search?search={text}").json()["data"]
        assert [one["_id"] for one in found] == [product["_id"]]


def test_a_product_linked_while_its_category_goes_is_linked_or_refused(shop, admin):
    for _ in range(5):
        stays, goes = shop.category(), shop.category()
        shelf = shop.sub_category([stays, goes])
        product = shop.product(category=[stays["_id"]], subCategory=[shelf["_id"]])
        responses = at_once(6, lambda number: admin.delete(f"/api/category/delete/{goes['_id']}") if number == 0
                            else admin.put(f"/api/product/update/{product['_id']}",
                                           json={"category": [stays["_id"], goes["_id"]]}))
        assert responses[0].status_code == 200
        assert set(statuses(responses[1:])) <= {200, 400}
        now = shop.anyone.get(f"/api/product/{product['_id']}").json()["data"]
        assert [category["_id"] for category in now["category"]] == [stays["_id"]]


def test_a_session_refreshed_while_its_owner_logs_out_is_over(shop, server):
    account = shop.user()
    refresh = lambda token: Client(server, cookies={"refreshToken": token}).post("/api/user/refresh-token")
    logout = lambda: Client(server, account.token).post("/api/user/logout")
    responses = at_once(6, lambda number: logout() if number == 0 else refresh(account.refresh_token))
    assert responses[0].status_code == 200
    assert set(statuses(responses[1:])) <= {200, 401}
    for response in responses[1:]:
        if response.status_code == 200:
            token = response.json()["data"]["accessToken"]
            assert Client(server, token).get("/api/cart/count").status_code == 401


# --- what is decided before a password is hashed, and written afterwards

CROWD = 12
ROUNDS = 3


@pytest.fixture(scope="module")
def crowded(start_server):
    """A shop, and a crowd who log in again and again: whoever needs a hash meanwhile waits for it."""
    shop = Shop(start_server(THREADS="1"))
    visitor = shop.user()
    sessions = [visitor.second_session() for _ in range(CROWD)]

    @contextlib.contextmanager
    def crowd():
        """Gives what sends a request beside the test's own."""
        with contextlib.ExitStack() as running:
            for session in sessions:
                running.enter_context(Again(session.log_in, 0))
            wait_until(lambda: shop.server.metric('haat_queue_length{queue="hashing"}') >= CROWD // 2)
            yield running.enter_context(ThreadPoolExecutor(1)).submit

    return shop, crowd


def test_an_address_is_never_verified_by_the_code_of_another(crowded):
    """While a new password is hashed, the address goes back to one that can be verified, and is."""
    shop, crowd = crowded
    for _ in range(ROUNDS):
        account, others = shop.user(), unique("others") + "@example.com"
        code = shop.mailbox.wait_for(account.email)[0].verification_code
        assert account.put("/api/user/update-user", json={"email": others}).status_code == 200
        both = {"email": others, "password": PASSWORD + "-new"}
        with crowd() as beside:
            hashed = beside(Client(shop.server, account.token).put, "/api/user/update-user", json=both)
            assert account.is_alive()  # meanwhile the other one has been read
            assert account.put("/api/user/update-user", json={"email": account.email}).status_code == 200
            assert shop.anyone.get(f"/api/user/verify-user?code={code}").status_code in (200, 400)
        assert hashed.result().status_code in (200, 401, 403)
        profile = account.fetch_profile()
        assert (profile["email"], profile["verify_email"]) in [(account.email, True), (others, False)]


def test_a_reset_is_not_undone_by_a_password_that_was_hashed_meanwhile(crowded):
    """Whoever is in the account asks for a password of his own, while its owner sets one by mail."""
    shop, crowd = crowded
    for _ in range(ROUNDS):
        account = shop.user()
        owner = Client(shop.server, cookies={"resetToken": shop.reset_token(account.email)})
        owners, intruders = PASSWORD + "-owner", PASSWORD + "-intruder"
        with crowd() as beside:
            reset = beside(owner.put, "/api/user/reset-password", json={"email": account.email, "newPassword": owners})
            assert all(account.is_alive() for _ in range(5))  # meanwhile the other one is in line
            intrusion = account.put("/api/user/update-user", json={"password": intruders})
        assert (reset.result().status_code, intrusion.status_code) in [(200, 401), (200, 403), (403, 200)]
        lets_in = [shop.anyone.post("/api/user/login", json={"email": account.email, "password": password}).ok
                   for password in (owners, intruders)]
        assert lets_in == [reset.result().ok, intrusion.ok]
