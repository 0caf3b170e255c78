import resource

import pytest

from support.dice import seeded_dice
from support.pressure import FULL_SIZE, expect_clean, held, is_sanitized
from support.report import write_report
from support.server import Server
from support.shop import Shop


@pytest.fixture(scope="session", autouse=True)
def many_files():
    """Ten thousand connections are ten thousand files, on both sides."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@pytest.fixture(scope="module")
def start_server():
    """Starts servers with settings of their own; they stop, cleanly, when the file is done."""
    started = []

    def start(**settings):
        started.append(Server(**settings).start())
        return started[-1]

    yield start
    for running in started:
        running.discard()


@pytest.fixture(scope="module")
def server(start_server):
    return start_server()


@pytest.fixture(scope="module")
def shop(server):
    made = Shop(server)
    assert made.admin.is_alive()
    return made


@pytest.fixture
def cleanly(server):
    """Whatever the test did, the server is as clean afterwards as it was before."""
    before = held(server)
    yield
    expect_clean(server, before)


@pytest.fixture(scope="module")
def dice(request):
    return seeded_dice(request.module.__name__)


@pytest.fixture(scope="session")
def report():
    """report(what, times, detail): what held, for docs/reliability.md. Of full size only: no figures of a busy
    machine."""
    def note(what, times, detail=""):
        if FULL_SIZE:
            build = " (with sanitizers)" if is_sanitized() else ""
            write_report("hostile", [{"what": what, "times": times, "failures": 0, "detail": detail + build}])
    return note
