"""Connections to PostgreSQL and Redis are lost, and memory runs out at the N-th allocation while they are made anew: the
server finds back to both by itself, and no request waits for ever. For some N; for every N where HAAT_ALLOCATIONS says
how far. HAAT_SEED repeats a run."""
import os
import time

import pytest
import requests

from preloading import ALL_GO_WELL, starved_server
from support.engine import chosen
from support.redis_server import RedisServer
from support.shop import Shop

FURTHEST = int(os.environ.get("HAAT_ALLOCATIONS", 1200))  # which a round has about
TRIES = FURTHEST if "HAAT_ALLOCATIONS" in os.environ else 60
NONE_IS_LEFT = 50  # numbers in a row that were beyond the last allocation
BACK_WITHIN_S = 10
ASKED_MEANWHILE = 3
ANSWERED = 'haat_redis_batches_total{outcome="answered"}'


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """A shop with links to both, of one thread, Redis, and the number of allocations that go well before one fails."""
    folder = tmp_path_factory.mktemp("links")
    with chosen("postgres"), RedisServer() as redis:
        with starved_server(folder, REDIS_URL=redis.url, THREADS="1") as (server, left):
            yield Shop(server), redis, left


def cut_postgres(shop, _):
    with shop.server.database() as database:
        database.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
                         "AND pid <> pg_backend_pid()")


def cut_redis(_, redis):
    redis.tell("CLIENT", "KILL", "SKIPME", "yes")


@pytest.mark.parametrize("cut", [cut_postgres, cut_redis])
def test_a_link_is_made_anew_although_there_was_no_memory(linked, cut, dice, report):
    shop, redis, left = linked
    user = shop.user()
    item = shop.cart_item(user)["_id"]
    tried = beyond = 0
    for number in sorted(dice.sample(range(FURTHEST), TRIES)):
        if beyond == NONE_IS_LEFT:
            break
        left[0] = number
        cut(shop, redis)
        for _ in range(ASKED_MEANWHILE):
            uses_all_links(shop, user, item)
        give_up_at = time.monotonic() + BACK_WITHIN_S
        while not (uses_all_links(shop, user, item) and is_answered_by_redis(shop, user)):
            assert time.monotonic() < give_up_at, f"after a failure at allocation {number}:\n{shop.server.log_tail()}"
            time.sleep(0.02)
        beyond = beyond + 1 if left[0] >= 0 else 0
        left[0] = ALL_GO_WELL
        tried += 1
    report(f"no memory at an allocation while links are made anew: {cut.__name__.replace('cut_', '')}", tried,
           "all were there again by themselves")


def uses_all_links(shop, user, item):
    """Whether a write, on a connection of its own, and two reads, on a shared one, went well."""
    asked = [("PUT", f"/api/cart/update/{item}", {"quantity": 2}), ("GET", "/api/address/all", None),
             ("GET", "/api/cart/count", None)]
    try:
        return all(requests.request(method, shop.server.base_url + path, json=body, timeout=BACK_WITHIN_S,
                                    headers={"Authorization": f"Bearer {user.token}"}).status_code == 200
                   for method, path, body in asked)
    except requests.ConnectionError:
        return False


def is_answered_by_redis(shop, user):
    try:
        before = shop.server.metric(ANSWERED)
        requests.get(shop.server.base_url + "/api/cart", headers={"Authorization": f"Bearer {user.token}"},
                     timeout=BACK_WITHIN_S)
        after = shop.server.metric(ANSWERED)
        return None not in (before, after) and after > before
    except requests.RequestException:  # that was the allocation
        return False
