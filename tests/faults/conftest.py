import os

import pytest

from support import engine
from support.dice import seeded_dice
from support.report import write_report
from support.server import Server, find_binary


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database_engine(request):
    """For files whose tests run on both engines: what is started after it uses this one."""
    with engine.chosen(request.param):
        yield request.param


@pytest.fixture(scope="module")
def start_server():
    """Starts servers with settings of their own; they stop when the file is done."""
    started = []

    def start(**settings):
        started.append(Server(**settings).start())
        return started[-1]

    yield start
    for running in started:
        running.discard()


@pytest.fixture(scope="module")
def dice(request):
    return seeded_dice(request.module.__name__)


@pytest.fixture(scope="module")
def report():
    """report(what, times, detail): what held, for docs/reliability.md. Of `make faults` only."""
    def note(what, times, detail="", failures=0):
        if "HAAT_STEP_ROUNDS" not in os.environ:
            return
        write_report("faults", [{"what": what, "times": times, "failures": failures, "detail": detail}])
    return note


@pytest.fixture(scope="session")
def fail_points():
    """Only where the program has them: a build for tests."""
    if b"HAAT_FAIL_FILE" not in find_binary().read_bytes():
        pytest.skip("this build has no fail points (HAAT_FAILPOINTS)")
