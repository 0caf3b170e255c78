"""Replicas take reads of the catalogue off the primary, and nobody sees that they lag behind."""
import contextlib
import time

import psycopg2
import pytest
import requests

from support.link import Link
from support.nodes import Nodes
from support.parallel import at_once, statuses
from support.patience import wait_until
from support.postgres import PostgresServer
from support.program import end_of
from support.shop import Shop, address_body, unique

CAUGHT_UP_WITHIN_S = 20
AWAY_S = 2
BACK_WITHIN_S = 30
LEFT_ALONE_S = 1.2      # a replica that is away, and a little more
ON_THE_PRIMARY_S = 5    # no figure of the server: what a busy machine may add
CALLERS = 12


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


def ask_for(node, product):
    return requests.get(f"{node.base_url}/api/product/{product['_id']}", timeout=30)


def price_at(node, product):
    return ask_for(node, product).json()["data"]["price"]


def search(node, words):
    return requests.get(f"{node.base_url}/api/product/search", params={"search": words}, timeout=30)


@contextlib.contextmanager
def paused(replica):
    """It stays as it is."""
    replica.sql("SELECT pg_wal_replay_pause()")
    try:
        wait_until(lambda: replica.sql("SELECT pg_get_wal_replay_pause_state()") == "paused")
        yield
    finally:
        replica.sql("SELECT pg_wal_replay_resume()")


@contextlib.contextmanager
def products_locked(primary, replica, name):
    """On the replica alone: whoever reads them there waits until his time is over."""
    held = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted"
    with contextlib.closing(psycopg2.connect(primary.url(name))) as holder, contextlib.ExitStack() as meanwhile:
        holder.cursor().execute("LOCK TABLE products IN ACCESS EXCLUSIVE MODE")
        primary.sql("CHECKPOINT")  # which sends what nobody has committed, too
        wait_until(lambda: replica.sql(held) != "0")
        meanwhile.enter_context(paused(replica))
        holder.rollback()
        yield


def was_away(node):
    return "replica_unavailable" in node.log_text()


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


def test_a_search_that_takes_too_long_is_no_replica_that_is_away(nodes, primary, replica):
    shop = Shop(nodes[0])
    product = shop.product(name="slow phrase", price=1)
    wait_until_caught_up(primary, replica)
    assert price_at(nodes[0], product) == 1
    name = nodes[0].settings["DATABASE_URL"].rpartition("/")[2]
    with products_locked(primary, replica, name):
        assert search(nodes[0], '"slow phrase"').status_code == 503, "as on the primary"
    assert not was_away(nodes[0])
    before = nodes[0].metric("haat_replica_reads")
    assert [found["_id"] for found in search(nodes[0], '"slow phrase"').json()["data"]] == [product["_id"]]
    assert nodes[0].metric("haat_replica_reads") > before


def test_who_finds_all_connections_to_a_replica_in_use_asks_the_primary(primary, replica):
    name = unique("crowded")
    url = primary.create_database(name)
    wait_until_caught_up(primary, replica)
    nodes = Nodes([url], DATABASE_READ_URLS=replica.url(name), CACHE_MEMORY="0", DATABASE_POOL="6")
    try:
        product = Shop(nodes[0]).product(price=1)
        wait_until_caught_up(primary, replica)
        assert statuses(at_once(CALLERS, lambda _: ask_for(nodes[0], product))) == {200: CALLERS}
        with products_locked(primary, replica, name):
            answers = statuses(at_once(CALLERS, lambda _: ask_for(nodes[0], product)))
        # One connection for each of two threads; who has it waits for the table until his time is over.
        assert set(answers) <= {200, 503} and answers[200] >= CALLERS // 2, answers
        assert not was_away(nodes[0])
    finally:
        nodes.discard()


def empty_position(primary, name):
    assert end_of("migrate", DATABASE_URL=primary.url(name))[0] == 0
    primary.sql("DELETE FROM change_position", name)


def full_position(primary, name):
    primary.sql("INSERT INTO change_position (last) VALUES (0)", name)


def nothing(primary, name):
    """The tables are made when the node starts, and the replica has none."""


@pytest.mark.parametrize("before, after", [(nothing, nothing), (empty_position, full_position)],
                         ids=["a migration", "the position"])
def test_a_replica_that_lacks_what_is_asked_for_is_passed_over(primary, replica, before, after):
    name = unique("behind")
    url = primary.create_database(name)
    before(primary, name)
    wait_until_caught_up(primary, replica)
    with paused(replica):
        after(primary, name)
        nodes = Nodes([url], DATABASE_READ_URLS=replica.url(name), CACHE_MEMORY="0")
        try:
            assert ask_for(nodes[0], {"_id": "0" * 24}).status_code == 404
            product = Shop(nodes[0]).product(price=1)
            assert price_at(nodes[0], product) == 1
            assert nodes[0].metric("haat_replica_reads_passed_on") >= 2
            assert not was_away(nodes[0])
        finally:
            nodes.discard()


def test_a_replica_that_hangs_is_tried_by_one_at_a_time(primary, replica):
    name = unique("hung")
    link = Link(("127.0.0.1", replica.port))
    url = primary.create_database(name)
    wait_until_caught_up(primary, replica)
    nodes = Nodes([url], DATABASE_READ_URLS=replica.url(name).replace(f":{replica.port}/", f":{link.port}/"),
                  CACHE_MEMORY="0")
    try:
        product = Shop(nodes[0]).product(price=1)
        wait_until_caught_up(primary, replica)

        def seconds(_=None):
            begun_at = time.monotonic()
            assert price_at(nodes[0], product) == 1
            return time.monotonic() - begun_at

        def has_connections():
            at_once(CALLERS, seconds)
            return int(replica.sql(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'")) >= 9

        link.delay_s = 0.05  # so that callers meet, and each takes a connection of its own
        wait_until(has_connections)
        link.delay_s = 0.0
        link.stall()
        seconds()  # it waits for an answer, and then knows
        assert was_away(nodes[0])
        time.sleep(LEFT_ALONE_S)
        took = sorted(at_once(CALLERS // 2, seconds))
        assert took[-2] < ON_THE_PRIMARY_S, took
    finally:
        link.mend()
        nodes.discard()
        link.discard()


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
