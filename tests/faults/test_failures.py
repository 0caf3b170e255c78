"""A handler that throws, or finds no memory, costs its own request and nothing else."""
import os
import pathlib

import pytest

from support.parallel import at_once
from support.server import Server
from support.shop import Shop, address_body

TIMES = int(os.environ.get("HAAT_FAILURES", 200))
AT_ONCE = 8
SLACK = 4  # a connection that is about to close, a file that a thread opens at its first read

pytestmark = pytest.mark.usefixtures("fail_points")


def open_files(server):
    return len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))


@pytest.fixture
def failing(tmp_path):
    """A shop, and where it is told when to fail."""
    plan = tmp_path / "fail"
    server = Server(HAAT_FAIL_FILE=str(plan)).start()
    yield Shop(server), plan
    plan.unlink(missing_ok=True)
    server.discard()


@pytest.mark.parametrize("action", ["throw", "no_memory"])
def test_a_failure_in_a_handler_is_500_for_that_request_alone(failing, action, report):
    shop, plan = failing
    user = shop.user()
    assert user.post("/api/address/add", json=address_body()).status_code == 201
    at_once(AT_ONCE, lambda number: user.get("/api/cart"))
    before = open_files(shop.server)
    plan.write_text(f"handler {action} 1+\n")
    responses = []
    for _ in range(TIMES // AT_ONCE):
        responses += at_once(AT_ONCE, lambda number: user.get("/api/cart") if number % 2
                             else user.post("/api/address/add", json=address_body()))
    assert {response.status_code for response in responses} == {500}
    assert {response.json()["code"] for response in responses} == {"internal"}
    plan.unlink()
    assert user.get("/api/cart").status_code == 200
    assert len(user.get("/api/address/all").json()["data"]) == 1
    assert user.post("/api/address/add", json=address_body()).status_code == 201
    assert open_files(shop.server) <= before + SLACK, "no file stays open"
    report(f"a handler that fails ({action})", len(responses), "500 for that request, the next is served")


def test_half_of_the_requests_failing_spares_the_other_half(failing):
    shop, plan = failing
    user = shop.user()
    other = shop.user()
    plan.write_text("handler throw 5\n")
    statuses = [user.get("/api/cart").status_code for _ in range(10)]
    assert statuses.count(500) == 1 and statuses.count(200) == 9
    assert other.get("/api/cart").status_code == 200
