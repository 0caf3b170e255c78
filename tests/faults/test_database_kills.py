"""PostgreSQL dies in all its ways while people write, and comes back: what was acknowledged is there, nothing was done
twice, and the nodes go on by themselves.

HAAT_DATABASE_KILLS says how often, HAAT_SEED repeats the ways and moments of a run.
"""
import collections
import os
import threading
import time

import pytest
import requests

from support.nodes import Caller, Nodes
from support.postgres import PostgresServer
from support.shop import PASSWORD, Shop, address_body, unique

KILLS = int(os.environ.get("HAAT_DATABASE_KILLS", 5))
WAYS = ("kill", "stop_at_once", "kill_postmaster")
SHORTEST_S, LONGEST_S = 0.05, 0.7
KEEPS = 5  # addresses of a writer
GOES_ON_WITHIN_S = 60


class Writer(threading.Thread):
    """One customer on one node, who adds addresses, each with a line of its own, and takes them away again."""

    def __init__(self, nodes, number, account):
        super().__init__()
        self.account, self.done_at = account, 0.0
        self.statuses = collections.Counter()
        self.asked, self.added, self.gone, self.uncertain = set(), {}, set(), set()  # by line; added: its id
        self.failure = None
        self._nodes, self._node = nodes, number % len(nodes)
        self._stopping = threading.Event()

    def run(self):
        caller = Caller(self._nodes)
        try:
            while not self._stopping.is_set():
                self._add(caller) if len(self.added) < KEEPS else self._remove(caller)
        except Exception as failure:  # the node was not killed: it has to answer whatever happens
            self.failure = failure
        caller.close()

    def _add(self, caller):
        line = unique(f"{self.account.id} House ")
        self.asked.add(line)
        status, answer = self._call(caller, "POST", "/api/address/add", address_body(address_line=line))
        assert status in (201, 503), (status, answer)
        if status == 201:
            self.added[line] = answer["data"]["_id"]

    def _remove(self, caller):
        line = next(iter(self.added))
        status, answer = self._call(caller, "DELETE", f"/api/address/delete/{self.added[line]}")
        assert status in (200, 404, 503), (status, answer)
        if status == 503:
            self.uncertain.add(line)
            return
        assert status == 200 or line in self.uncertain, "what was acknowledged is there"
        del self.added[line]
        self.gone.add(line)

    def _call(self, caller, method, path, body=None):
        status, answer = caller.call(self._node, method, path, body, self.account.token)
        self.statuses[status] += 1
        if status in (200, 201):
            self.done_at = time.monotonic()
        else:
            time.sleep(0.01)
        return status, answer

    def stop(self):
        self._stopping.set()
        self.join()
        if self.failure is not None:
            raise self.failure

    def expect_kept(self):
        found = [address["address_line"] for address in self.account.get("/api/address/all").json()["data"]]
        assert len(set(found)) == len(found), "nothing was done twice"
        assert set(self.added) - self.uncertain <= set(found), "what was acknowledged is there"
        assert not self.gone & set(found), "what was taken away stays away"
        assert set(found) <= self.asked


class Newcomers(threading.Thread):
    """People who register, one after the other."""

    def __init__(self, shop):
        super().__init__()
        self.acknowledged, self.failure = [], None
        self._shop = shop
        self._stopping = threading.Event()

    def run(self):
        try:
            while not self._stopping.is_set():
                email = unique("newcomer") + "@example.com"
                status = self._shop.register(email=email).status_code
                assert status in (200, 503), status
                if status == 200:
                    self.acknowledged.append(email)
        except Exception as failure:
            self.failure = failure

    def stop(self):
        self._stopping.set()
        self.join()
        if self.failure is not None:
            raise self.failure


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
    writers = [Writer(nodes, number, shop.user()) for number in range(4)]
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
