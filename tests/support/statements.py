"""Which SQL statements of the program the servers of this run have executed, by the names in /metrics."""
import contextlib
import re

import requests

from support.repository import REPOSITORY

EXECUTED = set()

_COUNTED = re.compile(r'^haat_db_statements_total\{name="([^"]+)"\} [1-9]', re.MULTILINE)
_NAMED = re.compile(r'\bQuery k\w+\{\s*"([a-z_]+\.[a-z_]+)"')


def note(server):
    """What a running server has executed so far; nothing of one that does not answer any more."""
    with contextlib.suppress(requests.RequestException):
        EXECUTED.update(_COUNTED.findall(requests.get(server.base_url + "/metrics", timeout=10).text))


def of_the_program():
    """The names of all constants of type db::Query outside of tests and engines, and of `haat copy`, which
    tests/nodes/test_copy.py runs."""
    names = set()
    for path in (REPOSITORY / "src").rglob("*.cpp"):
        if "tests" not in path.parts and "db" not in path.parts and "copy" not in path.parts:
            names.update(_NAMED.findall(path.read_text()))
    return names
