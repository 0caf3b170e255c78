"""The database freezes between a COMMIT's answer and what comes after it: the writer is answered when all leases have
ended, and not when the database is given up."""
import select
import time

import pytest

from support.link import CHUNK, POLL_S, Link
from support.nodes import Nodes
from support.shop import Shop, unique

ANSWERED_WITHIN_S = 5  # a second and a half, and what a busy machine may add; a silent server is given up after 11


class FreezingLink(Link):
    """Stalls when it has passed on the answer to the COMMIT of who had sent `marker`."""

    COMMITTED = b"C\0\0\0\x0bCOMMIT\0"

    def __init__(self, target):
        self.marker, self.is_frozen = None, False
        super().__init__(target)

    def _shovel(self, client, server):
        is_marked = False
        while not self._stopping.is_set():
            for one in select.select([client, server], [], [], POLL_S)[0]:
                while self._state == "stalled" and not self._stopping.wait(POLL_S):
                    pass
                data = one.recv(CHUNK)
                if not data:
                    return
                marker = self.marker
                is_marked |= one is client and marker is not None and marker in data
                if one is server and is_marked and self.COMMITTED in data:
                    self.stall()
                    self.is_frozen = True
                (server if one is client else client).sendall(data)


@pytest.fixture
def link(postgres):
    made = FreezingLink(("127.0.0.1", postgres.port))
    yield made
    made.discard()


def test_a_writer_whose_database_freezes_after_the_commit_is_soon_answered(postgres, link):
    url = postgres.create_database(unique("frozen"))
    nodes = Nodes([url.replace(f":{postgres.port}/", f":{link.port}/")])
    try:
        shop = Shop(nodes[0])
        product = shop.product(price=1)
        shop.update_product(product["_id"], price=2)  # so that all is prepared
        link.marker = f"catalog:p{product['_id']}".encode()  # the entry in the log
        begun_at = time.monotonic()
        assert shop.update_product(product["_id"], price=3)["price"] == 3
        took_s = time.monotonic() - begun_at
        assert link.is_frozen and took_s < ANSWERED_WITHIN_S, took_s
    finally:
        link.marker = None
        link.mend()
        nodes.discard()
