"""What `make bench` gives pgbench and the bare loop to do is what the program does (bench/transactions.py)."""
import re
import sys

import pytest
import requests

from support.repository import REPOSITORY
from support.server import Server
from support.shop import Shop

sys.path.insert(0, str(REPOSITORY / "bench"))
import transactions  # noqa: E402  (in bench/)

STATEMENT = re.compile(r'^haat_db_statements_total\{name="((?:catalog|cart)\.\w+)"\} (\d+)$', re.MULTILINE)


@pytest.fixture(scope="module")
def shop():
    server = Server(CACHE_MEMORY="0", SEARCH_MEMORY="0")
    yield Shop(server.start())
    server.discard()


def statements_of(shop, ask):
    """The names of the statements that a request takes, each as often as it ran."""
    before = counts(shop)
    assert ask().ok
    return sorted(name for name, count in counts(shop).items() for _ in range(count - before.get(name, 0)))


def counts(shop):
    text = requests.get(shop.server.base_url + "/metrics", timeout=10).text
    return {name: int(count) for name, count in STATEMENT.findall(text)}


@pytest.mark.parametrize("listed", ["PRODUCT", "ADD", "UPDATE"])
def test_the_statements_are_the_programs(shop, listed):
    user, product = shop.user(), shop.product()
    ask = {"PRODUCT": lambda: shop.anyone.get(f"/api/product/{product['_id']}"),
           "ADD": lambda: user.post("/api/cart/add", json={"productId": product["_id"]}),
           "UPDATE": lambda: user.put(f"/api/cart/update/{item}", json={"quantity": 2})}[listed]
    item = shop.cart_item(user)["_id"] if listed == "UPDATE" else None
    shop.anyone.get(f"/api/product/{shop.product()['_id']}")  # after which the taxonomy is known
    names = getattr(transactions, listed)
    assert transactions.of(names, "sqlite") and statements_of(shop, ask) == sorted(names)
