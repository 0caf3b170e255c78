"""What everybody looks at changes: each thread of a node makes the new answer once, however many ask for it."""
import re
import threading
import time

import pytest
import requests

from support.nodes import Caller, Nodes
from support.shop import Shop, unique

CALLERS = 24
CHANGES = 20
THREADS = 2


def lists_made(server):
    text = requests.get(server.base_url + "/metrics", timeout=15).text
    found = re.search(r'^haat_db_statements_total\{name="catalog.list_products"\} (\d+)', text, re.MULTILINE)
    return int(found[1]) if found else 0


# A change is one version of the catalogue, with the embedded database. On PostgreSQL it is two on its author's node, at
# the commit and when the node reads it in the log, and more when a machine is too busy to renew its lease.
@pytest.mark.parametrize("engine, versions", [("sqlite", 1), ("postgres", 4)])
def test_a_list_that_everybody_asks_for_is_read_once(postgres, engine, versions):
    url = postgres.create_database(unique("stampede")) if engine == "postgres" else None
    nodes = Nodes([url], THREADS=str(THREADS))
    stopping, seen, wrong = threading.Event(), [0] * CALLERS, []
    try:
        shop = Shop(nodes[0])
        product = shop.product(price=1)["_id"]
        acknowledged = [1]

        def ask(number):
            caller = Caller(nodes)
            while not stopping.is_set():
                floor = acknowledged[0]
                status, answer = caller.call(0, "GET", "/api/product/all?limit=20")
                if status != 200 or answer["data"][0]["price"] < floor:
                    wrong.append((status, floor, answer))
                    break
                seen[number] += 1
            caller.close()

        callers = [threading.Thread(target=ask, args=(number,)) for number in range(CALLERS)]
        before, begun_at = lists_made(nodes[0]), time.monotonic()
        for caller in callers:
            caller.start()
        for price in range(2, 2 + CHANGES):
            shop.update_product(product, price=price)
            acknowledged[0] = price
            time.sleep(0.2)
        stopping.set()
        for caller in callers:
            caller.join()
        made = lists_made(nodes[0]) - before
        print(f"{sum(seen)} answers in {time.monotonic() - begun_at:.1f} s, the list read {made} times for {CHANGES} changes")
        assert wrong == [], wrong[0]
        assert sum(seen) > CALLERS * CHANGES
        assert made <= versions * THREADS * (CHANGES + 1)
    finally:
        stopping.set()
        nodes.discard()
