"""Runs last: no route and no SQL statement without a test."""
import pytest

from support import statements
from support.openapi import CALLED, KNOWN


def test_every_route_of_the_document_was_called(request):
    if not request.config.whole_suite:
        pytest.skip("only when the whole suite ran")
    assert KNOWN, "no server offered /openapi.json"
    never_called = sorted(f"{method} {path}" for method, path in set(KNOWN) - CALLED)
    assert never_called == []


# Those that no request leads to; the tests beside the code run them.
BEYOND_HTTP = {"seed.": "haat seed", "media.": "nodes, which tests/nodes/test_images.py starts", "outbox.take_back_leases": "the start of a server on a file",
               "outbox.settle_retry": "a mail server that is away", "outbox.settle_failed": "one that refuses"}


def test_every_statement_of_the_program_was_executed(request, server):
    """On each engine: the suite runs once on each."""
    if not request.config.whole_suite:
        pytest.skip("only when the whole suite ran")
    statements.note(server)
    wanted = {name for name in statements.of_the_program() if not name.startswith(tuple(BEYOND_HTTP))}
    assert len(wanted) > 75, "the names are found"
    assert sorted(wanted - statements.EXECUTED) == []
