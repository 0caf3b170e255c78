import os
import random

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
    """A shop whose server has more threads than it needs; it stops, cleanly, when the test is done."""
    server = Server(THREADS="4", SHUTDOWN_GRACE="120").start()  # under a slow tool a picture takes ten seconds
    made = Shop(server)
    assert made.admin.is_alive()
    made.shelf()
    yield made
    server.discard()


@pytest.fixture
def dice(request):
    """Random numbers that HAAT_SEED repeats; a failure shows the seed (pytest prints what a fixture printed)."""
    seed = int(os.environ.get("HAAT_SEED", random.SystemRandom().randrange(2**32)))
    print(f"HAAT_SEED={seed} repeats {request.node.nodeid}")
    return random.Random(seed)
