import pytest

from support import engine
from support.dice import seeded_dice
from support.server import Server
from support.shop import Shop


@pytest.fixture(params=["sqlite", "postgres"])
def database_engine(request):
    with engine.chosen(request.param):
        yield request.param


@pytest.fixture
def shop(database_engine):
    """A shop whose server has more threads than it needs; it stops, cleanly, when the test is done."""
    server = Server(THREADS="4", SHUTDOWN_GRACE="120").start()  # under a slow tool a picture takes ten seconds
    made = Shop(server)
    assert made.admin.is_alive()
    made.shelf()
    yield made
    server.discard()


@pytest.fixture
def dice(request):
    return seeded_dice(request.node.nodeid)
