"""The log of changes between nodes: what a node that was away makes of it, and how it is kept short."""
import contextlib

import psycopg2
import pytest

from support.nodes import Nodes
from support.patience import wait_until
from support.shop import Shop, unique

SWEEPERS = 4847430002  # the lock of the node that sweeps (follower.cpp)
OLD = 2_500            # entries: more than two batches
LOOKS_S = 2            # in which a node would have begun to sweep
NOW_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"


@pytest.fixture
def shared(postgres):
    """(the name of a database, two nodes on it with their index ready, and a shop on the first)"""
    name = unique("log")
    running = Nodes([postgres.create_database(name)] * 2)
    shop = Shop(running[0])
    shop.product()
    for node in running.servers:
        wait_until(lambda: is_in_step(postgres, name, node))
    yield name, running, shop
    running.discard()


def last_position(postgres, name):
    return int(postgres.sql("SELECT last FROM change_position", name))


def is_in_step(postgres, name, node):
    return (node.metric("haat_node_lease") == 1 and node.metric("haat_catalog_index_ready") == 1 and
            node.metric("haat_node_position") == last_position(postgres, name))


def append(postgres, name, count, written="TRUE"):
    """As one transaction; only the entries whose n, counted back from the last, are `written`."""
    postgres.sql(f"WITH next AS (UPDATE change_position SET last = last + {count} RETURNING last) "
                 f"INSERT INTO changes SELECT last - n, 'users:nobody', {NOW_MS} "
                 f"FROM next, generate_series(0, {count - 1}) AS n WHERE {written}", name)


def lose_channel(postgres, name, node):
    """Ends the followers' connections, and comes back when this node knows."""
    known = node.log_text().count("hears no changes")
    postgres.sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                 f"WHERE datname = '{name}' AND application_name = 'haat-follower'")
    wait_until(lambda: node.log_text().count("hears no changes") > known)


def listed_price(node, product):
    products = Shop(node).anyone.get("/api/product/all?limit=100").json()["data"]
    return {one["_id"]: one["price"] for one in products}[product["_id"]]


def test_a_lost_channel_throws_nothing_away(postgres, shared):
    name, (near, far), shop = shared[0], shared[1].servers, shared[2]
    product = shop.product(price=1)
    wait_until(lambda: is_in_step(postgres, name, far))
    made = far.metric("haat_catalog_index_made")
    for price in range(2, 7):
        lose_channel(postgres, name, far)
        shop.update_product(product["_id"], price=price)
        assert listed_price(far, product) == price
        wait_until(lambda: is_in_step(postgres, name, far))
        assert listed_price(far, product) == price
    assert far.metric("haat_catalog_index_made") == made


def test_more_changes_than_are_read_at_once_are_all_read(postgres, shared):
    name, nodes, shop = shared
    made = [node.metric("haat_catalog_index_made") for node in nodes.servers]
    append(postgres, name, OLD)
    for node in nodes.servers:
        wait_until(lambda: is_in_step(postgres, name, node))
    assert [node.metric("haat_catalog_index_made") for node in nodes.servers] == made
    product = shop.product(price=5)
    assert listed_price(nodes[1], product) == 5


def give_the_position_again(postgres, name):
    """As after a crash that lost the last commit."""
    postgres.sql("UPDATE changes SET committed_at = committed_at + 1 "
                 "WHERE position = (SELECT last FROM change_position)", name)


def lose_the_last(postgres, name):
    postgres.sql("DELETE FROM changes WHERE position = (SELECT last FROM change_position)", name)


def go_back(postgres, name):
    lose_the_last(postgres, name)
    postgres.sql("UPDATE change_position SET last = last - 1", name)


@pytest.mark.parametrize("alter", [give_the_position_again, lose_the_last, go_back])
def test_a_node_that_does_not_find_its_place_begins_anew(postgres, shared, alter):
    name, nodes, _ = shared
    made = nodes[1].metric("haat_catalog_index_made")
    alter(postgres, name)
    lose_channel(postgres, name, nodes[1])
    wait_until(lambda: nodes[1].metric("haat_catalog_index_made") > made)
    wait_until(lambda: is_in_step(postgres, name, nodes[1]))


@pytest.mark.parametrize("count, written", [(3, "n <> 1"), (3, "n <> 0"), (1_500, "n <> 1200"), (25_000, "TRUE")],
                         ids=["a gap", "without the last", "a gap in the first bite", "too many"])
def test_a_log_that_is_not_whole_moves_everything(postgres, shared, count, written):
    name, nodes, shop = shared
    made = nodes[1].metric("haat_catalog_index_made")
    append(postgres, name, count, written=written)
    wait_until(lambda: nodes[1].metric("haat_catalog_index_made") > made)
    product = shop.product(price=5)
    assert listed_price(nodes[1], product) == 5


def entries(postgres, name):
    return int(postgres.sql("SELECT count(*) FROM changes", name))


def test_old_entries_are_swept_by_one_node_and_the_last_one_stays(postgres):
    name = unique("swept")
    url = postgres.create_database(name)
    nodes = Nodes([url])
    try:
        append(postgres, name, OLD)
        nodes[0].stop()
        postgres.sql("UPDATE changes SET committed_at = position", name)
        with contextlib.closing(psycopg2.connect(url)) as another:
            another.cursor().execute(f"SELECT pg_advisory_lock({SWEEPERS})")
            nodes[0].start()
            with pytest.raises(AssertionError, match="did not happen"):
                wait_until(lambda: entries(postgres, name) < OLD, LOOKS_S)
        nodes[0].restart()  # else it looks again in a minute
        wait_until(lambda: entries(postgres, name) == 1)
        assert int(postgres.sql("SELECT position FROM changes", name)) == last_position(postgres, name)
    finally:
        nodes.discard()
