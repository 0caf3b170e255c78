"""The wall clock jumps, goes back or stands still: nobody waits for it, what was answered stays, and whoever logs in again
is let in."""
import time

import pytest

from preloading import SharedNumbers, built, preloaded
from support.client import Client
from support.shop import Shop, address_body

MINUTE_MS = 60 * 1000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
OFF_BY, STANDS_AT = 0, 1
MAIL_WITHIN_S = 20


@pytest.fixture(scope="module")
def timely(tmp_path_factory):
    """A shop, and its clock."""
    folder = tmp_path_factory.mktemp("clock")
    clock = SharedNumbers(folder / "clock", 0, 0)
    server = preloaded(built("moved_clock", folder), HAAT_CLOCK=str(clock.path)).start()
    yield Shop(server), clock
    server.discard()


@pytest.fixture
def timely_with_limits(tmp_path):
    clock = SharedNumbers(tmp_path / "clock", 0, 0)
    server = preloaded(built("moved_clock", tmp_path), HAAT_CLOCK=str(clock.path), RATE_LIMITS=None).start()
    yield Shop(server), clock
    server.discard()


@pytest.fixture
def moved(timely):
    """Moves the clock; it is right again afterwards."""
    shop, clock = timely

    def move(off_by_ms):
        clock[OFF_BY] = off_by_ms
        time.sleep(1.5)  # what looks at the clock now and then has seen it

    yield move
    clock[OFF_BY] = clock[STANDS_AT] = 0
    time.sleep(1.5)
    shop.admin.log_in()


def expect_served(shop):
    """Everything that a customer does, from the beginning."""
    assert shop.anyone.get("/readyz").status_code == 200
    began = time.monotonic()
    account = shop.user()
    shop.mailbox.wait_for(account.email, within_s=MAIL_WITHIN_S)
    shop.admin.log_in()
    product = shop.product()
    shop.cart_item(account, product)
    assert account.post("/api/address/add", json=address_body()).status_code == 201
    assert account.get("/api/cart").json()["data"][0]["productId"]["_id"] == product["_id"]
    assert Client(shop.server, account.refresh_token).post("/api/user/refresh-token").status_code == 200
    assert time.monotonic() - began < 2 * MAIL_WITHIN_S
    return account


@pytest.mark.parametrize("jump_ms", [HOUR_MS, -HOUR_MS, DAY_MS, -DAY_MS], ids=["+1 h", "-1 h", "+1 day", "-1 day"])
def test_a_clock_that_jumps_stops_nobody_and_loses_nothing(timely, moved, jump_ms):
    shop, _ = timely
    account = shop.user()
    address = shop.address(account)["_id"]
    moved(jump_ms)
    expect_served(shop)
    again = account.second_session()
    assert [row["_id"] for row in again.get("/api/address/all").json()["data"]] == [address]
    moved(0)
    expect_served(shop)
    assert account.second_session().is_alive()


def test_a_clock_that_stands_still_stops_nobody(timely, moved):
    shop, clock = timely
    clock[STANDS_AT] = time.time_ns() // 1_000_000
    moved(0)
    expect_served(shop)


@pytest.mark.parametrize("off_by_ms, is_alive", [(50_000, True), (-50_000, True), (-2 * MINUTE_MS, False), (HOUR_MS, False)],
                         ids=["50 s ahead", "50 s behind", "2 minutes behind", "an hour ahead"])
def test_a_token_is_good_beside_a_clock_that_is_a_minute_off_and_no_more(timely, moved, off_by_ms, is_alive):
    """Nodes' clocks differ a little. A token of the future is none, and one that ran out is over."""
    shop, _ = timely
    account = shop.user()
    moved(off_by_ms)
    assert account.is_alive() is is_alive


def test_who_asks_for_codes_in_vain_is_sent_another_after_an_hour(timely_with_limits):
    """What was refused does not count."""
    shop, clock = timely_with_limits
    account = shop.user()

    def ask(at_minute):
        clock[OFF_BY] = at_minute * MINUTE_MS
        return shop.anyone.put("/api/user/forget-password", json={"email": account.email}).status_code

    assert [ask(0) for _ in range(3)] == [200] * 3
    assert [ask(at_minute) for at_minute in range(10, 60, 10)] == [429] * 5
    assert ask(61) == 200
    shop.mailbox.wait_for(account.email, "Password Reset", 4, within_s=MAIL_WITHIN_S)
