"""A database that is half a second away, and one whose connections are all taken: who can be served is served, the
others are told to come again, and nobody waits without end."""
import contextlib
import statistics
import threading
import time

import pytest
import requests

from support.client import Client
from support.link import Link
from support.parallel import at_once
from support.postgres import PostgresServer
from support.server import Server
from support.shop import Shop, address_body, unique

DELAY_S = 0.5
CALLERS = 24
NOBODY_WAITS_S = 25  # for an answer; a write needs six round trips, and a second may go by before its turn
ALIVE_WITHIN_S = 10  # no figure of the server: what a busy machine may add
BACK_WITHIN_S = 60
WRITERS = 12
AT_ONCE = 4  # requests in flight, where that is bounded
REFUSED_WITHIN_S = 0.1  # in the median, as the machine is busy with the tests
LIVE_WITHIN_S, TIMES_SLOWER = 0.005, 3  # in the median, than without that; the floor is for a quiet machine
PROBES = 101
TOO_BUSY = "The server is busy, please try again"


@pytest.fixture(scope="module")
def postgres():
    with PostgresServer() as server:
        yield server


def timed(call):
    begun_at = time.monotonic()
    response = call()
    return response, time.monotonic() - begun_at


def expect_alive(server):
    response, took_s = timed(lambda: requests.get(server.base_url + "/livez", timeout=30))
    assert response.status_code == 200 and took_s < ALIVE_WITHIN_S


def probe_s(server):
    """How long a look at whether the server lives takes, in the median, on one connection."""
    with requests.Session() as session:
        return statistics.median(session.get(server.base_url + "/livez", timeout=30).elapsed.total_seconds()
                                 for _ in range(PROBES))


def expect_told_to_come_again(response):
    assert response.status_code == 503, response.text
    assert int(response.headers["Retry-After"]) >= 1


def wait_until_written(account, within_s=BACK_WITHIN_S):
    give_up_at = time.monotonic() + within_s
    while (response := account.post("/api/address/add", json=address_body())).status_code != 201:
        expect_told_to_come_again(response)
        assert time.monotonic() < give_up_at, "no writes although the database is well"


def wait_until_ready(server):
    give_up_at = time.monotonic() + BACK_WITHIN_S
    while requests.get(server.base_url + "/readyz", timeout=30).status_code != 200:
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


def lines_of(account):
    return [address["address_line"] for address in account.get("/api/address/all").json()["data"]]


@contextlib.contextmanager
def shop_far_from(postgres, **settings):
    """A shop, and the link to its database. Each of its three pools has one connection for transactions."""
    link = Link(("127.0.0.1", postgres.port))
    url = postgres.create_database(unique("far")).replace(f":{postgres.port}/", f":{link.port}/")
    server = Server(DATABASE_URL=url, DATABASE_POOL="6", **settings)
    try:
        yield Shop(server.start()), link
    finally:
        link.delay_s = 0.0
        server.discard()
        link.discard()


@pytest.fixture
def far(postgres):
    with shop_far_from(postgres) as shop_and_link:
        yield shop_and_link


def test_a_database_far_away_makes_nobody_wait_without_end(far):
    shop, link = far
    user = shop.user()
    link.delay_s = DELAY_S
    expect_alive(shop.server)
    wait_until_ready(shop.server)

    def write(number):
        if number == 0:  # meanwhile
            expect_alive(shop.server)
        line = f"House {number}"
        return line, *timed(lambda: Client(shop.server, token=user.token).post(
            "/api/address/add", json=address_body(address_line=line)))

    answers = at_once(CALLERS, write)
    written = {line for line, response, _ in answers if response.status_code == 201}
    assert written, "some are served"
    for _, response, took_s in answers:
        assert took_s < NOBODY_WAITS_S
        if response.status_code != 201:
            expect_told_to_come_again(response)
    assert len(written) < len(answers), "the others were told so"
    link.delay_s = 0.0
    wait_until_written(user)
    found = lines_of(user)
    assert written <= set(found) and len(set(found)) == len(found)


def test_who_is_too_many_for_a_database_far_away_is_told_so_at_once(postgres):
    with shop_far_from(postgres, MAX_IN_FLIGHT=str(AT_ONCE)) as (shop, link):
        user = shop.user()
        assert user.get("/api/address/all").status_code == 200  # after which his session is known here
        link.delay_s = DELAY_S
        url, token = shop.server.base_url + "/api/address/add", {"Authorization": f"Bearer {user.token}"}
        answers = at_once(CALLERS, lambda _: requests.post(url, json=address_body(), headers=token, timeout=30))
        refused = [response for response in answers if TOO_BUSY in response.text]
        times = [response.elapsed.total_seconds() for response in refused]
        for response in refused:
            expect_told_to_come_again(response)
        assert len(times) >= CALLERS - 2 * AT_ONCE, "two may have come after another had his answer"
        assert statistics.median(times) < REFUSED_WITHIN_S
        link.delay_s = 0.0
        wait_until_written(user)


def test_connections_are_made_to_a_database_far_away(far):
    shop, link = far
    user = shop.user()
    link.delay_s = DELAY_S
    link.cut()
    expect_told_to_come_again(user.post("/api/address/add", json=address_body()))
    link.mend()
    wait_until_written(user)


def test_who_finds_all_connections_taken_is_told_so_and_single_reads_go_on(postgres):
    import psycopg2

    name = unique("taken")
    server = Server(DATABASE_URL=postgres.create_database(name), DATABASE_POOL="6")
    unlocked = contextlib.ExitStack()
    try:
        shop = Shop(server.start())
        user = shop.user()
        alone_s = probe_s(server)
        lock = unlocked.enter_context(contextlib.closing(psycopg2.connect(postgres.url(name))))
        lock.cursor().execute("LOCK TABLE addresses IN EXCLUSIVE MODE")
        writing = threading.Thread(target=lambda: at_once(WRITERS, write))
        answers = []

        def write(number):
            line = f"House {number}"
            answers.append((line, *timed(lambda: Client(server, token=user.token).post(
                "/api/address/add", json=address_body(address_line=line)))))

        writing.start()
        give_up_at = time.monotonic() + BACK_WITHIN_S
        while len(answers) < WRITERS - 2:  # each of the two threads has one connection for transactions
            expect_alive(server)
            for path in ("/readyz", "/api/category/all"):  # one statement each, on connections that are shared
                assert requests.get(server.base_url + path, timeout=30).status_code == 200
            assert time.monotonic() < give_up_at
        assert probe_s(server) < max(LIVE_WITHIN_S, TIMES_SLOWER * alone_s)
        for _, response, took_s in answers:
            expect_told_to_come_again(response)
            assert took_s < NOBODY_WAITS_S
        lock.close()
        writing.join()
        wait_until_written(user)
        written = {line for line, response, _ in answers if response.status_code == 201}
        assert written | {address_body()["address_line"]} == set(lines_of(user))
        expect_alive(server)
    finally:
        unlocked.close()  # so that the server can end
        server.discard()
