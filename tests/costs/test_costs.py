"""No request becomes more than 5 % dearer by accident: instructions and allocations against bench/costs.json."""
import json
import shutil
import sys

import pytest

from support.repository import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "bench"))
import costs  # noqa: E402  (in bench/)

MAX_GROWTH = 1.05
SOME_ALLOCATION = 0.5  # of a timer's, that fell into the count
KEPT = json.loads(costs.KEPT.read_text())


@pytest.fixture(scope="module")
def table():
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    return costs.count()


@pytest.mark.parametrize("route", KEPT)
def test_a_request_costs_no_more_than_it_did(table, route):
    kept, now = KEPT[route], table[route]
    assert now["instructions"] <= kept["instructions"] * MAX_GROWTH
    assert now["allocations"] <= kept["allocations"] * MAX_GROWTH + SOME_ALLOCATION


def test_every_route_that_is_counted_has_a_figure(table):
    assert set(table) == set(KEPT)
