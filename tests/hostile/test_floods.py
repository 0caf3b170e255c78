"""Many clients that take their time, or too many of them, cost the others little and the server nothing for good."""
import collections
import contextlib
import json
import os
import pathlib
import resource
import selectors
import socket
import struct
import time
import zlib

import pytest
import requests

from crowd import Crowd
from support.pressure import (Bystander, expect_clean, gauge, held, is_measured, is_sanitized, memory_mb, open_files, sized,
                              without_attack)
from support.raw import RawConnection
from support.shop import Shop, unique

HEAD_S, STALL_S, LEAST_RATE_GRACE_S, IDLE_S = 10, 10, 5, 60  # platform/http/worker.hpp
TICKS_S = 4  # the server looks twice a second, and this machine may be busy
IDLE_GROWTH_MB, SERVED_WITHIN_S = 100, 0.005  # of and beside 10,000 idle connections
LINGER_S, LEFT_WITHIN_S = 2, 4.5  # platform/http/client_stream.cpp; when it looks twice a second, and is busy
KIB, MIB = 1024, 1024 * 1024
IDLE_KIB, NOISE_MB = 16, 4  # what one connection may keep; what a process grows by that does anything
UNSENT_MB, PASSING_MB = 64, 100  # platform/http/worker.hpp; pictures that are on their way to a connection
HASH_MB, HASHES_THAT_WAIT = 19, 64  # platform/crypto/password.cpp, app/core.cpp
GET = b"GET /api/product/all HTTP/1.1\r\nHost: shop\r\n\r\n"


@pytest.fixture
def busy_shop(start_server):
    """A server for many connections, with a list to ask for."""
    shop = Shop(start_server(MAX_CONNECTIONS="12000"))
    for _ in range(5):
        shop.product()
    return shop


def outlast(crowd, within_s, feed=None, every_s=0.5, read=True):
    """How long it took until the server had ended every connection of the crowd."""
    began = time.monotonic()
    while crowd.connections:
        assert time.monotonic() - began < within_s, f"{len(crowd.connections)} are still connected"
        if feed:
            crowd.send(feed)
        time.sleep(every_s)
        crowd.take_ended(read)
    return time.monotonic() - began


def test_heads_that_come_byte_by_byte_are_cut_off(busy_shop, report):
    """Slowloris: a byte now and then does not keep a connection."""
    server, count = busy_shop.server, sized(200, 5_000)
    before, alone = held(server), without_attack(server)
    with Bystander(server) as others, Crowd(server, count) as crowd:
        crowd.send(b"GET / HTTP/1.1\r\nHost: shop\r\nX: ")
        took = outlast(crowd, HEAD_S + 2 * TICKS_S, feed=b"a", every_s=1)
        assert took > HEAD_S - TICKS_S
    others.expect_hardly_slower_than(alone)
    expect_clean(server, before)
    report("slow heads", count, f"cut off after {took:.0f} s; {others.summary()}; before {alone.summary()}")


def test_bodies_that_trickle_are_cut_off(busy_shop, report):
    """RUDY: less than a kilobyte a second is too slow."""
    server, count = busy_shop.server, sized(200, 5_000)
    before, alone = held(server), without_attack(server)
    with Bystander(server) as others, Crowd(server, count) as crowd:
        crowd.send(b"POST /api/user/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
                   b"Content-Length: 90000\r\n\r\n{")
        took = outlast(crowd, LEAST_RATE_GRACE_S + 2 * TICKS_S, feed=b" " * 20, every_s=1)
    others.expect_hardly_slower_than(alone)
    expect_clean(server, before)
    report("slow bodies", count, f"cut off after {took:.0f} s; {others.summary()}; before {alone.summary()}")


def test_readers_that_take_nothing_are_cut_off(busy_shop, report):
    """A client that asks for much and reads nothing of it."""
    server, count = busy_shop.server, sized(50, 1_000)
    before, alone, memory = held(server), without_attack(server), memory_mb(server)
    with Bystander(server) as others, Crowd(server, count, small_window=True) as crowd:
        for _ in range(40):
            crowd.send(b"GET /openapi.json HTTP/1.1\r\nHost: shop\r\n\r\n" * 20)
            time.sleep(0.02)
        # Nothing is read: that the server gave up shows in its own count.
        give_up_at = time.monotonic() + STALL_S + 3 * TICKS_S
        while gauge(server, "haat_http_connections") > before[0] + 8:
            assert time.monotonic() < give_up_at, "they are still connected"
            time.sleep(0.5)
        grown = memory_mb(server) - memory
    others.expect_hardly_slower_than(alone)
    if not is_sanitized():
        assert grown < count  # 1 MB each, at the most
    expect_clean(server, before)
    report("readers that take nothing", count, f"cut off; {grown:.0f} MB at the most; {others.summary()}; "
           f"before {alone.summary()}")


def test_idle_connections_are_cheap_and_end(busy_shop, report):
    """Thousands that wait cost little memory and nobody's time; after a minute they are closed."""
    server, count = busy_shop.server, sized(1_000, 10_000)
    before, memory = held(server), memory_mb(server)
    with Crowd(server, count) as crowd:
        crowd.send(GET)
        time.sleep(sized(2, 5))
        crowd.take_ended()
        assert len(crowd.connections) == count, "all were served"
        grown = memory_mb(server) - memory
        with Bystander(server) as others:
            time.sleep(sized(2, 10))
        assert not others.faults
        if is_measured():
            assert others.median_s < SERVED_WITHIN_S
        if not is_sanitized():
            assert grown < IDLE_GROWTH_MB
        if sized(False, True):
            outlast(crowd, IDLE_S + 4 * TICKS_S)
    expect_clean(server, before)
    report("idle connections", count, f"{grown:.0f} MB; {others.summary()}; closed after a minute")


LONG_TEXT = b"a" * (99 * KIB)
LARGE_REQUESTS = {
    "a body of 100 KiB": (b"POST /api/user/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
                          b"Content-Length: %d\r\n\r\n" % (len(LONG_TEXT) + 12) + b'{"email":"' + LONG_TEXT + b'"}', 400),
    "a head of 15 KiB": (b"GET /api/product/all HTTP/1.1\r\nHost: shop\r\nX: " + b"a" * (15 * KIB) + b"\r\n\r\n", 200),
    "a large answer": (b"GET /openapi.json HTTP/1.1\r\nHost: shop\r\n\r\n", 200),
}


@pytest.mark.parametrize("what", LARGE_REQUESTS)
def test_who_waits_keeps_nothing_of_a_large_request(busy_shop, report, what):
    """A connection that had much to send or to take is as cheap afterwards as any other."""
    server, count = busy_shop.server, sized(500, 5_000)
    request, status = LARGE_REQUESTS[what]
    before, memory = held(server), memory_mb(server)
    with contextlib.ExitStack() as idle:
        for _ in range(count):
            connection = idle.enter_context(RawConnection(server))
            connection.send_bytes(request)
            assert connection.read_answer().status == status
        grown = memory_mb(server) - memory
    if not is_sanitized():
        assert grown < count * IDLE_KIB / KIB + NOISE_MB
    expect_clean(server, before)
    report(f"idle connections after {what}", count, f"{grown:.0f} MB")


def test_who_was_refused_and_says_no_more_is_left_soon(busy_shop, report):
    """What a refused client still sends is taken for a moment, and no longer when it sends nothing."""
    server, count = busy_shop.server, sized(50, 1_000)
    before = held(server)
    with Crowd(server, count) as crowd:
        crowd.send(b"POST /api/user/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
                   b"Content-Length: 200000\r\n\r\n")
        began = time.monotonic()
        while gauge(server, "haat_http_connections") > before[0] + 8:
            assert time.monotonic() - began < sized(LEFT_WITHIN_S, LEFT_WITHIN_S + TICKS_S), "they are still connected"
            time.sleep(0.1)
        took = time.monotonic() - began
        assert took > LINGER_S / 2, "what a client still sends is taken for a moment"
    expect_clean(server, before)
    report("refused clients that say no more", count, f"left after {took:.1f} s")


def noisy_picture(side=2_200):
    """A PNG of which no format makes a small file."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + os.urandom(side) for _ in range(side))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")


def address_of_a_large_picture(shop):
    stored = shop.admin.request("POST", "/api/image", files={"image": ("a.png", noisy_picture(), "image/png")})
    assert stored.status_code == 200, stored.text
    return shop.server.base_url + "/media/" + stored.json()["data"]["url"].partition("/media/")[2]


def status_of(url):
    response = requests.get(url, headers={"Connection": "close"}, timeout=10)
    assert response.status_code != 503 or int(response.headers["Retry-After"]) >= 1
    return response.status_code


def test_what_readers_leave_is_bounded_and_small_answers_go_on(busy_shop, report):
    """Beyond what answers under way may hold together a large one is 503, not memory."""
    server, url = busy_shop.server, address_of_a_large_picture(busy_shop)
    size = len(requests.get(url, timeout=10).content)
    assert size > MIB
    count = sized(5, 20) * UNSENT_MB * MIB // size
    ask = f"GET /{url.split('/', 3)[3]} HTTP/1.1\r\nHost: shop\r\n\r\n".encode() * 8  # more than the kernel keeps
    before, memory = held(server), memory_mb(server)
    with Bystander(server) as others, Crowd(server, count, small_window=True) as crowd:
        give_up_at = time.monotonic() + STALL_S - 1  # then they are cut off
        for connection in crowd.connections:
            connection.send(ask)
            time.sleep(0.005)
        while (status := status_of(url)) == 200:
            assert time.monotonic() < give_up_at, "large answers are held without end"
            time.sleep(0.1)
        grown = memory_mb(server) - memory
    assert status == 503
    assert not others.faults, "small answers need no room"
    if not is_sanitized():
        assert grown < UNSENT_MB + PASSING_MB
    give_up_at = time.monotonic() + STALL_S
    while status_of(url) != 200:
        assert time.monotonic() < give_up_at, "what the others held is not free again"
        time.sleep(0.1)
    expect_clean(server, before)
    report(f"readers of {size / MIB:.1f} MB that take nothing", count, f"503 beyond {UNSENT_MB} MB; +{grown:.0f} MB; "
           f"{others.summary()}")


def test_more_connections_than_allowed_are_refused_and_the_rest_served(start_server, report):
    limit = 200
    server = start_server(MAX_CONNECTIONS=str(limit))
    before = held(server)
    with Crowd(server, sized(600, 5_000)) as crowd:
        time.sleep(1)
        told = ended = 0
        for connection in crowd.connections:
            with contextlib.suppress(BlockingIOError):
                try:
                    answer = connection.recv(4096)
                except ConnectionResetError:
                    answer = b""
                told += answer.startswith(b"HTTP/1.1 503 ")
                ended += 1
        assert ended >= len(crowd.connections) - limit - 10, "who is too many is told, or cut off"
        assert told > 0.8 * ended, f"{told} of {ended} were told"
        flood = len(crowd.connections)
    time.sleep(1)
    expect_clean(server, before)
    with Bystander(server) as others:
        time.sleep(1)
    assert not others.faults, "whoever comes after the flood is served"
    report("connections beyond the limit", flood, "503 at once; those after the flood are served")


def processor_s(server):
    ticks = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(is_sanitized(), reason="the sanitizer opens pipes to look whether memory is there")
def test_who_is_out_of_files_serves_those_it_has_and_waits_for_one_without_haste(busy_shop, report):
    """Newcomers wait in the kernel's queue until a file is free."""
    server, watched_s = busy_shop.server, 2
    before = held(server)
    usual = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    with requests.Session() as early, Crowd(server, 1) as first:
        assert early.get(server.base_url + "/livez", timeout=10).status_code == 200
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_files(server) + 10, usual[1]))
        try:
            with Crowd(server, 200) as crowd:
                began = processor_s(server)
                time.sleep(watched_s)
                busy = processor_s(server) - began
                assert early.get(server.base_url + "/livez", timeout=10).status_code == 200
                first.send(GET)
                assert crowd.connections and not crowd.take_ended(), "who waits is not turned away"
            assert requests.get(server.base_url + "/livez", timeout=10).status_code == 200, "there are some again"
        finally:
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, usual)
    assert busy < watched_s / 4, "it does not ask again and again"
    expect_clean(server, before)
    report("200 connections for 10 files", 200, f"{busy:.2f} s of processor time in {watched_s} s; served afterwards")


def test_connections_that_come_and_go_leave_nothing(busy_shop, report):
    server, count = busy_shop.server, sized(1_000, 20_000)
    before = held(server)
    with Bystander(server) as others:
        for number in range(count):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", server.port), 5) as connection:
                if number % 3 == 1:
                    connection.send(GET[:number % len(GET)])
                elif number % 3 == 2:  # a reset in the middle of an answer
                    connection.send(GET)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert not others.faults
    expect_clean(server, before)
    report("connections that come and go", count, others.summary())


def test_a_flood_of_pipelined_requests_starves_nobody(busy_shop, report):
    """Requests by the thousand on one connection, read slowly: others get their turn, memory stays."""
    server, count = busy_shop.server, sized(5_000, 200_000)
    before, memory = held(server), memory_mb(server)
    with Bystander(server) as others, contextlib.ExitStack() as stack:
        crowd = stack.enter_context(Crowd(server, 8))
        share, most = count // len(crowd.connections), memory
        left = {connection: share * GET for connection in crowd.connections}
        answers = dict.fromkeys(crowd.connections, 0)
        selector = stack.enter_context(selectors.DefaultSelector())
        for connection in crowd.connections:
            selector.register(connection, selectors.EVENT_READ | selectors.EVENT_WRITE)
        give_up_at = time.monotonic() + sized(60, 600)
        while any(answers[connection] < share for connection in answers):
            assert time.monotonic() < give_up_at, f"answered: {list(answers.values())} of {share}"
            for key, events in selector.select(1):
                connection = key.fileobj
                if events & selectors.EVENT_WRITE and left[connection]:
                    with contextlib.suppress(BlockingIOError):
                        left[connection] = left[connection][connection.send(left[connection][:65536]):]
                    if not left[connection]:
                        selector.modify(connection, selectors.EVENT_READ)
                if events & selectors.EVENT_READ:
                    data = connection.recv(262_144)
                    assert data, "the connection ended"
                    answers[connection] += data.count(b"HTTP/1.1 200 ")
            most = max(most, memory_mb(server))
            if min(answers.values()) >= share - 2:  # a status line may be cut between two reads
                break
    assert not others.faults
    if not is_sanitized():
        assert most - memory < 32
    expect_clean(server, before)
    report("pipelined requests on 8 connections", count, f"+{most - memory:.0f} MB; {others.summary()}")


def login(number):
    body = json.dumps({"email": unique("flood") + "@example.com", "password": f"a-wrong-password-{number}"}).encode()
    return (b"POST /api/user/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body


def statuses_within(crowd, within_s):
    """How often each status was answered to a crowd that sent one request each."""
    found, waiting, give_up_at = collections.Counter(), set(crowd.connections), time.monotonic() + within_s
    while waiting:
        assert time.monotonic() < give_up_at, f"{len(waiting)} are not answered"
        for connection in list(waiting):
            with contextlib.suppress(BlockingIOError):
                answer = connection.recv(65536)
                found[int(answer.split(b" ", 2)[1])] += 1
                assert b" 503 " not in answer[:20] or b"\r\nRetry-After: " in answer
                waiting.discard(connection)
        time.sleep(0.01)
    return found


@pytest.mark.parametrize("pace", [None, 1_000])
def test_a_flood_of_passwords_waits_in_a_short_line_and_keeps_nobody_else_out(busy_shop, report, pace):
    """Each costs time and memory: so many at once as there are cores, some that wait, and the rest is told to come again.
    Of those that come in one moment others feel what it takes to read them, not what hashing takes."""
    server, count = busy_shop.server, sized(400, 4_000)
    before, alone, memory = held(server), without_attack(server), memory_mb(server)
    with Crowd(server, count) as crowd, Bystander(server) as others:
        for number, connection in enumerate(crowd.connections):
            connection.send(login(number))
            if pace and number % (pace // 10) == 0:
                time.sleep(0.1)
        found = statuses_within(crowd, within_s=120)
        grown = memory_mb(server) - memory
    if pace:
        others.expect_hardly_slower_than(alone)
    assert not others.faults
    assert set(found) == {400, 503}, found
    assert found[400] >= HASHES_THAT_WAIT, "the line is served"
    assert found[503] > 0, "and it is short"
    if not is_sanitized():
        assert grown < (os.cpu_count() + 1) * HASH_MB + IDLE_GROWTH_MB
    expect_clean(server, before)
    report(f"passwords, {pace:,} a second" if pace else "passwords at once", count, f"{found[400]} were looked at, {found[503]} told to come again; +{grown:.0f} MB; "
           f"{others.summary()}; before the flood {alone.summary()}")
