"""How long an answer takes does not tell whether somebody is a customer."""
import json
import statistics
import time

import pytest

from support.pressure import FULL_SIZE, sized
from support.raw import RawConnection
from support.shop import unique

SAMPLES = sized(15, 2_000)
CLOSE = 0.05  # medians; judged at full size only: a busy machine tells nothing
ROUGHLY = 2
BLOCKS = 20


def duration(connection, method, path, body):
    data = json.dumps(body).encode()
    began = time.perf_counter()
    connection.send(f"{method} {path} HTTP/1.1", "Host: {host}", "Content-Type: application/json",
                    f"Content-Length: {len(data)}", body=data)
    answer = connection.read_answer()
    return time.perf_counter() - began, answer.status


@pytest.mark.parametrize("method, path, more, status", [
    ("POST", "/api/user/login", {"password": "a-wrong-password-9"}, 400),
    ("PUT", "/api/user/forget-password", {}, 200),
], ids=["login", "forget-password"])
def test_known_and_unknown_people_take_as_long(shop, dice, report, method, path, more, status):
    # Many accounts: one alone would soon be limited, and then it is answered sooner.
    known = [shop.user().email for _ in range(sized(4, 40))]
    unknown = [unique("nobody") + "@example.com" for _ in known]
    times = {True: [], False: []}
    with RawConnection(shop.server) as connection:
        for _ in range(SAMPLES):
            for is_known in dice.sample([True, False], 2):  # side by side: what disturbs one disturbs the other
                email = dice.choice(known if is_known else unknown)
                took, answered = duration(connection, method, path, {"email": email, **more})
                assert answered == status
                times[is_known].append(took)
    medians = {who: statistics.median(found) for who, found in times.items()}
    ratio = medians[True] / medians[False]
    report(f"time of {path.rpartition('/')[2]}, known and unknown", 2 * SAMPLES,
           f"medians {medians[True] * 1000:.2f} and {medians[False] * 1000:.2f} ms")
    assert (1 - CLOSE < ratio < 1 + CLOSE) if FULL_SIZE else (1 / ROUGHLY < ratio < ROUGHLY), medians
