"""Behind the proxies of deploy/, two nodes are restarted one after the other, and no request fails.

HAAT_REQUESTS says how many are sent through each proxy; 4,000 is the default."""
import os
import pathlib
import shutil
import subprocess
import threading
import time

import pytest
import requests

from support.raw import RawConnection
from support.ports import free_port
from support.server import REPOSITORY, Server
from support.shop import Shop

REQUESTS = int(os.environ.get("HAAT_REQUESTS", "4000"))
CLIENTS = 8
NODES = ("10.0.0.11:3001", "10.0.0.12:3001")  # as the examples name them


class Proxy:
    """A program that runs on an example of deploy/, changed only in its addresses."""

    def __init__(self, program, example, folder, nodes):
        self.port = free_port()
        self.folder = pathlib.Path(folder)
        text = (REPOSITORY / "deploy" / example).read_text()
        for named, node in zip(NODES, nodes):
            assert named in text
            text = text.replace(named, f"127.0.0.1:{node.port}")
        self.text = text
        self.program = program
        self.process = None

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, *arguments):
        assert subprocess.run([self.program, *self.check, *arguments], capture_output=True).returncode == 0
        with open(self.folder / "proxy.log", "wb") as log:
            self.process = subprocess.Popen([self.program, *arguments], stdout=log, stderr=log)
        for _ in range(200):
            try:
                if requests.get(self.base_url + "/readyz", timeout=2).status_code == 200:
                    return self
            except requests.RequestException:
                pass
            time.sleep(0.05)
        raise RuntimeError((self.folder / "proxy.log").read_text(errors="replace"))

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)


class HaProxy(Proxy):
    check = ("-c",)

    def __init__(self, folder, nodes):
        super().__init__(shutil.which("haproxy"), "haproxy.cfg", folder, nodes)

    def start(self):
        path = self.folder / "haproxy.cfg"
        path.write_text(self.text.replace("bind :8080", f"bind 127.0.0.1:{self.port}"))
        return super().start("-f", str(path))


class Nginx(Proxy):
    check = ("-t",)

    def __init__(self, folder, nodes):
        super().__init__(shutil.which("nginx"), "nginx.conf", folder, nodes)

    def start(self):
        path = self.folder / "nginx.conf"
        site = self.text.replace("listen 8080", f"listen 127.0.0.1:{self.port}")
        kept = "\n".join(f"    {what}_temp_path {self.folder}/{what};"
                         for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        path.write_text(f"daemon off; worker_processes 2; pid {self.folder}/pid; error_log stderr;\n"
                        f"events {{ worker_connections 1024; }}\nhttp {{\n    access_log off;\n{kept}\n{site}\n}}\n")
        return super().start("-c", str(path))


class Client(threading.Thread):
    """Sends its share of requests, and more until it may stop; a new connection every hundred."""

    def __init__(self, proxy, share, may_stop):
        super().__init__()
        self.proxy, self.share, self.may_stop, self.sent, self.failures = proxy, share, may_stop, 0, []

    def run(self):
        while self.sent < self.share or not self.may_stop.is_set():
            if len(self.failures) > 100:
                return
            try:
                with RawConnection(self.proxy) as connection:
                    for _ in range(100):
                        self.sent += 1
                        connection.send("GET /api/product/all?limit=5 HTTP/1.1", "Host: {host}")
                        answer = connection.read_answer()
                        assert answer.status == 200, (answer.status, answer.body[:200])
                        if answer.headers.get("connection", "").lower() == "close":
                            break
            except (OSError, AssertionError, ValueError) as error:
                self.failures.append(repr(error))


@pytest.fixture(scope="module")
def nodes():
    """Two shops with the same to show: the embedded database belongs to one process."""
    started = [Server().start() for _ in range(2)]
    for node in started:
        Shop(node).product()
    yield started
    for node in started:
        node.discard()


@pytest.fixture(params=[HaProxy, Nginx], ids=["haproxy", "nginx"])
def proxy(request, nodes, tmp_path):
    made = request.param(tmp_path, nodes)
    if made.program is None:
        pytest.skip("not installed")
    made.start()
    yield made
    made.stop()


def test_no_request_fails_while_the_nodes_are_restarted_one_by_one(proxy, nodes):
    both_were_restarted = threading.Event()
    clients = [Client(proxy, REQUESTS // CLIENTS, both_were_restarted) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    restarts = 0
    try:
        while restarts < 2 or any(client.is_alive() for client in clients):
            nodes[restarts % 2].restart()
            time.sleep(0.6)  # one health check, so that the proxy knows before the other goes
            restarts += 1
            if restarts == 2:
                both_were_restarted.set()
    finally:
        both_were_restarted.set()
        for client in clients:
            client.join()
    failures = [failure for client in clients for failure in client.failures]
    assert failures == [], f"{len(failures)} of {sum(client.sent for client in clients)}"
    print(f"{sum(client.sent for client in clients)} requests, {restarts} restarts")


def test_figures_are_not_shown_outside(proxy):
    assert requests.get(proxy.base_url + "/metrics", timeout=5).status_code in (403, 404)
