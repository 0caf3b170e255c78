"""The power goes out between any two steps of a write, and any step fails: a write is there as a whole or not at all,
and whole if it was acknowledged.

HAAT_STEP_ROUNDS says how often each step of each route is tried; 0: some of each, by the dice.
"""
import os
import pathlib
import subprocess

import pytest
import requests

from storage import check_storage
from support.answers import document_of
from support.server import Server
from support.shop import Shop
from support.writes import CHANGING_GETS, WRITES

ROUNDS = int(os.environ.get("HAAT_STEP_ROUNDS", 0))
MAX_STEPS = 200
USUAL_STEPS = 9
FAILURES_BY_THE_DICE = 2
DIES_WITHIN_S = 5
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
def shop(database_engine, tmp_path_factory):
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


def is_dead(shop):
    """Whether it died; then it is collected. Who answers now, without a plan, does not die any more."""
    if answers(shop):
        return False
    try:
        shop.server.process.wait(DIES_WITHIN_S)
    except subprocess.TimeoutExpired:
        return False
    shop.server.process = None
    return True


def answers(shop):
    try:
        return shop.anyone.get("/readyz").ok
    except requests.RequestException:
        return False


def attempt(shop, write, prepared):
    """The status of the request; None when no answer came."""
    try:
        response = write.send(shop, prepared)
    except (requests.RequestException, ValueError):
        return None
    assert route_of(shop, response.request) == write.route
    return response.status_code


def route_of(shop, request):
    template, _ = document_of(shop.anyone, shop.server.base_url).find(request.method, request.path_url.split("?")[0])
    return f"{request.method} {template}"


def test_every_changing_route_is_tried(shop):
    document = document_of(shop.anyone, shop.server.base_url)
    routes = {f"{method} {path}" for method, path, _ in document.operations()}
    changing = {route for route in routes if not route.startswith("GET ")} | CHANGING_GETS
    assert {write.route for write in WRITES} == changing


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
    died = is_dead(shop)
    if died:
        shop.server.start()
        check_storage(shop.server)
        check_whole(shop, write, prepared, before, status)
    else:
        assert status is not None and status < 300, f"{write.name} with nothing failing: {status}"
        assert write.is_done(write.seen(shop, prepared)), f"{write.name} does nothing"
    return died


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
def test_a_write_outlives_a_crash_at_any_step_as_a_whole(shop, database_engine, write, dice, report):
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
    if crashes:
        report(f"{database_engine}: killed between two steps of {write.name}", crashes, "there as a whole, or not at all")


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.name)
def test_a_failure_at_any_step_is_that_requests_alone(shop, database_engine, write, dice, report):
    actions = ["throw", "no_memory", "unavailable"]
    if ROUNDS == 0:
        assert fail_at(shop, write, dice.choice(actions), 1, "handler"), "what it does first"
        for step in dice.sample(range(2, USUAL_STEPS), FAILURES_BY_THE_DICE):
            fail_at(shop, write, dice.choice(actions), step)
        return
    for action in actions:
        failed = fail_at_each_step(shop, write, action)
        report(f"{database_engine}: {action} at a step of {write.name}", failed, "500 or 503, and nothing done")


def fail_at(shop, write, action, step, point="*"):
    """Whether the write failed because of that step (else the outbox did, or there is none); then nothing of it is
    there."""
    prepared = write.prepare(shop)
    before = write.seen(shop, prepared)
    shop.fail_at(action, step, point)
    status = attempt(shop, write, prepared)
    shop.fail_no_more()
    assert status is not None, f"{write.name}, step {step}: no answer"
    check_whole(shop, write, prepared, before, status)
    if status < 300:
        return False
    assert status in (500, 503), f"{write.name}: {status} at step {step}"
    assert not write.is_done(write.seen(shop, prepared)), f"{write.name}: {status} at step {step}, but done"
    return True


def fail_at_each_step(shop, write, action):
    served = failed = 0
    for step in range(1, MAX_STEPS):
        if fail_at(shop, write, action, step):
            failed += 1
            served = 0
            continue
        served += 1
        if served == SERVED_IN_A_ROW:
            break
    assert failed > 0, "a write has steps"
    return failed
