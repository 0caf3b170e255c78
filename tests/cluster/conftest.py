"""A whole cluster, of a module's own: what one module breaks, the next does not find."""
import pytest

from cluster import Cluster


@pytest.fixture(scope="module")
def synchronous():
    """Whether the replica has what is acknowledged; a module may say so."""
    return False


@pytest.fixture(scope="module")
def cluster(synchronous):
    running = Cluster(synchronous)
    yield running
    running.discard()
