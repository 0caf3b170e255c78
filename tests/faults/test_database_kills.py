"""PostgreSQL dies in all its ways while people write, and comes back: what was acknowledged is there, nothing was done
twice, and the nodes go on by themselves.

HAAT_DATABASE_KILLS says how often, HAAT_SEED repeats the ways and moments of a run.
"""
import collections
import os
import time

import pytest
import requests

from support.customers import AddressWriter, Newcomers
from support.nodes import Nodes
from support.postgres import PostgresServer
from support.shop import PASSWORD, Shop

KILLS = int(os.environ.get("HAAT_DATABASE_KILLS", 5))
WAYS = ("kill", "stop_at_once", "kill_postmaster")
SHORTEST_S, LONGEST_S = 0.05, 0.7
GOES_ON_WITHIN_S = 60


@pytest.fixture
def postgres():
    with PostgresServer(fsync="on", full_page_writes="on") as server:
        yield server


@pytest.fixture
def nodes(postgres):
    running = Nodes([postgres.create_database("kills")] * 2)
    yield running
    running.discard()


def wait_until_all_write(writers, since):
    give_up_at = time.monotonic() + GOES_ON_WITHIN_S
    while any(writer.done_at < since for writer in writers):
        for writer in writers:
            if writer.failure is not None:
                raise writer.failure
        assert time.monotonic() < give_up_at, "no writes after the database came back"
        time.sleep(0.02)


def kill_and_restart(postgres, writers, dice):
    """Under the writers' load; how long it took until all of them were served again."""
    time.sleep(dice.uniform(SHORTEST_S, LONGEST_S))
    getattr(postgres, dice.choice(WAYS))()
    postgres.start()
    back_at = time.monotonic()
    wait_until_all_write(writers, back_at)
    return time.monotonic() - back_at


def test_what_was_acknowledged_outlives_the_death_of_the_database(postgres, nodes, dice, report):
    shop = Shop(nodes[0])
    writers = [AddressWriter(nodes, number, shop.user()) for number in range(4)]
    newcomers = Newcomers(shop)
    for thread in (*writers, newcomers):
        thread.start()
    wait_until_all_write(writers, 0.1)
    try:
        took = [kill_and_restart(postgres, writers, dice) for _ in range(KILLS)]
    finally:
        for thread in (*writers, newcomers):
            thread.stop()
    for writer in writers:
        writer.expect_kept()
    for email in newcomers.acknowledged:
        answer = shop.anyone.post("/api/user/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200
    assert [requests.get(node.base_url + "/readyz", timeout=15).status_code for node in nodes.servers] == [200, 200]
    statuses = sum((writer.statuses for writer in writers), collections.Counter())
    assert statuses[503], "the deaths were noticed"
    report("PostgreSQL killed under writes", KILLS,
           f"{statuses[200] + statuses[201]} acknowledged writes, none lost or done twice; all were served again "
           f"{max(took):.1f} s after it was back, at most")
