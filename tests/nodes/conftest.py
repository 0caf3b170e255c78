"""Several nodes of one shop: the same database, folders and ports of their own."""
import pytest

from support.nodes import Nodes
from support.postgres import PostgresServer


@pytest.fixture(scope="module")
def postgres():
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="module")
def nodes(postgres):
    running = Nodes([postgres.create_database("nodes")] * 3)
    yield running
    running.discard()
