import pytest

from steady_load import CATALOGUE
from support import engine
from support.program import end_of
from support.server import Server
from support.shop import Shop


@pytest.fixture(params=["sqlite", "postgres"])
def database_engine(request):
    with engine.chosen(request.param):
        yield request.param


@pytest.fixture
def shop(database_engine):
    """With a catalogue, on a server as it is installed, but for the length of its log. It stops, cleanly, when the test is
    done."""
    server = Server(LOG_LEVEL="warn", ACCESS_TOKEN_TTL="86400")
    places = {name: server.settings[name] for name in ("DATA_DIR", "DATABASE_URL") if server.settings[name]}
    code, told = end_of("seed", "--products", str(CATALOGUE), **places)
    assert code == 0, told
    made = Shop(server.start())
    assert made.admin.is_alive()
    yield made
    server.discard()
