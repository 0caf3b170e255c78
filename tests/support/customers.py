"""Customers who write all the time, and know what was acknowledged, whatever happens to the database. The nodes that
they speak to stay up: one that does not answer, or answers anything but 503 instead, is a failure."""
import collections
import threading
import time

from support.nodes import Caller
from support.shop import address_body, unique

KEEPS = 5  # addresses of a writer


class Customer(threading.Thread):
    """Acts again and again until stop(), which raises what went wrong."""

    def __init__(self):
        super().__init__()
        self.statuses = collections.Counter()  # of the answers
        self.failure = None
        self._stopping = threading.Event()

    def run(self):
        try:
            while not self._stopping.is_set():
                self.act()
        except Exception as failure:
            self.failure = failure

    def stop(self):
        self._stopping.set()
        self.join()
        if self.failure is not None:
            raise self.failure


class AddressWriter(Customer):
    """One customer on one node, who adds addresses, each with a line of its own, and takes them away again."""

    def __init__(self, nodes, number, account):
        super().__init__()
        self.account, self.done_at = account, 0.0
        self.asked, self.added, self.gone, self.uncertain = set(), {}, set(), set()  # by line; added: its id
        self._caller, self._node = Caller(nodes), number % len(nodes)

    def act(self):
        self._add() if len(self.added) < KEEPS else self._remove()

    def _add(self):
        line = unique(f"{self.account.id} House ")
        self.asked.add(line)
        status, answer = self._call("POST", "/api/address/add", address_body(address_line=line))
        assert status in (201, 503), (status, answer)
        if status == 201:
            self.added[line] = answer["data"]["_id"]

    def _remove(self):
        line = next(iter(self.added))
        status, answer = self._call("DELETE", f"/api/address/delete/{self.added[line]}")
        assert status in (200, 404, 503), (status, answer)
        if status == 503:
            self.uncertain.add(line)
            return
        assert status == 200 or line in self.uncertain, "what was acknowledged is there"
        del self.added[line]
        self.gone.add(line)

    def _call(self, method, path, body=None):
        status, answer = self._caller.call(self._node, method, path, body, self.account.token)
        self.statuses[status] += 1
        if status in (200, 201):
            self.done_at = time.monotonic()
        else:
            time.sleep(0.01)
        return status, answer

    def stop(self):
        super().stop()
        self._caller.close()

    def expect_kept(self):
        found = [address["address_line"] for address in self.account.get("/api/address/all").json()["data"]]
        assert len(set(found)) == len(found), "nothing was done twice"
        assert set(self.added) - self.uncertain <= set(found), "what was acknowledged is there"
        assert not self.gone & set(found), "what was taken away stays away"
        assert set(found) <= self.asked


class Newcomers(Customer):
    """People who register, one after the other."""

    def __init__(self, shop):
        super().__init__()
        self.acknowledged = []  # their addresses
        self._shop = shop

    def act(self):
        email = unique("newcomer") + "@example.com"
        status = self._shop.register(email=email).status_code
        self.statuses[status] += 1
        assert status in (200, 503), status
        if status == 200:
            self.acknowledged.append(email)
