"""Views that are kept in Redis: each is of its own version of the catalogue, whatever changes while it is asked for."""
import contextlib

import pytest

from support.client import Client
from support.customers import Customer
from support.link import Link
from support.nodes import Nodes
from support.parallel import at_once
from support.patience import wait_until
from support.redis_server import RedisServer
from support.shop import Shop

DELAY_S = 0.03  # of the database's answers, so that a change always comes while a view is asked for
CHANGES = 4
CONNECTIONS = 8  # so that each thread of the server has some


@pytest.fixture(scope="module")
def redis():
    with RedisServer() as running:
        yield running


@pytest.fixture(scope="module")
def far_shop(postgres, redis):
    """A shop with Redis, far from its database."""
    link = Link(("127.0.0.1", postgres.port))
    url = postgres.create_database("far").replace(f":{postgres.port}/", f":{link.port}/")
    nodes = Nodes([url], REDIS_URL=redis.url)
    shop = Shop(nodes[0])
    wait_until(lambda: shop.server.metric("haat_redis_available") == 1)
    link.delay_s = DELAY_S
    yield shop
    link.delay_s = 0.0
    nodes.discard()
    link.discard()


class CartReader(Customer):
    """Asks for the same cart without pause, over one connection."""

    def __init__(self, shop, user):
        super().__init__()
        self.client = Client(shop.server, user.token)

    def act(self):
        self.statuses[self.client.get("/api/cart").status_code] += 1


def test_a_view_that_was_asked_for_during_a_change_is_not_kept_for_one_of_afterwards(far_shop):
    product, user = far_shop.product(price=1, discount=0), far_shop.user()
    far_shop.cart_item(user, product)
    for price in range(2, 2 + CHANGES):
        readers = [CartReader(far_shop, user) for _ in range(CONNECTIONS)]
        with contextlib.ExitStack() as running:
            for reader in readers:
                reader.start()
                running.callback(reader.stop)
            wait_until(lambda: all(reader.statuses[200] >= 2 for reader in readers))
            far_shop.update_product(product["_id"], price=price)
        carts = at_once(CONNECTIONS, lambda number: readers[number].client.get("/api/cart").json())
        assert [cart["summary"]["totalPrice"] for cart in carts] == [price] * CONNECTIONS
