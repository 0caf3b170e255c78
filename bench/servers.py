"""Haat and nginx, each alone on core 0 while it is measured."""
import dataclasses
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import machine

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = ROOT / "build/bench"
BINARY = ROOT / "build/release/haat"
SERVER_CORE = "0"
CART_ITEMS = 3
SETTINGS = {"HOST": "127.0.0.1", "THREADS": "1", "RATE_LIMITS": "off", "LOG_LEVEL": "warn",
            "FRONTEND_URL": "http://localhost:5173", "MAIL_TRANSPORT": "file", "ACCESS_TOKEN_TTL": "86400"}
# nginx has these of its own, and a connection's are nobody's answer.
NOT_COPIED = {"date", "content-length", "content-type", "connection"}
CHUNK = 1500  # nginx takes words of at most 4096 bytes in its configuration


@dataclasses.dataclass
class Request:
    name: str
    path: str
    headers: dict


@dataclasses.dataclass
class Answer:
    status: int
    headers: list
    body: bytes


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder, **settings):
    return {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), **SETTINGS, **settings}


def schema():
    """A digest of the migrations: a folder of others is of no use."""
    files = sorted((ROOT / "src").rglob("migrations/*.sql"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def seeded_folder(products):
    """A data folder with so many products, kept for the next time; and how long it took to fill."""
    folder = BUILD / f"data-{products}-{schema()}"
    record = folder / "seeded.json"
    if not record.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        subprocess.run([BINARY, "seed", "--products", str(products)], env=environment(folder), check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seconds = time.monotonic() - begin
        record.write_text(json.dumps({"products": products, "seconds": seconds}))
    return folder, json.loads(record.read_text())


class Server:
    """A process on core 0 that answers on a port of its own."""
    name = ""
    ready_within_s = 10

    def __init__(self):
        self.port = free_port()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def start_process(self, command, env, ready_path):
        """Milliseconds from here to the first 200."""
        begin = time.monotonic()
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CORE, *command], env=env, stdout=self.log,
                                        stderr=self.log)
        while time.monotonic() - begin < self.ready_within_s:
            try:
                if self.get(ready_path).status == 200:
                    return (time.monotonic() - begin) * 1e3
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.001)
        self.log.seek(0)
        raise RuntimeError(f"{self.name} does not start:\n{self.log.read().decode()}")

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}"

    def pid(self):
        return self.process.pid

    def send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
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
        if answer.status != 200:
            raise RuntimeError(f"{self.name}: {request.path} gave {answer.status}")
        return answer


class Haat(Server):
    name = "haat"

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.log = tempfile.TemporaryFile()

    def start(self):
        self.ready_ms = self.start_process([BINARY, "serve"], environment(self.folder, PORT=str(self.port)), "/readyz")

    def memory_after(self, seconds):
        time.sleep(seconds)
        return machine.memory_kb(self.pid())

    def data(self, method, path, body=None, headers=None):
        text = None if body is None else json.dumps(body)
        answer = self.send(method, path, text, {"Content-Type": "application/json", **(headers or {})})
        if answer.status not in (200, 201):
            raise RuntimeError(f"{path} gave {answer.status}: {answer.body.decode()}")
        return json.loads(answer.body)["data"]

    def token(self):
        account = {"name": "Bench", "email": f"bench-{time.time_ns()}@example.com", "password": "a-Long-0ne-for-bench"}
        self.data("POST", "/api/user/register", account)
        return self.data("POST", "/api/user/login", account)["accessToken"]

    def requests(self):
        """What is measured, with a customer who has a cart."""
        products = self.data("GET", "/api/product/all")
        customer = {"Authorization": f"Bearer {self.token()}"}
        on_sale = [product for product in products if product["stock"] > 0]
        for product in on_sale[:CART_ITEMS]:
            self.data("POST", "/api/cart/add", {"productId": product["_id"]}, customer)
        return [Request("product list", "/api/product/all", {}),
                Request("product by id", f"/api/product/{products[0]['_id']}", {}),
                Request("category list", "/api/category/all", {}),
                Request("cart view", "/api/cart", customer),
                Request("cart count", "/api/cart/count", customer)]


def quoted(text):
    """A word of nginx's configuration that stands for the text itself."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("$", "${dollar}") + '"'


class Nginx(Server):
    """Gives one answer to everything, from its configuration."""
    name = "nginx"

    def __init__(self, answer):
        super().__init__()
        self.answer_to_give = answer
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haat-bench-"))
        self.log = open(self.folder / "output.log", "w+b")

    def start(self):
        config = self.folder / "nginx.conf"
        config.write_bytes(self.configuration())
        self.start_process(["nginx", "-p", self.folder, "-c", config], {"PATH": os.environ["PATH"]}, "/")

    def __exit__(self, *_):
        super().__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def pid(self):
        """Of the one worker."""
        return int(pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text())

    def configuration(self):
        headers = self.answer_to_give.headers
        content_type = next(value for name, value in headers if name.lower() == "content-type")
        added = "".join(f"add_header {name} {quoted(value)};\n" for name, value in headers
                        if name.lower() not in NOT_COPIED)
        # Latin-1 carries any bytes through.
        body = self.answer_to_give.body.decode("latin-1")
        chunks = [body[at:at + CHUNK] for at in range(0, len(body), CHUNK)]
        parts = "".join(f"set $part{i} {quoted(chunk)};\n" for i, chunk in enumerate(chunks))
        whole = "".join(f"${{part{i}}}" for i in range(len(chunks)))
        return f"""daemon off;
worker_processes 1;
pid {self.folder}/nginx.pid;
error_log {self.folder}/error.log;
events {{ worker_connections 1024; multi_accept on; }}
http {{
access_log off;
server_tokens off;
tcp_nodelay on;
keepalive_requests 1000000000;
client_body_temp_path {self.folder}/body;
proxy_temp_path {self.folder}/proxy;
fastcgi_temp_path {self.folder}/fastcgi;
uwsgi_temp_path {self.folder}/uwsgi;
scgi_temp_path {self.folder}/scgi;
default_type {quoted(content_type)};
geo $dollar {{ default "$"; }}
server {{
listen 127.0.0.1:{self.port} backlog=1024;
{added}{parts if len(chunks) > 1 else ""}location / {{ return 200 {f'"{whole}"' if len(chunks) > 1 else quoted(body)}; }}
}}
}}
""".encode("latin-1")
