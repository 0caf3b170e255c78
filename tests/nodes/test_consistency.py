"""Whoever saw a change acknowledged by one node finds it on each other, at once."""
import os
import random
import threading
import time

from model import ShopModel

from support.nodes import Caller, seeded_random
from support.shop import unique

OPERATIONS = int(os.environ.get("HAAT_NODE_OPERATIONS", "10000"))
SEED = int(os.environ.get("HAAT_SEED", random.randrange(1 << 32)))
RACE_S = 10
READERS = 6


def test_random_operations_over_all_nodes_answer_as_a_model_does(nodes):
    caller = Caller(nodes)
    model = ShopModel(caller, len(nodes), seeded_random(SEED, "HAAT_SEED"), unique("model"))
    model.run(OPERATIONS)
    caller.close()


def test_nobody_reads_a_price_older_than_one_that_was_acknowledged(nodes):
    """One writer raises a price through all nodes; readers of each note what was acknowledged before they ask."""
    writer = Caller(nodes)
    model = ShopModel(writer, len(nodes), seeded_random(SEED, "HAAT_SEED"), unique("race"))
    product_id = model.any_product()
    model.expect(200, "PUT", f"/api/product/update/{product_id}", {"price": 1, "publish": True, "stock": 9},
                 model.admin)
    user = model.users[0]
    model.expect(201, "POST", "/api/cart/add", {"productId": product_id}, user.tokens[0])
    acknowledged, stop, stale, reads = [1], threading.Event(), [], [0] * READERS

    def price_in(path, answer):
        if path == "/api/cart":
            return answer["data"][0]["productId"]["price"]
        if path.startswith("/api/product/all"):
            return next(product["price"] for product in answer["data"] if product["_id"] == product_id)
        return answer["data"]["price"]

    def read(number):
        caller, draw = Caller(nodes), random.Random(SEED + number)
        while not stop.is_set():
            path = draw.choice([f"/api/product/{product_id}", "/api/product/all?limit=100", "/api/cart"])
            floor, node = acknowledged[0], draw.randrange(len(nodes))
            status, answer = caller.call(node, "GET", path, None, user.tokens[0] if path == "/api/cart" else None)
            if status != 200 or price_in(path, answer) < floor:
                stale.append((node, path, status, floor, answer))
            reads[number] += 1
        caller.close()

    readers = [threading.Thread(target=read, args=(number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    end_at = time.monotonic() + RACE_S
    while time.monotonic() < end_at and not stale:
        price = acknowledged[0] + 1
        model.expect(200, "PUT", f"/api/product/update/{product_id}", {"price": price}, model.admin)
        acknowledged[0] = price
    stop.set()
    for reader in readers:
        reader.join()
    writer.close()
    assert not stale, stale[0]
    assert acknowledged[0] > 10 and min(reads) > 10, "too little happened to prove anything"


def test_a_session_that_ends_on_one_node_is_dead_on_all(nodes):
    caller = Caller(nodes)
    model = ShopModel(caller, len(nodes), seeded_random(SEED, "HAAT_SEED"), unique("session"))
    user = model.users[0]
    for node in range(len(nodes)):
        user.tokens.append(model._log_in(user.email, "Correct-horse-7-battery"))
        token = user.tokens.pop()
        for other in range(len(nodes)):
            model.expect(200, "GET", "/api/cart/count", None, token, other)  # now it is in everybody's cache
        model.expect(200, "POST", "/api/user/logout", None, token, node)
        for other in range(len(nodes)):
            model.expect(401, "GET", "/api/cart/count", None, token, other)
    caller.close()
