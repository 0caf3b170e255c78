"""A handler that throws or finds no memory, before its transaction or in it, costs its own request and nothing else."""
import os
import shutil
import time

import pytest

from support import engine
from support.parallel import at_once
from support.pressure import open_files
from support.server import Server, find_binary
from support.shop import Shop, address_body

TIMES = int(os.environ.get("HAAT_FAILURES", 80))
AT_ONCE = 8
SLACK = 4  # files that a thread opens at its first read
KEPT_CLIENTS = 4  # of the administrator, and of who asks for the metrics
GIVEN_BACK_WITHIN_S = 10

pytestmark = pytest.mark.usefixtures("fail_points")


def files_without_clients(server, *clients):
    """How many are open when the clients have ended their connections: as many as they needed, which differs. Without
    connections to PostgreSQL, of which there may come to be more."""
    for client in clients:
        client.close()
    give_up_at = time.monotonic() + GIVEN_BACK_WITHIN_S
    while server.metric("haat_http_connections") > KEPT_CLIENTS and time.monotonic() < give_up_at:
        time.sleep(0.02)
    return open_files(server) - connections(server, "haat_db_connections")


def connections(server, name):
    """To PostgreSQL; 0 of the embedded engine."""
    found = server.metric(name)
    assert found is not None or not engine.is_postgres()
    return int(found or 0)


def expect_given_back(server):
    give_up_at = time.monotonic() + GIVEN_BACK_WITHIN_S
    while connections(server, "haat_db_connections_in_use") > 0:  # also the outbox takes one now and then
        assert time.monotonic() < give_up_at, "a failed transaction keeps its connection"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def failing(database_engine, tmp_path_factory):
    """A shop, and where it is told when to fail."""
    plan = tmp_path_factory.mktemp("plan") / "fail"
    server = Server(HAAT_FAIL_FILE=str(plan)).start()
    yield Shop(server), plan
    plan.unlink(missing_ok=True)
    server.discard()


@pytest.mark.parametrize("action", ["throw", "no_memory"])
@pytest.mark.parametrize("point", ["handler", "statement.done"])
def test_a_failure_is_500_for_that_request_alone(failing, database_engine, point, action, report):
    shop, plan = failing
    user, other = shop.user(), shop.user()
    assert user.post("/api/address/add", json=address_body()).status_code == 201
    for caller in (user, other):  # each opens its connections, and the server as many to its database
        at_once(AT_ONCE, lambda number: caller.delete("/api/cart/clear"))
    before = files_without_clients(shop.server, user, other)
    plan.write_text(f"{point} {action} 1+\n")
    responses = []
    for _ in range(TIMES // AT_ONCE):
        responses += at_once(AT_ONCE, lambda number: user.delete("/api/cart/clear") if number % 2
                             else user.post("/api/address/add", json=address_body()))
    assert {response.status_code for response in responses} == {500}
    assert {response.json()["code"] for response in responses} == {"internal"}
    plan.unlink()
    expect_given_back(shop.server)
    assert user.get("/api/cart").status_code == 200
    assert len(user.get("/api/address/all").json()["data"]) == 1
    assert user.post("/api/address/add", json=address_body()).status_code == 201
    assert files_without_clients(shop.server, user, other) <= before + SLACK, "no file stays open"
    report(f"{database_engine}: a failure ({action} at {point})", len(responses),
           "500 for that request, the next is served")


def test_half_of_the_requests_failing_spares_the_other_half(failing):
    shop, plan = failing
    user = shop.user()
    other = shop.user()
    plan.write_text("handler throw 5\n")
    statuses = [user.get("/api/cart").status_code for _ in range(10)]
    assert statuses.count(500) == 1 and statuses.count(200) == 9
    assert other.get("/api/cart").status_code == 200


def test_memory_that_nobody_frees_is_reported_at_the_end(tmp_path):
    """So that every test of a server that ends cleanly is one of leaks, too."""
    if b"__asan_init" not in find_binary().read_bytes():
        pytest.skip("this build has no leak sanitizer")
    plan = tmp_path / "fail"
    plan.write_text("handler leak 1\n")
    server = Server(HAAT_FAIL_FILE=str(plan)).start()  # its start asks for /readyz
    with pytest.raises(AssertionError, match="(?s)ended with .*4321 byte"):
        server.discard()
    shutil.rmtree(server.folder)
