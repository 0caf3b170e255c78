"""A whole cluster while links are cut and mended, and nodes die and are restarted."""
import itertools
import os
import random
import re
import time

import pytest
import requests
from cluster import wait_until
from watch import Watch

from nodes.model import ShopModel
from support.nodes import Caller, seeded_random
from support.shop import Shop, unique

OPERATIONS = int(os.environ.get("HAAT_NODE_OPERATIONS", "1000"))
SEED = int(os.environ.get("HAAT_SEED", random.randrange(1 << 32)))
BEFORE_S = 2  # that something happens, so that there is something to disturb
CUT_S = 5
LONG_CUT_S = 20
LONGEST_READ_S = 18  # the proxy gives up waiting after 13 s
OUT_WITHIN_S = 10
BACK_WITHIN_S = 30
FAILED_TRIES = 3  # of one client, until a node is out


@pytest.fixture
def shop(cluster):
    """Asks the first node, to which nothing happens."""
    return Shop(cluster.nodes[0])


def run_model(cluster, operations):
    """Operations on the proxy and each node in turn, each answer compared with the model's."""
    caller = Caller(cluster)
    ShopModel(caller, len(cluster.servers), seeded_random(SEED, "HAAT_SEED"), unique("model") + "x").run(
        operations)
    caller.close()


def metric(node, name):
    text = requests.get(node.base_url + "/metrics", timeout=10).text
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])


def test_random_operations_answer_as_a_model_does(cluster):
    run_model(cluster, OPERATIONS)


def watch_a_fault(cluster, shop, node, fault, for_s, repair):
    """Price readers at the proxy, while a fault of one node comes and goes."""
    with Watch(shop, [cluster.proxy]) as watch:
        time.sleep(BEFORE_S)
        fault()
        wait_until(lambda: node.host.name not in cluster.proxy.in_use(), OUT_WITHIN_S, "the node is left out")
        time.sleep(for_s)
        repair()
        wait_until(lambda: node.host.name in cluster.proxy.in_use(), BACK_WITHIN_S, "the node is back")
        time.sleep(BEFORE_S)
    assert len(watch.failed) <= FAILED_TRIES * watch.READERS
    assert max(reader.slowest_s for reader in watch.readers) < LONGEST_READ_S
    seen = requests.get(f"{node.base_url}/api/product/{watch.product}", timeout=10).json()
    assert seen["data"]["price"] == watch.acknowledged


def test_a_node_that_loses_the_database_is_left_out_until_it_is_back(cluster, shop):
    node, primary = cluster.nodes[2], cluster.primary.host
    watch_a_fault(cluster, shop, node, lambda: cluster.network.part(node.host, primary), CUT_S,
                  lambda: cluster.network.join(node.host, primary))


def test_a_node_whose_host_is_cut_off_keeps_no_read_waiting_for_long(cluster, shop):
    node = cluster.nodes[2]
    watch_a_fault(cluster, shop, node, lambda: cluster.network.cut(node.host), LONG_CUT_S,
                  lambda: cluster.network.mend(node.host))


def test_a_node_that_is_unplugged_comes_back(cluster, shop):
    node = cluster.nodes[2]
    watch_a_fault(cluster, shop, node, lambda: cluster.network.unplug(node.host), CUT_S,
                  lambda: cluster.network.mend(node.host))


def test_reads_go_on_without_the_replica(cluster, shop):
    replica = cluster.replica.host
    node = cluster.nodes[1]
    with Watch(shop, cluster.servers) as watch:
        time.sleep(BEFORE_S)
        assert metric(node, "haat_replica_reads") > 0, "the nodes use it"
        cluster.network.cut(replica)
        time.sleep(CUT_S)
        cluster.network.mend(replica)
        time.sleep(BEFORE_S)
    assert watch.failed == []

    before = metric(node, "haat_replica_reads")
    prices = itertools.count(watch.acknowledged + 1)

    def is_used_again():
        shop.update_product(watch.product, price=next(prices))  # so that no cache answers
        time.sleep(0.2)                                         # it takes the replica a moment to have it
        requests.get(f"{node.base_url}/api/product/{watch.product}", timeout=10)
        return metric(node, "haat_replica_reads") > before

    wait_until(is_used_again, BACK_WITHIN_S, "the replica is asked again")


def test_nothing_changes_without_redis(cluster):
    run_model(cluster, OPERATIONS // 4)
    assert cluster.redis.tell("DBSIZE") > 0, "the nodes use it"
    redis = cluster.redis.host
    cluster.network.cut(redis)
    try:
        run_model(cluster, OPERATIONS // 4)
    finally:
        cluster.network.mend(redis)
    run_model(cluster, OPERATIONS // 4)


def test_a_node_that_is_killed_costs_no_client_more_than_a_second_try(cluster, shop):
    node = cluster.nodes[1]
    watch_a_fault(cluster, shop, node, node.kill, BEFORE_S, node.start)


def test_nobody_notices_that_all_nodes_are_restarted(cluster, shop):
    with Watch(shop, [cluster.proxy], writes_by=cluster.proxy) as watch:
        time.sleep(BEFORE_S)
        for node in cluster.nodes:
            node.restart()
            cluster.wait_until_whole()
    assert watch.failed == []
