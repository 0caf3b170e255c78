"""A server is stopped and another takes its place, while people use the shop: nobody notices but by waiting.

HAAT_RESTARTS says how many times each; 20 is the default, and 100 in `make faults`."""
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest
import requests

from support.raw import RawConnection
from support.server import PASSED_ON, Server, find_binary
from support.shop import Shop

RESTARTS = int(os.environ.get("HAAT_RESTARTS", "20"))
LISTEN_FD = 3  # where a service manager puts the first socket


class ActivatedServer(Server):
    """Its listening socket is held by the test, as systemd holds that of a socket unit."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.listening = socket.socket()
        self.listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listening.bind(("127.0.0.1", self.port))
        self.listening.listen(4096)
        self.settings["PORT"] = "1"  # of no use to a server that has its socket

    def start(self, **more):
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment.update({name: value for name, value in {**self.settings, **more}.items() if value is not None})
        # LISTEN_PID has to name the process itself, which the shell becomes.
        with open(self.log_path, "ab") as log, open(self.output_path, "ab") as output:
            self.process = subprocess.Popen(
                ["sh", "-c", 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" serve', find_binary()], cwd=self.folder,
                env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=log, pass_fds=(LISTEN_FD,),
                preexec_fn=lambda: os.dup2(self.listening.fileno(), LISTEN_FD))
        self._wait_until_ready()
        return self

    def discard(self):
        super().discard()
        self.listening.close()


class Visitor(threading.Thread):
    """Asks again and again. `keep_alive`: on one connection, until the server says that it closes it."""

    def __init__(self, server, stopped, keep_alive, lines=("GET /api/product/all?limit=5 HTTP/1.1",), body=b"",
                 expected=200):
        super().__init__()
        self.server, self.stopped, self.keep_alive = server, stopped, keep_alive
        self.lines, self.body, self.expected = (*lines, "Host: {host}"), body, expected
        self.answered, self.closings, self.failures = 0, 0, []

    def run(self):
        while not self.stopped.is_set():
            try:
                self._visit()
            except (OSError, AssertionError, ValueError) as error:
                self.failures.append(repr(error))

    def _visit(self):
        with RawConnection(self.server) as connection:
            while not self.stopped.is_set():
                connection.send(*self.lines, *([] if self.keep_alive else ["Connection: close"]), body=self.body)
                answer = connection.read_answer()
                assert answer.status == self.expected, answer.body
                self.answered += 1
                if answer.headers.get("connection", "").lower() == "close":
                    self.closings += 1
                    return
                time.sleep(0.002)


def writer(shop, stopped):
    """Makes products, one connection each."""
    body = json.dumps({**shop.product_body(), "name": "Lamp"}).encode()
    return Visitor(shop.server, stopped, False, (
        "POST /api/product/create HTTP/1.1", f"Authorization: Bearer {shop.admin.token}",
        "Content-Type: application/json", f"Content-Length: {len(body)}"), body, 201)


@pytest.fixture
def crowd():
    """Starts visitors, and ends them when the test is done."""
    stopped, visitors = threading.Event(), []

    def come(*more):
        visitors.extend(more)
        for visitor in more:
            visitor.start()
        return visitors

    come.stopped = stopped
    yield come
    stopped.set()
    for visitor in visitors:
        visitor.join()


def gone(crowd, visitors):
    crowd.stopped.set()
    for visitor in visitors:
        visitor.join()
    assert [failure for visitor in visitors for failure in visitor.failures] == []
    return sum(visitor.answered for visitor in visitors)


def test_no_request_fails_when_the_server_is_replaced_under_a_held_socket(crowd):
    server = ActivatedServer().start()
    shop = Shop(server)
    shop.product()
    writing = writer(shop, crowd.stopped)
    visitors = crowd(writing, *[Visitor(server, crowd.stopped, keep_alive) for keep_alive in (True, False) * 3])
    for _ in range(RESTARTS):
        server.stop()
        server.start()
        answered = [visitor.answered for visitor in visitors]
        give_up_at = time.monotonic() + 20
        while any(visitor.answered <= before for visitor, before in zip(visitors, answered)):
            assert time.monotonic() < give_up_at, "a visitor hangs"
            time.sleep(0.01)
    answered = gone(crowd, visitors)
    assert answered > 20 * RESTARTS
    assert sum(visitor.closings for visitor in visitors if visitor.keep_alive) >= RESTARTS
    listed = shop.anyone.get("/api/product/all?limit=1").json()["pagination"]["totalProducts"]
    assert listed == 1 + writing.answered, "each product was made once"
    server.discard()


def test_requests_under_way_are_answered_whenever_it_is_told_to_stop(crowd):
    """TERM comes at another moment each time; what was sent on an open connection is answered."""
    server = Server().start()
    Shop(server).product()
    for number in range(RESTARTS):
        connections = [RawConnection(server) for _ in range(8)]
        failures, last = [], []

        def use(connection):
            try:
                while True:
                    connection.send("GET /api/product/all?limit=5 HTTP/1.1", "Host: {host}")
                    answer = connection.read_answer()
                    assert answer.status == 200
                    if answer.headers.get("connection") == "close":
                        last.append(connection.is_closed_by_server())
                        return
            except (OSError, AssertionError, ValueError) as error:
                failures.append(repr(error))

        users = [threading.Thread(target=use, args=(connection,)) for connection in connections]
        for user in users:
            user.start()
        time.sleep(0.05 + 0.0037 * number)
        server.stop()  # and its exit code is 0
        for user in users:
            user.join()
        assert failures == [] and last == [True] * len(connections)
        for connection in connections:
            connection.__exit__()
        server.start()
    server.discard()


def test_it_says_at_once_that_it_is_not_ready_any_more():
    server = Server().start()
    with RawConnection(server) as asking, RawConnection(server) as busy:
        asking.send("GET /readyz HTTP/1.1", "Host: {host}")
        assert asking.read_answer().status == 200
        busy.send("POST /api/user/login HTTP/1.1", "Host: {host}", "Content-Type: application/json",
                  "Content-Length: 2", "Expect: 100-continue")
        assert busy.read_answer().status == 100
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        asking.send("GET /readyz HTTP/1.1", "Host: {host}")
        answer = asking.read_answer()
        assert (answer.status, answer.headers["connection"]) == (503, "close")
        busy.send_bytes(b"{}")
        assert busy.read_answer().headers["connection"] == "close"
    assert server.process.wait(15) == 0
    server.process = None
    server.discard()


def test_who_connects_between_two_servers_waits_for_the_next():
    server = ActivatedServer().start()
    server.stop()
    with RawConnection(server) as early:
        early.send("GET /livez HTTP/1.1", "Host: {host}")
        server.start()
        assert early.read_answer().status == 200
    server.discard()


class Manager:
    """Hears what a service tells its manager."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(20)
        self.told = ""

    def hears(self, word):
        while word not in self.told:
            self.told += self.socket.recv(4096).decode() + "\n"
        return self.told


def test_it_tells_its_manager_that_it_is_ready_alive_and_stopping():
    server = ActivatedServer()
    manager = Manager(server.folder)
    server.start(NOTIFY_SOCKET=manager.path, WATCHDOG_USEC="600000")
    assert f"Serving on port {server.port}" in manager.hears("READY=1")
    began = time.monotonic()
    manager.hears("WATCHDOG=1")
    assert "STOPPING=1" not in manager.told
    server.stop()
    manager.hears("STOPPING=1")
    assert time.monotonic() - began < 15
    server.discard()


def test_term_is_taken_well_at_any_moment():
    """Also while the main thread does not wait for signals: here it looks after the shop all the time."""
    server = Server(WATCHDOG_USEC="3000")
    for _ in range(5):
        server.start()
        server.stop()  # and its exit code is 0
    server.discard()


@pytest.mark.parametrize("listening,why", [
    (lambda: socket.socket(), "does not listen"),
    (lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM), "does not listen"),
    (lambda: socket.socket(socket.AF_UNIX), "does not listen"),
])
def test_a_socket_that_it_cannot_serve_on_is_refused(listening, why):
    server = ActivatedServer()
    server.listening.close()
    server.listening = listening()
    with pytest.raises(RuntimeError, match=why):
        server.start()
    server.process = None
    server.discard()


def test_a_socket_of_another_kind_is_refused():
    server = ActivatedServer()
    server.listening.close()
    server.listening = socket.socket(socket.AF_UNIX)
    server.listening.bind(str(server.folder / "unix"))
    server.listening.listen()
    with pytest.raises(RuntimeError, match="not one of TCP"):
        server.start()
    server.process = None
    server.discard()


@pytest.mark.skipif(shutil.which("systemd-socket-activate") is None, reason="no systemd here")
def test_systemd_starts_it_at_the_first_connection():
    server = Server()
    names = {name: value for name, value in server.settings.items() if value is not None}
    names.update({name: os.environ[name] for name in PASSED_ON if name in os.environ})
    passed = [f"--setenv={name}" for name in names]
    with open(server.log_path, "ab") as log:
        server.process = subprocess.Popen(
            ["systemd-socket-activate", f"--listen=127.0.0.1:{server.port}", *passed, str(find_binary()), "serve"],
            cwd=server.folder, env=names, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    give_up_at = time.monotonic() + 10
    while True:
        try:
            assert requests.get(server.base_url + "/readyz", timeout=20).status_code == 200
            break
        except requests.ConnectionError:  # it does not listen yet
            assert time.monotonic() < give_up_at
            time.sleep(0.05)
    server.discard()
