import pytest

from support import engine
from support.server import Server
from support.shop import Shop


@pytest.fixture(params=["sqlite", "postgres"])
def database_engine(request):
    with engine.chosen(request.param):
        yield request.param


@pytest.fixture
def shop(database_engine):
    """On a server as it is installed, but for the length of its log. It stops, cleanly, when the test is done."""
    server = Server(LOG_LEVEL="warn", ACCESS_TOKEN_TTL="86400").start()
    made = Shop(server)
    assert made.admin.is_alive()
    yield made
    server.discard()
