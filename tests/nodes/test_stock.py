"""Quantities in carts against a stock that changes meanwhile, through all nodes: what is let in was there at that moment,
and who is refused is told how many there were."""
import os
import random
import re
import threading
import time

from support.nodes import Caller, seeded_random
from support.shop import Shop

SEED = int(os.environ.get("HAAT_SEED", random.randrange(1 << 32)))
BUYERS = 12
RACE_S = 8
MOST = 20


class Stock:
    """What the administrator has set, and when: (value, asked at, acknowledged at)."""

    def __init__(self, value):
        self.history = [(value, 0.0, 0.0)]

    def between(self, begun_at, ended_at):
        """All values that may have been in force at some moment of that time."""
        history = list(self.history)
        replaced_at = [acknowledged for _, _, acknowledged in history[1:]] + [float("inf")]
        return {value for (value, asked, _), end in zip(history, replaced_at) if asked <= ended_at and end >= begun_at}


class Buyer(threading.Thread):
    """Wants a quantity, now more, now less, on one node after the other."""

    def __init__(self, nodes, number, token, product, stock, stopping):
        super().__init__()
        self.caller, self.draw, self.nodes = Caller(nodes), random.Random(SEED + number), len(nodes)
        self.token, self.product, self.stock, self.stopping = token, product, stock, stopping
        self.item, self.let_in, self.refused, self.wrong = None, 0, 0, []

    def run(self):
        while not self.stopping.is_set() and not self.wrong:
            quantity, node = self.draw.randrange(1, MOST + 1), self.draw.randrange(self.nodes)
            begun_at = time.monotonic()
            status, answer = self.ask(node, quantity)
            possible = self.stock.between(begun_at, time.monotonic())
            if status in (200, 201):
                self.let_in += 1
                self.item = answer["data"]["_id"]
                if max(possible) < quantity or answer["data"]["quantity"] != quantity:
                    self.wrong.append(("let in", quantity, possible, answer["data"]["quantity"]))
            else:
                self.refused += 1
                told = re.fullmatch(r"Only (\d+) items available in stock", answer["message"])
                if status != 400 or not told or int(told[1]) not in possible or int(told[1]) >= quantity:
                    self.wrong.append(("refused", status, quantity, possible, answer["message"]))
        self.caller.close()

    def ask(self, node, quantity):
        if self.item is None:
            return self.caller.call(node, "POST", "/api/cart/add", {"productId": self.product, "quantity": quantity},
                                    self.token)
        return self.caller.call(node, "PUT", f"/api/cart/update/{self.item}", {"quantity": quantity}, self.token)


def test_no_cart_is_let_more_than_there_was(nodes):
    draw, shop = seeded_random(SEED, "HAAT_SEED"), Shop(nodes[0])
    product = shop.product(stock=MOST)["_id"]
    stock, stopping = Stock(MOST), threading.Event()
    buyers = [Buyer(nodes, number, shop.user().token, product, stock, stopping) for number in range(BUYERS)]
    for buyer in buyers:
        buyer.start()
    admin, end_at = Caller(nodes), time.monotonic() + RACE_S
    try:
        while time.monotonic() < end_at and not any(buyer.wrong for buyer in buyers):
            value, asked_at = draw.randrange(0, MOST + 1), time.monotonic()
            # Noted before it may be in force; acknowledged only when it is for all.
            stock.history.append((value, asked_at, float("inf")))
            status, answer = admin.call(draw.randrange(len(nodes)), "PUT", f"/api/product/update/{product}",
                                        {"stock": value}, shop.admin.token)
            assert status == 200, answer
            stock.history[-1] = (value, asked_at, time.monotonic())
    finally:
        stopping.set()
        for buyer in buyers:
            buyer.join()
        admin.close()
    wrong = [one for buyer in buyers for one in buyer.wrong]
    assert wrong == [], wrong[0]
    assert len(stock.history) > 10 and sum(buyer.let_in for buyer in buyers) > 50 and \
        sum(buyer.refused for buyer in buyers) > 50, "too little happened to prove anything"
