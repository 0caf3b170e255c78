"""The hosts of a shop as docs/operations.md describes it: HAProxy, three nodes, PostgreSQL with a streaming replica,
Redis."""
import pathlib
import shutil
import tempfile
import time

from network import make_network
from proxy import HaProxy

from support.postgres import USER, PostgresServer
from support.redis_server import RedisServer
from support.server import Server

NODES = 3
DATABASE = "shop"
READY_WITHIN_S = 30
WRITES = "target_session_attrs=read-write"


def wait_until(holds, within_s, what):
    give_up_at = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < give_up_at, f"not within {within_s} s: {what}"
        time.sleep(0.05)


class Cluster:
    """Started when it is made. synchronous: what is acknowledged is on the replica, too."""

    def __init__(self, synchronous):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haat-cluster-"))
        self._started = []  # what ends it, in order
        try:
            self._start(synchronous)
        except BaseException:
            self.discard()
            raise

    def _start(self, synchronous):
        self.network = make_network()
        self._started.append(self.network.discard)
        self._start_database(synchronous)
        self.redis = RedisServer(self.network.host("redis", 21), **{"protected-mode": "no"})
        self._started.append(self.redis.discard)
        self.nodes = [self._node(number) for number in range(NODES)]
        host = self.network.host("proxy", 10)
        self.proxy = HaProxy(host, self.folder, {node.host.name: self.network.way(host, node.host, node.port)
                                                 for node in self.nodes}).start()
        self._started.append(self.proxy.stop)
        self.wait_until_whole()

    def _start_database(self, synchronous):
        self.primary = PostgresServer(self.network.host("primary", 20))
        self._started.append(self.primary.discard)
        self.primary.create().start()
        self.primary.create_database(DATABASE)
        host = self.network.host("replica", 22)
        self.replica = self.primary.replica(host, self.network.way(host, self.primary.host, self.primary.port))
        self._started.append(self.replica.discard)
        self.replica.start()
        if synchronous:
            self.primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self.primary.sql("SELECT pg_reload_conf()")

    def _node(self, number):
        host = self.network.host(f"node{number + 1}", 11 + number)
        primary, replica, redis = (
            ":".join(map(str, self.network.way(host, server.host, server.port)))
            for server in (self.primary, self.replica, self.redis))
        who = f"postgres://{USER}:{self.primary.password}"
        node = Server(host, DATABASE_URL=f"{who}@{primary},{replica}/{DATABASE}?{WRITES}",
                      DATABASE_READ_URLS=f"{who}@{replica}/{DATABASE}", REDIS_URL=f"redis://{redis}",
                      TRUSTED_PROXIES="10.0.0.10,127.0.0.1")
        node.start()
        self._started.append(node.discard)
        return node

    @property
    def servers(self):
        """Whom a client may ask: the proxy, and each node."""
        return [self.proxy, *self.nodes]

    def wait_until_whole(self):
        names = {node.host.name for node in self.nodes}
        wait_until(lambda: self.proxy.in_use() == names, READY_WITHIN_S, "the proxy sends requests to all nodes")

    def discard(self):
        """All that was started, also when some of it does not end well: that is told last."""
        failure = None
        while self._started:
            try:
                self._started.pop()()
            except Exception as one:  # noqa: BLE001
                failure = failure or one
        shutil.rmtree(self.folder, ignore_errors=True)
        if failure:
            raise failure
