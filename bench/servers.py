"""Servers that are measured: a process on cores of its own that answers HTTP. And Haat."""
import dataclasses
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

import machine

ROOT = pathlib.Path(__file__).resolve().parents[1]
BINARY = ROOT / "build/release/haat"
CART_ITEMS = 3
INDEX_WITHIN_S = 120
STOP_WITHIN_S = 30
SETTLED_WITHIN_S = 30
TRIES = 6
SETTINGS = {"HOST": "127.0.0.1", "THREADS": "1", "RATE_LIMITS": "off", "LOG_LEVEL": "warn",
            "FRONTEND_URL": "http://localhost:5173", "MAIL_TRANSPORT": "file", "ACCESS_TOKEN_TTL": "86400"}


@dataclasses.dataclass
class Request:
    name: str
    path: str
    headers: dict
    status: int = 200


@dataclasses.dataclass
class Answer:
    status: int
    headers: list
    body: bytes

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder, **settings):
    return {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), **SETTINGS, **settings}


class Server:
    """A process that answers on a port of its own."""
    name = ""
    ready_within_s = 60
    cores = machine.SERVER_CORE

    def __init__(self):
        self.port = free_port()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def start_process(self, command, env, ready_path):
        """Milliseconds from here to the first 200."""
        begin = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", self.cores, *command], env=env, stdout=self.log,
                                        stderr=self.log)
        while time.monotonic() - begin < self.ready_within_s:
            try:
                if self.get(ready_path).status == 200:
                    return (time.monotonic() - begin) * 1e3
            except OSError:
                if self.process.poll() is not None:
                    break
            time.sleep(0.001)
        self.process.kill()
        self.process.wait()
        self.log.seek(0)
        raise RuntimeError(f"{self.name} does not start:\n{self.log.read().decode()}")

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}"

    def pid(self):
        return self.process.pid

    def cpu_s(self):
        return machine.process_s(self.pid())

    def settle(self):
        """Nothing is left over from the run before."""

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.send("GET", path, None, headers)

    def answer(self, request):
        answer = self.get(request.path, request.headers)
        if answer.status != request.status:
            raise RuntimeError(f"{self.name}: {request.path} gave {answer.status}: {answer.body[:200]}")
        return answer


class Haat(Server):
    """On a data folder. With a database server its CPU time counts as well, where cpu_s() is asked for."""
    name = "haat"

    def __init__(self, folder, cores=machine.SERVER_CORE, database=None, **settings):
        super().__init__()
        self.folder = folder
        self.cores = cores
        self.database = database
        self.settings = settings
        self.log = tempfile.TemporaryFile()

    def start(self):
        env = environment(self.folder, PORT=str(self.port), **self.settings)
        self.ready_ms = self.start_process([BINARY, "serve"], env, "/readyz")
        self.wait_for_index()

    def wait_for_index(self):
        """What lists and searches use may be loaded behind the start."""
        begin = time.monotonic()
        while self.metric("haat_catalog_index_ready") not in (None, 1):
            if time.monotonic() - begin > INDEX_WITHIN_S:
                raise RuntimeError(f"the index of the catalogue is not ready after {INDEX_WITHIN_S} s")
            time.sleep(0.02)
        self.index_ms = (time.monotonic() - begin) * 1e3

    def metrics(self):
        """{name and labels: value}"""
        lines = self.get("/metrics").body.decode().splitlines()
        pairs = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in pairs}

    def metric(self, name):
        return self.metrics().get(name)

    def cpu_s(self):
        return super().cpu_s() + (self.database.cpu_s() if self.database else 0)

    def settle(self):
        """Waits until requests of connections that are gone have been worked off."""
        give_up_at = time.monotonic() + SETTLED_WITHIN_S
        while self.metric("haat_http_requests_in_flight") > 1:  # this one
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"requests are still in flight after {SETTLED_WITHIN_S} s")
            time.sleep(0.02)

    def memory_after(self, seconds):
        time.sleep(seconds)
        return machine.memory_kb(self.pid())

    def data(self, method, path, body=None, headers=None):
        """For what comes before the measuring: where the server says that it is busy, it is asked again."""
        text = None if body is None else json.dumps(body)
        for attempt in range(TRIES):
            answer = self.send(method, path, text, {"Content-Type": "application/json", **(headers or {})})
            if answer.status != 503:
                break
            time.sleep(attempt)
        if answer.status not in (200, 201):
            raise RuntimeError(f"{path} gave {answer.status}: {answer.body.decode()}")
        return json.loads(answer.body)["data"]

    def token(self):
        account = {"name": "Bench", "email": f"bench-{time.time_ns()}@example.com", "password": "a-Long-0ne-for-bench"}
        self.data("POST", "/api/user/register", account)
        return self.data("POST", "/api/user/login", account)["accessToken"]

    def requests(self):
        """The routes that are asked for most, with a customer who has a cart."""
        products = self.data("GET", "/api/product/all")
        customer = {"Authorization": f"Bearer {self.token()}"}
        on_sale = [product for product in products if product["stock"] > 0]
        for product in on_sale[:CART_ITEMS]:
            self.data("POST", "/api/cart/add", {"productId": product["_id"]}, customer)
        return [Request("product list", "/api/product/all", {}),
                Request("product by id", f"/api/product/{products[0]['_id']}", {}),
                Request("category list", "/api/category/all", {}),
                Request("cart view", "/api/cart", customer),
                Request("cart count", "/api/cart/count", customer),
                Request("profile", "/api/user/profile", customer)]
