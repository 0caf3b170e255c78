"""A node that no longer hears of the others' changes answers nothing stale, and keeps nobody waiting for long."""
import time

import pytest
import requests

from support.link import Link
from support.nodes import Caller, Nodes
from support.shop import Shop, unique

CHANGE_WITHIN_S = 5   # a lease, and some time for a machine that is busy
BACK_WITHIN_S = 10
WATCH_S = 3


@pytest.fixture
def link(postgres):
    made = Link(("127.0.0.1", postgres.port))
    yield made
    made.discard()


@pytest.fixture
def parted(postgres, link):
    """Two nodes; the second reaches the database by the link."""
    url = postgres.create_database(unique("shop"))
    running = Nodes([url, url.replace(f":{postgres.port}/", f":{link.port}/")])
    yield running
    link.mend()
    running.discard()


def price_at(server, product):
    """What a client of this node sees: (status, price)."""
    answer = requests.get(f"{server.base_url}/api/product/{product['_id']}", timeout=15)
    return answer.status_code, answer.json()["data"]["price"] if answer.status_code == 200 else None


def change_price(shop, product, price):
    begun_at = time.monotonic()
    shop.update_product(product["_id"], price=price)
    assert time.monotonic() - begun_at < CHANGE_WITHIN_S


def wait_for_price(server, product, price):
    give_up_at = time.monotonic() + BACK_WITHIN_S
    while price_at(server, product) != (200, price):
        assert time.monotonic() < give_up_at, "the node did not come back"
        time.sleep(0.05)


@pytest.mark.parametrize("fault", ["stall", "cut"])
def test_a_node_cut_off_from_the_database_serves_nothing_stale(parted, link, fault):
    near, far = parted
    shop = Shop(near)
    product = shop.product(price=10)
    assert price_at(far, product) == (200, 10)  # and is in its cache
    getattr(link, fault)()
    change_price(shop, product, 11)
    end_at = time.monotonic() + WATCH_S
    while time.monotonic() < end_at:
        status, price = price_at(far, product)
        assert (status, price) in [(503, None), (200, 11)]
    link.mend()
    wait_for_price(far, product, 11)
    change_price(shop, product, 12)
    assert price_at(far, product) == (200, 12)


def test_the_end_of_a_session_reaches_a_node_that_comes_back(parted, link):
    near, far = parted
    user = Shop(near).user()
    far_session = Caller(parted)
    assert far_session.call(1, "GET", "/api/cart/count", None, user.token)[0] == 200
    link.cut()
    assert user.post("/api/user/logout").status_code == 200
    assert far_session.call(1, "GET", "/api/cart/count", None, user.token)[0] in (401, 503)
    link.mend()
    give_up_at = time.monotonic() + BACK_WITHIN_S
    while far_session.call(1, "GET", "/api/cart/count", None, user.token)[0] != 401:
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    far_session.close()
    assert requests.get(far.base_url + "/readyz", timeout=5).status_code == 200


def test_a_node_that_dies_delays_the_others_once(postgres):
    nodes = Nodes([postgres.create_database(unique("shop"))] * 2)
    try:
        shop = Shop(nodes[0])
        product = shop.product(price=1)
        nodes[1].kill()
        change_price(shop, product, 2)
        begun_at = time.monotonic()
        for price in range(3, 23):
            change_price(shop, product, price)
        assert time.monotonic() - begun_at < CHANGE_WITHIN_S, "only the first has to wait for its lease"
        nodes[1].start()
        assert price_at(nodes[1], product) == (200, 22)
    finally:
        nodes.discard()


def test_losing_the_channel_again_and_again_makes_no_answer_stale(postgres):
    nodes = Nodes([postgres.create_database("channel")] * 2)
    try:
        shop = Shop(nodes[0])
        product = shop.product(price=1)
        for price in range(2, 42):
            postgres.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                         "WHERE datname = 'channel' AND application_name = 'haat-follower'")
            change_price(shop, product, price)
            for node in nodes.servers:
                assert price_at(node, product) == (200, price)
    finally:
        nodes.discard()
