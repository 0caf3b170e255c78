"""The primary dies and its synchronous replica takes over: what was acknowledged is there, and the nodes go on by
themselves."""
import time

from support.nodes import Nodes
from support.postgres import PostgresServer
from support.shop import Shop, unique
from support.writer import Writer

WRITERS = 4
BEFORE_S = 2
WRITES_AGAIN_WITHIN_S = 5
GIVE_UP_AFTER_S = 30


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
