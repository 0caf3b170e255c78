"""The disk of the log is full: nobody but its reader misses anything."""
import pathlib

import pytest

from support.server import Server
from support.shop import Shop


class UnloggedServer(Server):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.log_path = pathlib.Path("/dev/full")  # each write fails, as on a disk without room

    def log_text(self):
        return "(its log has nowhere to go)"


@pytest.mark.parametrize("log_format", ["json", "combined"])
def test_a_log_that_cannot_be_written_stops_nobody(log_format):
    server = UnloggedServer(LOG_LEVEL="debug", LOG_FORMAT=log_format)
    shop = Shop(server.start())
    for _ in range(20):
        account = shop.user()
        shop.cart_item(account, shop.product())
        assert account.get("/api/cart").status_code == 200
        assert shop.anyone.post("/api/user/login", json={"email": account.email, "password": "wrong"}).status_code == 400
    server.discard()  # and its exit code is 0
