"""The primary's host is cut off and the replica takes over: writes go on, and none that was acknowledged is lost."""
import time

import pytest
from cluster import DATABASE

from support.shop import Shop
from support.writer import Writer

WRITERS = 6
BEFORE_S = 2
NOTICED_S = 5  # less than what promotes a replica by itself would wait; the nodes have to have given up by then
WRITES_AGAIN_WITHIN_S = 5
GIVE_UP_AFTER_S = 60
AFTER_S = 5


@pytest.fixture(scope="module")
def synchronous():
    return True


def addresses_in(server):
    return set(server.sql("SELECT id FROM addresses", DATABASE).split())


def wait_for_writes(writers, since):
    """How long after that moment each writer wrote again, seconds."""
    while not all(writer.times and writer.times[-1] > since for writer in writers):
        assert time.monotonic() < since + GIVE_UP_AFTER_S, "no writes any more"
        time.sleep(0.05)
    return [min(at for at in writer.times if at > since) - since for writer in writers]


def test_writes_go_on_where_the_replica_takes_over(cluster):
    shop = Shop(cluster.nodes[0])
    users = [shop.user() for _ in range(WRITERS)]
    writers = [Writer(cluster, number, user.token) for number, user in enumerate(users)]
    for writer in writers:
        writer.start()
    try:
        wait_for_writes(writers, time.monotonic())
        time.sleep(BEFORE_S)
        cluster.network.cut(cluster.primary.host)
        time.sleep(NOTICED_S)
        cluster.replica.promote()
        took = wait_for_writes(writers, time.monotonic())
        print("writes again after", [round(each, 2) for each in took])
        assert max(took) < WRITES_AGAIN_WITHIN_S, took

        there = addresses_in(cluster.primary)
        cluster.network.mend(cluster.primary.host)
        mended_at = time.monotonic()
        time.sleep(AFTER_S)
        wait_for_writes(writers, mended_at + AFTER_S)
    finally:
        for writer in writers:
            writer.stopping.set()
        for writer in writers:
            writer.join()
    cluster.wait_until_whole()
    for writer, user in zip(writers, users):
        found = {address["_id"] for address in user.get("/api/address/all").json()["data"]}
        assert writer.there - writer.uncertain <= found, "an acknowledged address is gone"
    assert addresses_in(cluster.primary) == there, "the old primary got writes"
    assert addresses_in(cluster.replica) != there
    assert shop.product(price=8)["price"] == 8
