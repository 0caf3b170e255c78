"""Memory runs out at the N-th allocation, for every N that requests come to: it costs the request, or its connection, or
nothing, but not the server, and it leaks nothing.

HAAT_ALLOCATIONS says up to which N; `make faults` goes as far as each request does.
"""
import os

import pytest
import requests

from preloading import ALL_GO_WELL, starved_server
from support.pressure import expect_clean, held
from support.raw import RawConnection
from support.shop import PASSWORD, Shop, address_body, unique

FURTHEST = int(os.environ.get("HAAT_ALLOCATIONS", 60))
CROWD = 12  # connections at once: more than there is kept memory for
ENOUGH = 3  # requests in a row that end before the failure comes: there are no more allocations


@pytest.fixture(scope="module")
def starved(database_engine, tmp_path_factory):
    """A shop, and the number of allocations that go well before one fails."""
    folder = tmp_path_factory.mktemp("allocations")
    with starved_server(folder) as (server, left):
        yield Shop(server), left


def requests_of(shop):
    """What is asked again and again: (method, path, token, body, the answer when nothing fails)."""
    user, product = shop.user(), shop.product()["_id"]
    item = shop.cart_item(user, {"_id": product})["_id"]
    address = shop.address(user)["_id"]
    return {
        "list": ("GET", "/api/product/all?limit=5", None, None, 200),
        "search": ("GET", "/api/product/search?search=product&limit=5", None, None, 200),
        "product": ("GET", f"/api/product/{product}", None, None, 200),
        "cart": ("GET", "/api/cart", user.token, None, 200),
        "change_of_a_quantity": ("PUT", f"/api/cart/update/{item}", user.token, {"quantity": 2}, 200),
        "change_of_an_address": ("PUT", f"/api/address/update/{address}", user.token, {"city": "Pune"}, 200),
        "new_product": ("POST", "/api/product/create", shop.admin.token, shop.product_body(), 201),
        "login": ("POST", "/api/user/login", None, {"email": user.email, "password": PASSWORD}, 200),
        "register": ("POST", "/api/user/register", None, {"name": "Asha", "email": "{new}", "password": PASSWORD}, 200),
        "refusal": ("POST", "/api/address/add", user.token, address_body(pincode="0"), 400),
    }


def ask(session, server, request):
    """The status; None when the connection was cut off."""
    method, path, token, body, _ = request
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body and body.get("email") == "{new}":
        body = {**body, "email": unique("starved") + "@example.com"}
    try:
        return session.request(method, server.base_url + path, json=body, headers=headers, timeout=20).status_code
    except requests.ConnectionError:
        return None


@pytest.mark.parametrize("name", ["list", "search", "product", "cart", "change_of_a_quantity", "change_of_an_address",
                                  "new_product", "login", "register", "refusal"])
def test_no_memory_at_any_allocation_ends_no_server(starved, database_engine, name, report):
    shop, left = starved
    request, server = requests_of(shop)[name], shop.server
    expected, before = request[-1], held(server)
    failed, in_vain = 0, 0
    with requests.Session() as session:
        for number in range(FURTHEST):
            left[0] = number
            status = ask(session, server, request)
            was_hit, left[0] = left[0] < 0, ALL_GO_WELL
            assert status in (expected, 500, 503, None), (number, status)
            assert server.process.poll() is None, f"it ended at allocation {number}:\n{server.log_tail()}"
            failed += status != expected
            in_vain = 0 if was_hit else in_vain + 1
            if in_vain == ENOUGH:
                break
            if status != expected:
                assert ask(session, server, request) == expected, f"after a failure at allocation {number}"
    assert failed > 0, "some were needed"
    expect_clean(server, before)
    report(f"{database_engine}: no memory at an allocation of: {name.replace('_', ' ')}", number + 1, f"{failed} were refused or cut off, the "
           "next one was served")


def test_no_memory_for_a_new_connection_closes_no_door(starved, report, database_engine):
    shop, left = starved
    server, before, lost = shop.server, held(shop.server), 0
    for number in range(FURTHEST):
        left[0] = number
        for connection in [RawConnection(server) for _ in range(CROWD)]:
            with connection:
                lost += not is_served(connection)
        left[0] = ALL_GO_WELL
        with RawConnection(server) as connection:
            assert is_served(connection), f"who comes after a failure at allocation {number}"
    expect_clean(server, before)
    report(f"{database_engine}: no memory at an allocation of: {CROWD} new connections", FURTHEST,
           f"{lost} were lost, who came next was served")


def is_served(connection):
    try:
        connection.send("GET /livez HTTP/1.1", "Host: {host}")
        return connection.read_answer().status == 200
    except (AssertionError, ConnectionError):  # cut off
        return False
