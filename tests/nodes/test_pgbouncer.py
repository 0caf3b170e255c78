"""Nodes behind pgbouncer: one that lends a session for as long as a connection lasts works; one that lends it by the
transaction is refused before anything is touched; one that has too few says nothing by itself, so Haat says it."""
import contextlib
import time

import pytest
import requests

from support.client import Client
from support.nodes import Nodes
from support.parallel import at_once, statuses
from support.pgbouncer import PgBouncer
from support.program import end_of
from support.server import Server
from support.shop import Shop, address_body, unique

CHANGES = 10
BACK_WITHIN_S = 60
TOLD_WITHIN_S = 25  # of a start that finds no session: twice 5 s, and a busy machine
CALLERS = 24
SETTING = "default_pool_size"


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


@contextlib.contextmanager
def taken(url, count):
    """So many of the pooler's sessions are somebody else's."""
    import psycopg2

    with contextlib.ExitStack() as held:
        for _ in range(count):
            connection = held.enter_context(contextlib.closing(psycopg2.connect(url)))
            connection.cursor().execute("SELECT 1")
        yield


@pytest.mark.parametrize("left", [0, 1])
def test_a_pool_without_a_session_left_is_told_at_the_start(postgres, left):
    with PgBouncer(postgres, pool_mode="session", default_pool_size=4) as pooler:
        url = pooler.url(postgres.create_database(unique("bouncer")))
        with taken(url, 4 - left):
            for command in ("serve", "migrate", "doctor"):
                begun_at = time.monotonic()
                code, printed = end_of(command, DATABASE_URL=url)
                assert code == 1 and SETTING in printed, printed
                assert time.monotonic() - begun_at < TOLD_WITHIN_S


def test_doctor_counts_what_a_pool_lends(postgres):
    url = postgres.create_database(unique("bouncer"))
    for size, says in ((23, "it has the connections that a node needs"), (12, "only 12 of 23 connections")):
        with PgBouncer(postgres, pool_mode="session", default_pool_size=size) as pooler:
            code, printed = end_of("doctor", DATABASE_URL=pooler.url(url), DATABASE_POOL="20")
            found, = [line for line in printed.splitlines() if says in line]
            assert (SETTING in printed) == (size < 23) and found, printed
            assert code == 0, printed


def test_a_running_node_that_gets_too_few_sessions_says_so_and_serves_with_what_it_has(postgres):
    url = postgres.create_database(unique("bouncer"))
    with PgBouncer(postgres, pool_mode="session", default_pool_size=8) as pooler:
        servers = [Server(DATABASE_URL=url), Server(DATABASE_URL=pooler.url(url), DATABASE_POOL="20")]
        try:
            shop, starved = Shop(servers[0].start()), servers[1].start()
            users = [shop.user() for _ in range(CALLERS)]

            def write(number):
                return Client(starved, token=users[number].token).post("/api/address/add", json=address_body())

            give_up_at = time.monotonic() + BACK_WITHIN_S
            answered = set()
            while "DATABASE_POOL + 3" not in starved.log_text() or 201 not in answered:
                answered |= set(statuses(at_once(CALLERS, write)))
                assert answered <= {201, 400, 503}, answered
                assert time.monotonic() < give_up_at, (answered, starved.log_tail())
            told = [record for record in starved.log_records() if "DATABASE_POOL + 3" in str(record)]
            assert SETTING in str(told[0])
        finally:
            for server in servers:
                server.discard()
