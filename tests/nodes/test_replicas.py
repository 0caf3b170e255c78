"""Replicas take reads of the catalogue off the primary, and nobody sees that they lag behind."""
import time

import pytest
import requests

from support.link import Link
from support.nodes import Nodes
from support.postgres import PostgresServer
from support.shop import Shop, address_body, unique

CAUGHT_UP_WITHIN_S = 20
AWAY_S = 2
BACK_WITHIN_S = 30


@pytest.fixture(scope="module")
def primary():
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def replica(primary):
    with primary.replica() as server:
        yield server


@pytest.fixture
def nodes(primary, replica):
    name = unique("replicated")
    url = primary.create_database(name)
    wait_until_caught_up(primary, replica)
    running = Nodes([url] * 2, DATABASE_READ_URLS=replica.url(name), CACHE_MEMORY="0")
    yield running
    running.discard()


def wait_until_caught_up(primary, replica):
    position = primary.sql("SELECT pg_current_wal_lsn()")
    give_up_at = time.monotonic() + CAUGHT_UP_WITHIN_S
    while replica.sql(f"SELECT pg_last_wal_replay_lsn() >= '{position}'") != "t":
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def price_at(node, product):
    return requests.get(f"{node.base_url}/api/product/{product['_id']}", timeout=10).json()["data"]["price"]


def test_a_replica_answers_reads_and_no_write_is_missed(nodes):
    shop = Shop(nodes[0])
    product = shop.product(price=1)
    for price in range(2, 62):
        shop.update_product(product["_id"], price=price)
        assert [price_at(node, product) for node in nodes.servers] == [price, price]
    time.sleep(1)  # now the replica has it all
    for _ in range(20):
        assert price_at(nodes[1], product) == 61
    assert nodes[1].metric("haat_replica_reads") >= 20


def test_a_replica_that_lags_behind_is_passed_over(nodes, replica):
    shop = Shop(nodes[0])
    product = shop.product(price=1)
    replica.sql("SELECT pg_wal_replay_pause()")
    try:
        before = nodes[1].metric("haat_replica_reads_passed_on")
        for price in range(2, 12):
            shop.update_product(product["_id"], price=price)
            assert price_at(nodes[1], product) == price
        assert nodes[1].metric("haat_replica_reads_passed_on") >= before + 10
    finally:
        replica.sql("SELECT pg_wal_replay_resume()")


def test_a_replica_that_is_gone_is_missed_by_nobody(primary):
    name = unique("forsaken")
    url = primary.create_database(name)
    with primary.replica() as replica:
        nodes = Nodes([url], DATABASE_READ_URLS=replica.url(name), CACHE_MEMORY="0")
        try:
            shop = Shop(nodes[0])
            product = shop.product(price=1)
            assert price_at(nodes[0], product) == 1
            replica.kill()
            for price in range(2, 22):
                shop.update_product(product["_id"], price=price)
                assert price_at(nodes[0], product) == price
        finally:
            nodes.discard()


def test_a_server_that_only_reads_is_sent_no_write(primary, replica):
    """The name of the primary leads to a standby for a while, as with a proxy or a DNS entry that is wrong."""
    link = Link(("127.0.0.1", primary.port))
    url = primary.create_database(unique("readonly"))
    wait_until_caught_up(primary, replica)
    nodes = Nodes([url.replace(f":{primary.port}/", f":{link.port}/")])
    try:
        user = Shop(nodes[0]).user()
        done = 0

        def write():
            nonlocal done
            status = user.post("/api/address/add", json=address_body()).status_code
            assert status in (201, 503), status
            done += status == 201
            return status == 201

        assert write()
        link.cut()
        link.target = ("127.0.0.1", replica.port)
        link.mend()
        end_at = time.monotonic() + AWAY_S
        while time.monotonic() < end_at:
            assert not write()
        assert requests.get(nodes[0].base_url + "/readyz", timeout=15).status_code == 503
        link.cut()
        link.target = ("127.0.0.1", primary.port)
        link.mend()
        give_up_at = time.monotonic() + BACK_WITHIN_S
        while not write():
            assert time.monotonic() < give_up_at, "no writes although the primary is back"
        assert len(user.get("/api/address/all").json()["data"]) == done
    finally:
        link.target = ("127.0.0.1", primary.port)
        nodes.discard()
        link.discard()
