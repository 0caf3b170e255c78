"""Customers who look at a price while something breaks, and an administrator who raises it."""
import http.client
import random
import threading
import time

from support.nodes import Caller

TRIES = 5  # of a request that reads, as any client may


class Reader(threading.Thread):
    """Asks one of the servers after the other for the price, a new connection now and then, until told to stop."""

    def __init__(self, watch, servers, number):
        super().__init__()
        self.watch, self.servers, self.draw = watch, servers, random.Random(number)
        self.reads, self.slowest_s = 0, 0.0
        self.failed = []  # single tries: (seconds since the start, what came)
        self.wrong = []   # what no client should see: an old price, no answer after TRIES

    def run(self):
        caller = Caller(self.servers)
        while not self.watch.stopping.is_set() and len(self.wrong) < 10:
            if self.draw.random() < 0.02:
                caller.close()
            self.read(caller)
            time.sleep(0.005)
        caller.close()

    def read(self, caller):
        path = self.draw.choice([f"/api/product/{self.watch.product}", "/api/product/all?limit=100"])
        floor, begun_at = self.watch.acknowledged, time.monotonic()
        server = self.draw.randrange(len(self.servers.servers))
        for _ in range(TRIES):
            try:
                status, answer = caller.call(server, "GET", path)
            except (OSError, http.client.HTTPException) as failure:
                status, answer = repr(failure), None
            self.slowest_s = max(self.slowest_s, time.monotonic() - begun_at)
            if status == 200:
                break
            self.failed.append((round(time.monotonic() - self.watch.begun_at, 2), status))
            time.sleep(0.1)
        else:
            self.wrong.append(("no answer", path, self.failed[-TRIES:]))
            return
        self.reads += 1
        data = answer["data"]
        listed = data if isinstance(data, list) else [data]
        price = next((one["price"] for one in listed if one["_id"] == self.watch.product), None)
        if price is None or price < floor:
            self.wrong.append(("stale", path, price, floor, round(time.monotonic() - self.watch.begun_at, 2)))


class Doors:
    """Some of a cluster's servers, as a caller wants them."""

    def __init__(self, servers):
        self.servers = servers


class Watch:
    """with Watch(shop, servers) as watch: something breaks. Readers ask the servers; the price goes up by shop's server,
    or another one that is named, and no write may fail there."""

    READERS = 4

    def __init__(self, shop, servers, writes_by=None):
        self.product = shop.product(price=1)["_id"]
        self.token, self.writes_by = shop.admin.token, writes_by or shop.server
        self.acknowledged = 1
        self.begun_at = time.monotonic()
        self.stopping = threading.Event()
        self.failure = None
        self.readers = [Reader(self, Doors(servers), number) for number in range(self.READERS)]
        self.writer = threading.Thread(target=self._write)

    def _write(self):
        caller, path = Caller(Doors([self.writes_by])), f"/api/product/update/{self.product}"
        try:
            while not self.stopping.wait(0.05):
                status, answer = caller.call(0, "PUT", path, {"price": self.acknowledged + 1}, self.token)
                assert status == 200, (status, answer)
                self.acknowledged += 1
        except Exception as failure:  # told where the watch ends
            self.failure = failure
        caller.close()

    def __enter__(self):
        for thread in [*self.readers, self.writer]:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        self.stopping.set()
        for thread in [*self.readers, self.writer]:
            thread.join()
        print(f"{sum(reader.reads for reader in self.readers)} reads, {self.acknowledged - 1} writes, slowest read "
              f"{max(reader.slowest_s for reader in self.readers):.2f} s, failed tries {self.failed}")
        if kind is None:
            if self.failure:
                raise self.failure
            wrong = [one for reader in self.readers for one in reader.wrong]
            assert not wrong, wrong[0]
            assert self.acknowledged > 5 and min(reader.reads for reader in self.readers) > 5, \
                "too little happened to prove anything"

    @property
    def failed(self):
        return sorted(failure for reader in self.readers for failure in reader.failed)
