"""Nodes behind pgbouncer: one that lends a session for as long as a connection lasts works; one that lends it by the
transaction is refused before anything is touched."""
import time

import requests

from support.nodes import Nodes
from support.pgbouncer import PgBouncer
from support.program import end_of
from support.shop import Shop, unique

CHANGES = 10
BACK_WITHIN_S = 60


def ask_for(server, product):
    return requests.get(f"{server.base_url}/api/product/{product['_id']}", timeout=15)


def test_nodes_behind_a_pool_of_sessions_hear_of_each_other(postgres):
    url = postgres.create_database(unique("bouncer"))
    with PgBouncer(postgres, pool_mode="session") as pooler:
        nodes = Nodes([pooler.url(url)] * 2)
        try:
            shop = Shop(nodes[0])
            product = shop.product(price=1)
            for price in range(2, 2 + CHANGES):
                shop.update_product(product["_id"], price=price)
                seen = [ask_for(node, product).json()["data"]["price"] for node in nodes.servers]
                assert seen == [price] * 2
            assert "haat_node_lease 1" in requests.get(nodes[1].base_url + "/metrics", timeout=15).text
            pooler.restart()
            give_up_at = time.monotonic() + BACK_WITHIN_S
            while (changed := shop.admin.put(f"/api/product/update/{product['_id']}", json={"price": 77})).status_code != 200:
                assert changed.status_code == 503
                assert time.monotonic() < give_up_at, nodes[0].log_tail()
                time.sleep(0.1)
            while (seen := ask_for(nodes[1], product)).status_code != 200:
                assert time.monotonic() < give_up_at, nodes[1].log_tail()
                time.sleep(0.1)
            assert seen.json()["data"]["price"] == 77
        finally:
            nodes.discard()


def test_a_pool_that_lends_by_the_transaction_is_refused(postgres):
    name = unique("bouncer")
    url = postgres.create_database(name)
    with PgBouncer(postgres, pool_mode="transaction") as pooler:
        for command in ("serve", "migrate", "doctor"):
            code, printed = end_of(command, DATABASE_URL=pooler.url(url))
            assert code == 1 and "pool_mode = session" in printed, printed
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == "0"
