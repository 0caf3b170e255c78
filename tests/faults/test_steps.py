"""The power goes out between any two steps of a write, and any step fails: a write is there as a whole or not at all,
and whole if it was acknowledged.

HAAT_STEP_ROUNDS says how often each step of each route is tried; 0: a step of each, by the dice.
"""
import contextlib
import os
import pathlib
import sqlite3
import subprocess

import pytest
import requests

from support.images import png
from support.server import Server
from support.shop import PASSWORD, Shop, address_body, unique

ROUNDS = int(os.environ.get("HAAT_STEP_ROUNDS", 0))
MAX_STEPS = 200
USUAL_STEPS = 9
DIES_WITHIN_S = 5
ALREADY_DYING_S = 0.3
SERVED_IN_A_ROW = 4  # that many steps in a row without effect are behind the end: one may have hit the outbox

pytestmark = pytest.mark.usefixtures("fail_points")


class FailingShop(Shop):
    """A shop whose server fails where it is told to."""

    def __init__(self, folder):
        self.plan = pathlib.Path(folder) / "fail"
        super().__init__(Server(HAAT_FAIL_FILE=str(self.plan)))

    def fail_at(self, action, step, point="*"):
        # In one piece: the server reads it at every step.
        prepared = self.plan.with_suffix(".new")
        prepared.write_text(f"{point} {action} {step}\n")
        prepared.rename(self.plan)

    def fail_no_more(self):
        self.plan.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    made = FailingShop(tmp_path_factory.mktemp("plan"))
    made.server.start()
    assert made.admin.is_alive()
    made.shelf()
    yield made
    made.fail_no_more()
    made.server.discard()


@pytest.fixture(autouse=True)
def alive(shop):
    """One test's dead server is not the next one's."""
    shop.fail_no_more()
    if shop.server.process is None or shop.server.process.poll() is not None:
        shop.server.start()


class Write:
    """One request that changes something. `prepare` returns what the others get; `seen` is what can be read of the
    change; `is_done` says whether what is seen has it."""

    def __init__(self, name, prepare, send, seen, is_done):
        self.name, self.prepare, self.send, self.seen, self.is_done = name, prepare, send, seen, is_done


def document(response):
    return response.json().get("data") if response.status_code == 200 else None


def listed(client, path, wanted_id):
    return [row for row in client.get(path).json()["data"] if row["_id"] == wanted_id]


def can_log_in(shop, email, password):
    return shop.anyone.post("/api/user/login", json={"email": email, "password": password}).status_code == 200


def cart_seen(shop, account):
    lines = account.get("/api/cart").json()["data"]
    return sorted((line["productId"]["_id"], line["quantity"]) for line in lines)


def with_user(make):
    """Prepares an account and something of its own."""
    def prepare(shop):
        account = shop.user()
        return account, make(shop, account)
    return prepare


def nothing(*_):
    return None


WRITES = [
    Write("register", lambda shop: unique("steps") + "@example.com",
          lambda shop, email: shop.anyone.post("/api/user/register",
                                               json={"name": "Asha", "email": email, "password": PASSWORD}),
          lambda shop, email: can_log_in(shop, email, PASSWORD), bool),
    Write("update_user", with_user(nothing),
          lambda shop, it: it[0].put("/api/user/update-user", json={"name": "Changed", "mobile": "9123456780"}),
          lambda shop, it: [it[0].fetch_profile()[name] for name in ("name", "mobile")],
          lambda seen: seen == ["Changed", 9123456780]),
    Write("change_password", with_user(nothing),
          lambda shop, it: it[0].put("/api/user/update-user",
                                     json={"password": "Another-pass-8", "currentPassword": PASSWORD}),
          lambda shop, it: [can_log_in(shop, it[0].email, word) for word in (PASSWORD, "Another-pass-8")],
          lambda seen: seen == [False, True]),
    Write("log_out", with_user(nothing), lambda shop, it: it[0].post("/api/user/logout"),
          lambda shop, it: it[0].is_alive(), lambda seen: not seen),
    Write("make_admin", with_user(nothing),
          lambda shop, it: shop.admin.put("/api/user/make-admin", json={"email": it[0].email}),
          lambda shop, it: it[0].second_session().fetch_profile()["role"], lambda seen: seen == "ADMIN"),
    Write("add_address", with_user(nothing),
          lambda shop, it: it[0].post("/api/address/add", json=address_body(city="Steps")),
          lambda shop, it: [(row["city"], row["status"]) for row in it[0].get("/api/address/all").json()["data"]],
          lambda seen: seen == [("Steps", True)]),
    Write("add_second_address", with_user(lambda shop, account: shop.address(account)),
          lambda shop, it: it[0].post("/api/address/add", json=address_body(city="Steps")),
          lambda shop, it: sorted((row["city"], row["status"]) for row in it[0].get("/api/address/all").json()["data"]),
          lambda seen: len(seen) == 2 and [status for _, status in seen].count(True) == 1),
    Write("update_address", with_user(lambda shop, account: shop.address(account)["_id"]),
          lambda shop, it: it[0].put(f"/api/address/update/{it[1]}", json={"city": "Steps", "pincode": "560001"}),
          lambda shop, it: [(row["city"], row["pincode"]) for row in listed(it[0], "/api/address/all", it[1])],
          lambda seen: [row[0] for row in seen] == ["Steps"] and str(seen[0][1]) == "560001"),
    Write("delete_address", with_user(lambda shop, account: shop.address(account)["_id"]),
          lambda shop, it: it[0].delete(f"/api/address/delete/{it[1]}"),
          lambda shop, it: listed(it[0], "/api/address/all", it[1]), lambda seen: not seen),
    Write("add_to_cart", with_user(lambda shop, account: shop.product()["_id"]),
          lambda shop, it: it[0].post("/api/cart/add", json={"productId": it[1], "quantity": 3}),
          lambda shop, it: cart_seen(shop, it[0]), lambda seen: len(seen) == 1 and seen[0][1] == 3),
    Write("clear_cart", with_user(lambda shop, account: [shop.cart_item(account) for _ in range(2)]),
          lambda shop, it: it[0].delete("/api/cart/clear"),
          lambda shop, it: cart_seen(shop, it[0]), lambda seen: not seen),
    Write("create_product", lambda shop: shop.product_body(),
          lambda shop, body: shop.admin.post("/api/product/create", json=body),
          lambda shop, body: [row["price"] for row in shop.anyone.get("/api/product/all?limit=3").json()["data"]
                              if row["name"] == body["name"]],
          lambda seen: seen == [999.99]),
    Write("update_product", lambda shop: shop.product()["_id"],
          lambda shop, it: shop.admin.put(f"/api/product/update/{it}", json={"price": 7, "stock": 3}),
          lambda shop, it: [shop.anyone.get(f"/api/product/{it}").json()["data"][name] for name in ("price", "stock")],
          lambda seen: seen == [7, 3]),
    Write("delete_product", lambda shop: shop.product()["_id"],
          lambda shop, it: shop.admin.delete(f"/api/product/delete/{it}"),
          lambda shop, it: shop.anyone.get(f"/api/product/{it}").status_code, lambda seen: seen == 404),
    Write("delete_category", lambda shop: shop.sub_category(),
          lambda shop, it: shop.admin.delete(f"/api/category/delete/{it['category'][0]}"),
          lambda shop, it: shop.anyone.get(f"/api/category/{it['category'][0]}").status_code,
          lambda seen: seen == 404),
    Write("upload_avatar", with_user(nothing),
          lambda shop, it: it[0].put("/api/user/upload-avatar",
                                     files={"avatar": ("a.png", png(), "image/png")}),
          lambda shop, it: it[0].fetch_profile()["avatar"], bool),
]


def check_storage(server):
    """What only the engine can tell."""
    if not (server.data_dir / "haat.db").exists():
        return
    with contextlib.closing(sqlite3.connect(server.data_dir / "haat.db", timeout=5)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def is_dead(server, within_s):
    """Whether it died; then it is collected."""
    try:
        server.process.wait(within_s)
    except subprocess.TimeoutExpired:
        return False
    server.process = None
    return True


def attempt(shop, write, prepared):
    """The status of the request; None when no answer came."""
    try:
        return write.send(shop, prepared).status_code
    except (requests.RequestException, ValueError):
        return None


def check_whole(shop, write, prepared, before, status):
    after = write.seen(shop, prepared)
    done = write.is_done(after)
    assert done or after == before, f"{write.name}: half of it is there: {after}"
    if status is not None and status < 300:
        assert done, f"{write.name}: acknowledged, but gone: {after}"


def crash_at(shop, write, step):
    """Whether the power went out at that step of the write, or of what the outbox did meanwhile."""
    prepared = write.prepare(shop)
    before = write.seen(shop, prepared)
    assert not write.is_done(before)
    shop.fail_at("kill", step)
    status = attempt(shop, write, prepared)
    shop.fail_no_more()
    died = is_dead(shop.server, ALREADY_DYING_S if status else DIES_WITHIN_S)
    if died:
        shop.server.start()
        check_whole(shop, write, prepared, before, status)
    else:
        assert status is not None and status < 300, f"{write.name} with nothing failing: {status}"
    return died


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
def test_a_write_outlives_a_crash_at_any_step_as_a_whole(shop, write, dice, report):
    crashes = 0
    if ROUNDS == 0:
        crashes += crash_at(shop, write, dice.randint(1, USUAL_STEPS))
    for _ in range(ROUNDS):
        step = served = 0
        while served < SERVED_IN_A_ROW:
            step += 1
            assert step < MAX_STEPS
            died = crash_at(shop, write, step)
            served = 0 if died else served + 1
            crashes += died
        assert step > SERVED_IN_A_ROW + 2, "a write has steps"
    check_storage(shop.server)
    if crashes:
        report(f"killed between two steps of {write.name}", crashes, "there as a whole, or not at all")


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
def test_a_failure_at_any_step_is_that_requests_alone(shop, write, dice, report):
    actions = ["throw", "no_memory", "unavailable"]
    for action in actions if ROUNDS else [dice.choice(actions)]:
        failed = fail_at_each_step(shop, write, action)
        report(f"{action} at a step of {write.name}", failed, "500 or 503, and nothing done")


def fail_at_each_step(shop, write, action):
    served = failed = 0
    for step in range(1, MAX_STEPS):
        prepared = write.prepare(shop)
        before = write.seen(shop, prepared)
        shop.fail_at(action, step)
        status = attempt(shop, write, prepared)
        shop.fail_no_more()
        assert status is not None, f"step {step}: no answer"
        check_whole(shop, write, prepared, before, status)
        if status < 300:
            served += 1
            if served == SERVED_IN_A_ROW:
                break
            continue
        served = 0
        failed += 1
        assert status in (500, 503)
        assert not write.is_done(write.seen(shop, prepared)), f"{write.name}: {status} at step {step}, but done"
    assert failed > 0, "a write has steps"
    return failed
