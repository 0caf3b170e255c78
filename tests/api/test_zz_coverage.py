"""Runs last: no route without a test."""
import pytest

from support.openapi import CALLED, KNOWN


def test_every_route_of_the_document_was_called(request):
    if not request.config.whole_suite:
        pytest.skip("only when the whole suite ran")
    assert KNOWN, "no server offered /openapi.json"
    never_called = sorted(f"{method} {path}" for method, path in set(KNOWN) - CALLED)
    assert never_called == []
