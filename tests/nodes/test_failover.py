"""The primary dies and its synchronous replica takes over: what was acknowledged is there, and the nodes go on by
themselves."""
import threading
import time

from support.nodes import Caller, Nodes
from support.postgres import PostgresServer
from support.shop import Shop, address_body, unique

WRITERS = 4
BEFORE_S = 2
WRITES_AGAIN_WITHIN_S = 5
GIVE_UP_AFTER_S = 30


class Writer(threading.Thread):
    """Adds addresses, and takes them away again, until it is told to stop; notes what was acknowledged."""

    def __init__(self, nodes, number, token):
        super().__init__()
        self.caller, self.node, self.token = Caller(nodes), number % len(nodes), token
        self.there, self.uncertain, self.times = set(), set(), []
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            try:
                if len(self.there) < 5:
                    status, answer = self.call("POST", "/api/address/add", address_body())
                    if status == 201:
                        self.there.add(answer["data"]["_id"])
                else:
                    gone = next(iter(self.there))
                    status, _ = self.call("DELETE", f"/api/address/delete/{gone}", None)
                    if status in (200, 404):  # it may have been deleted by a try whose answer was 503
                        self.there.discard(gone)
                    elif status == 503:
                        self.uncertain.add(gone)
                assert status in (200, 201, 404, 503), status
                if status in (200, 201):
                    self.times.append(time.monotonic())
            except OSError:
                pass
            time.sleep(0.01)
        self.caller.close()

    def call(self, method, path, body):
        return self.caller.call(self.node, method, path, body, self.token)


def two_hosts(primary, replica, name):
    return primary.url(name).replace(f":{primary.port}/", f":{primary.port},127.0.0.1:{replica.port}/") + \
        "?target_session_attrs=read-write"


def test_writes_go_on_after_a_failover_and_none_is_lost():
    with PostgresServer() as primary, primary.replica() as replica:
        name = unique("failover")
        primary.create_database(name)
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.sql("SELECT pg_reload_conf()")
        nodes = Nodes([two_hosts(primary, replica, name)] * 2)
        try:
            shop = Shop(nodes[0])
            users = [shop.user() for _ in range(WRITERS)]
            product = shop.product(price=7)
            writers = [Writer(nodes, number, user.token) for number, user in enumerate(users)]
            for writer in writers:
                writer.start()
            time.sleep(BEFORE_S)
            primary.kill()
            replica.promote()
            promoted_at = time.monotonic()
            while not all(writer.times and writer.times[-1] > promoted_at for writer in writers):
                assert time.monotonic() < promoted_at + GIVE_UP_AFTER_S, "no writes after the failover"
                time.sleep(0.05)
            took = [min(at for at in writer.times if at > promoted_at) - promoted_at for writer in writers]
            for writer in writers:
                writer.stopping.set()
            for writer in writers:
                writer.join()
            assert max(took) < WRITES_AGAIN_WITHIN_S, took
            for writer, user in zip(writers, users):
                found = {address["_id"] for address in user.get("/api/address/all").json()["data"]}
                assert writer.there - writer.uncertain <= found, "an acknowledged address is gone"
            assert shop.update_product(product["_id"], price=8)["price"] == 8
        finally:
            nodes.discard()
