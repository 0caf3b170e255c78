"""HTTP for many clients at once, and what each of them may take."""
import contextlib
import json
import os
import pathlib
import selectors
import socket
import threading
import time

import pytest

from support.answers import check_error_body, check_headers
from support.raw import RawConnection, ask
from support.server import FRONTEND
from support.shop import unique

HOST = "Host: {host}"
JSON = "Content-Type: application/json"
LOGIN = "POST /api/user/login HTTP/1.1"
KIB = 1024


def test_slow_bodies_keep_nobody_else_out(start_server):
    server = start_server(MAX_IN_FLIGHT="8")
    with contextlib.ExitStack() as slow:
        for _ in range(16):
            connection = slow.enter_context(RawConnection(server))
            connection.send(LOGIN, HOST, JSON, "Content-Length: 1000", body=b"{")
        time.sleep(0.5)
        assert ask(server, "GET /livez HTTP/1.1", HOST).status == 200


WATCHED = ["/livez", "/metrics"]


def log_in_again_and_again(server, stopped):
    """Passwords cost time: hardly ever is none looked at."""
    while not stopped.is_set():
        body = json.dumps({"email": unique("busy") + "@example.com", "password": "a-wrong-password"}).encode()
        ask(server, LOGIN, HOST, JSON, f"Content-Length: {len(body)}", body=body)


def test_whoever_watches_a_busy_server_is_answered(start_server):
    server, stopped = start_server(MAX_IN_FLIGHT="1"), threading.Event()
    customers = [threading.Thread(target=log_in_again_and_again, args=(server, stopped)) for _ in range(4)]
    for customer in customers:
        customer.start()
    try:
        refused, give_up_at = 0, time.monotonic() + 60
        while refused < 10:
            assert time.monotonic() < give_up_at, "it was never busy"
            refused += ask(server, "GET / HTTP/1.1", HOST).status == 503
            assert {path: ask(server, f"GET {path} HTTP/1.1", HOST).status for path in WATCHED} == dict.fromkeys(WATCHED, 200)
    finally:
        stopped.set()
        for customer in customers:
            customer.join()


def test_whoever_watches_may_ask_however_often(start_server):
    server = start_server(RATE_LIMITS="on")
    paths = ["/"] * 200 + WATCHED
    refused, give_up_at = 0, time.monotonic() + 60
    with RawConnection(server) as connection:
        asked = "".join(f"GET {path} HTTP/1.1\r\nHost: {connection.host}\r\n\r\n" for path in paths).encode()
        while refused < 20:
            assert time.monotonic() < give_up_at, "nobody is refused"
            connection.send_bytes(asked)
            answered = [(path, connection.read_answer().status) for path in paths]
            assert all(status == 200 for path, status in answered if path in WATCHED)
            refused += ("/", 429) in answered


def readable(connections, least, within_s):
    """Those of the connections on which something came, once there are at least so many."""
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        give_up_at = time.monotonic() + within_s
        while len(found := [key.data for key, _ in selector.select(0)]) < least:
            if time.monotonic() > give_up_at:
                break
            time.sleep(0.1)
        return found


def test_of_a_crowd_no_more_connect_than_may_and_the_others_are_told(start_server):
    server = start_server(MAX_CONNECTIONS="20")
    with contextlib.ExitStack() as crowd:
        connections = [crowd.enter_context(RawConnection(server)) for _ in range(60)]
        refused = readable(connections, least=40, within_s=10)
        assert len(refused) >= 40
        for connection in refused:
            answer = connection.read_answer()
            assert answer.status == 503 and answer.headers["Retry-After"] == "1"
            check_headers(answer.headers, "/", FRONTEND)
            check_error_body(json.loads(answer.body), answer.headers)
            assert connection.is_closed_by_server()


def test_unfinished_bodies_cannot_fill_the_memory(start_server):
    server = start_server()
    most = 64 * KIB * KIB // (99 * KIB)
    with contextlib.ExitStack() as slow:
        connections = [slow.enter_context(RawConnection(server)) for _ in range(most + 20)]
        for connection in connections:
            connection.send(LOGIN, HOST, JSON, f"Content-Length: {100 * KIB}", body=b" " * (99 * KIB))
        refused = readable(connections, least=20, within_s=10)
        assert 0 < len(refused) <= 40
        answer = refused[0].read_answer()
        assert answer.status == 503 and answer.headers["Retry-After"] == "1"
    deadline = time.monotonic() + 10
    while (status := ask(server, LOGIN, HOST, JSON, "Content-Length: 2", body=b"{}").status) != 400:
        assert status == 503 and time.monotonic() < deadline, "what the others held is not free again"
        time.sleep(0.1)


def test_who_takes_an_answer_drop_by_drop_is_left(server):
    connection = socket.socket()
    with connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * KIB)
        connection.connect(("127.0.0.1", server.port))
        connection.settimeout(15)
        connection.sendall(f"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode() * 300)
        give_up_at = time.monotonic() + 40
        with pytest.raises(ConnectionResetError):
            while time.monotonic() < give_up_at:
                connection.recv(128)
                time.sleep(0.25)


def test_the_client_is_whom_the_trusted_proxy_names_last(start_server):
    server = start_server(TRUSTED_PROXIES="127.0.0.1")
    ask(server, "GET /livez HTTP/1.1", HOST, "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 192.0.2.2")
    deadline = time.monotonic() + 5
    while not (clients := [record["client"] for record in server.log_records() if record.get("route") == "livez"]):
        assert time.monotonic() < deadline, "the request is not in the log"
        time.sleep(0.1)
    assert clients == ["192.0.2.2"]


def test_a_stop_that_cannot_wait_any_longer_still_ends_in_order(start_server):
    server = start_server(SHUTDOWN_GRACE="1")
    with RawConnection(server) as connection:
        connection.send_bytes(f"GET /openapi.json HTTP/1.1\r\nHost: {connection.host}\r\n\r\n".encode() * 100)
        time.sleep(0.5)  # answers that nobody takes are under way now
        process, server.process = server.process, None
        process.terminate()
        assert process.wait(10) == 1
    assert "Sanitizer" not in server.log_text()


def test_clients_are_dealt_out_evenly_to_the_threads(start_server):
    server = start_server(THREADS="2")
    before = watched_by_loops(server)
    with contextlib.ExitStack() as clients:
        for _ in range(10):
            client = clients.enter_context(RawConnection(server))
            client.send("GET /livez HTTP/1.1", "Host: {host}")
            assert client.read_answer().status == 200
        after = watched_by_loops(server)
        assert min(sorted(after[loop] - before[loop] for loop in after)[-2:]) >= 4  # one may have ended an older one


def watched_by_loops(server):
    """How many files each epoll of the process watches."""
    process = pathlib.Path(f"/proc/{server.process.pid}")
    loops = [fd.name for fd in (process / "fd").iterdir() if os.readlink(fd) == "anon_inode:[eventpoll]"]
    return {loop: (process / "fdinfo" / loop).read_text().count("tfd:") for loop in loops}
