"""The connection is lost between a COMMIT and its answer, so nobody can know whether it was done. It was; but it is never
answered as a success, and who sends the same request again finds one effect, or is told why there is no second."""
import select
import time
from urllib.parse import urlsplit

import pytest

from support import engine
from support.answers import document_of
from support.link import CHUNK, POLL_S, Link
from support.server import Server
from support.shop import Shop
from support.writes import CHANGING_GETS, WRITES

# What the second request is answered where it finds the first one's work done and has nothing left to do.
REFUSED = {"register": 409, "create_category": 409, "create_sub_category": 409, "add_to_cart": 409,
           "delete_category": 404, "delete_sub_category": 404, "delete_product": 404, "delete_address": 404,
           "remove_from_cart": 404, "end_session": 404, "log_out": 401, "log_out_by_link": 401,
           "verify_otp": 400, "reset_password": 403}
# Nothing in these requests says that the second is the first: it makes another, which its sender can see.
DONE_TWICE = {"log_in", "forget_password", "create_product", "add_address", "add_second_address"}
WITHOUT_COMMIT = {"upload_image"}
SEEN_WITHIN_S = 10  # a second, and what a busy machine may add


class CommitLink(Link):
    """While it is armed, the server's answer to a COMMIT is lost, and its connection with it."""

    COMMITTED = b"C\0\0\0\x0bCOMMIT\0"

    def __init__(self, target):
        self.is_armed, self.lost = False, 0
        super().__init__(target)

    def _shovel(self, client, server):
        while not self._stopping.is_set():
            for one in select.select([client, server], [], [], POLL_S)[0]:
                data = one.recv(CHUNK)
                if self.is_armed and one is server and self.COMMITTED in data:
                    self.lost += 1
                    return
                if not data:
                    return
                (server if one is client else client).sendall(data)


@pytest.fixture(scope="module")
def link_and_shop():
    with engine.chosen("postgres"):
        server = Server()
        address = urlsplit(server.storage.url)
        link = CommitLink((address.hostname, address.port))
        server.settings["DATABASE_URL"] = server.storage.url.replace(f":{address.port}/", f":{link.port}/")
        try:
            shop = Shop(server.start())
            assert shop.admin.is_alive()
            shop.shelf()
            yield link, shop
        finally:
            link.is_armed = False
            server.discard()
            link.discard()


def wait_for_the_mails(shop):
    """Until the outbox has nothing to commit."""
    with shop.server.database() as database:
        for _ in range(400):
            if not database.execute("SELECT 1 FROM outbox_events WHERE settled_at IS NULL").fetchone():
                return
            shop.anyone.get("/livez")
    raise AssertionError("mails that do not leave")


def seen_when_done(write, shop, it):
    """It was committed; caches hear of that from the change log, as those of other nodes do."""
    give_up_at = time.monotonic() + SEEN_WITHIN_S
    while not write.is_done(seen := write.seen(shop, it)):
        assert time.monotonic() < give_up_at, f"it was committed, but {seen} is seen"
        time.sleep(0.02)
    return seen


def test_every_changing_route_is_tried(link_and_shop):
    _, shop = link_and_shop
    document = document_of(shop.anyone, shop.server.base_url)
    routes = {f"{method} {path}" for method, path, _ in document.operations()}
    assert {write.route for write in WRITES} == {route for route in routes if not route.startswith("GET ")} | CHANGING_GETS


@pytest.mark.parametrize("write", [write for write in WRITES if write.name not in WITHOUT_COMMIT],
                         ids=lambda write: write.name)
def test_a_commit_that_nobody_confirmed_is_no_success_and_is_safe_to_repeat(link_and_shop, write):
    link, shop = link_and_shop
    it = write.prepare(shop)
    assert not write.is_done(write.seen(shop, it))
    wait_for_the_mails(shop)

    lost_before, link.is_armed = link.lost, True
    try:
        first = write.send(shop, it)
    finally:
        link.is_armed = False
    assert link.lost > lost_before
    assert first.status_code == 503 and int(first.headers["Retry-After"]) >= 1, first.text
    done = seen_when_done(write, shop, it)

    second = write.send(shop, it)
    if write.name in DONE_TWICE:
        assert second.status_code in (200, 201)
        assert not write.is_done(write.seen(shop, it)), "then it belongs elsewhere in this list"
        return
    assert second.status_code == REFUSED.get(write.name, 200), second.text
    assert write.is_done(write.seen(shop, it))
    if write.name in REFUSED:
        assert write.seen(shop, it) == done
