import pathlib

import pytest

from support import engine
from support.server import Server
from support.shop import Shop

HERE = pathlib.Path(__file__).parent


def pytest_addoption(parser):
    parser.addoption("--engine", choices=("sqlite", "postgres"), default="sqlite",
                     help="the database that the servers under test use")


@pytest.fixture(scope="session", autouse=True)
def database_engine(request):
    """Before any server is started, and until all have ended."""
    with engine.chosen(request.config.getoption("--engine")):
        yield request.config.getoption("--engine")


@pytest.fixture(scope="session")
def server():
    """The server that most tests share."""
    running = Server().start()
    yield running
    running.discard()


@pytest.fixture(scope="session")
def shop(server):
    return Shop(server)


@pytest.fixture(scope="session")
def anyone(shop):
    return shop.anyone


@pytest.fixture(scope="session")
def admin(shop):
    return shop.admin


@pytest.fixture
def user(shop):
    return shop.user()


@pytest.fixture
def other_user(shop):
    return shop.user()


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


def pytest_collection_finish(session):
    """Notes whether every file of the suite is there, for test_zz_coverage."""
    collected = {pathlib.Path(item.fspath).name for item in session.items}
    options = session.config.option
    is_filtered = bool(options.keyword or options.markexpr or getattr(options, "deselect", None))
    is_whole = {path.name for path in HERE.glob("test_*.py")} <= collected
    asks_for_one_test = any("::" in argument for argument in session.config.args)
    session.config.whole_suite = is_whole and not is_filtered and not asks_for_one_test
