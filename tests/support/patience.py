"""How many times longer than usual the tests wait: HAAT_PATIENCE, for a program that runs under a slow tool."""
import os
import time

PATIENCE = float(os.environ.get("HAAT_PATIENCE", 1))


def wait_until(is_so, within_s=20):
    """Looks again and again, until it is so."""
    give_up_at = time.monotonic() + within_s * PATIENCE
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not happen"
        time.sleep(0.02)
