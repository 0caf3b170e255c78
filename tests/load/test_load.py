"""Every route, from many clients at once, on several threads. What goes wrong is told by the tool that the program runs
under: with a report of a sanitizer or of valgrind it does not end with 0, and Server.stop fails.

HAAT_LOAD_CLIENTS and HAAT_LOAD_ROUNDS say how many clients there are, and how often each does everything.
"""
import os
import time

import requests

from support.parallel import at_once
from support.writes import WRITES

CLIENTS = int(os.environ.get("HAAT_LOAD_CLIENTS", 6))
ROUNDS = int(os.environ.get("HAAT_LOAD_ROUNDS", 1))
READS = ["/", "/livez", "/readyz", "/metrics", "/openapi.json", "/api/category/all", "/api/subcategory/all",
         "/api/product/all?limit=5", "/api/product/search?search=product", "/media/none/none"]
LONGEST_S = 3
TOO_BUSY = 503  # passwords wait in a short line


def write_all(shop, writes):
    """Sends each, one after the other; those that were not answered well."""
    refused = []
    for write in writes:
        response = write.send(shop, write.prepare(shop))
        if response.status_code >= 300:
            refused.append((write.name, response.status_code, response.text))
    return refused


def read_all(shop, reader):
    for path in READS:
        shop.anyone.plain_get(shop.server.base_url + path)
    reader.get("/api/cart")
    reader.get("/api/user/sessions")


def in_any_order(writes, dice):
    return [dice.sample(writes, len(writes)) for _ in range(CLIENTS)]


def test_everything_at_once(shop, dice):
    """As many clients read as write."""
    reader = shop.user()
    for _ in range(ROUNDS):
        orders = in_any_order(WRITES, dice)
        finished = []

        def act(number):
            if number < CLIENTS:
                try:
                    return write_all(shop, orders[number])
                finally:
                    finished.append(number)
            while len(finished) < CLIENTS:
                read_all(shop, reader)
            return []

        refused = sum(at_once(2 * CLIENTS, act), [])
        assert [problem for problem in refused if problem[1] != TOO_BUSY] == []


def test_it_ends_in_the_middle_of_everything(shop, dice):
    """Whoever is cut off is cut off; the end itself has to be clean."""
    for _ in range(2 * ROUNDS):
        orders = in_any_order(WRITES, dice)
        after_s = dice.uniform(0, LONGEST_S)

        def act(number):
            if number == CLIENTS:
                time.sleep(after_s)
                shop.server.stop()
                return
            try:
                write_all(shop, orders[number])
            except (requests.RequestException, AssertionError, ValueError):
                return  # the server is gone

        at_once(CLIENTS + 1, act)
        shop.server.start()
