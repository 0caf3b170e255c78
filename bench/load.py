"""Load by wrk from core 1, and whether what came back was right."""
import json
import pathlib
import re
import resource
import tempfile
import threading
import time

import machine

LOAD_CORE = "1"
SAMPLE_EVERY_S = 0.25
MIXED = pathlib.Path(__file__).with_name("mixed.lua")
MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


class Watch(threading.Thread):
    """Asks the loaded server now and then, and looks at its memory."""

    def __init__(self, server, request, expected):
        super().__init__()
        self.server, self.request, self.expected = server, request, expected
        self.samples, self.error, self.memory = 0, None, {"resident": 0, "anonymous": 0}
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(SAMPLE_EVERY_S):
            try:
                body = self.server.answer(self.request).body
                if self.expected is not None and body != self.expected:
                    raise RuntimeError(f"another body for {self.request.path}: {body[:200]}")
                now = machine.memory_kb(self.server.pid())
                self.memory = {name: max(value, now[name]) for name, value in self.memory.items()}
                self.samples += 1
            except (OSError, RuntimeError) as error:
                self.error = error
                return

    def end(self):
        self.done.set()
        self.join()
        if self.error:
            raise self.error
        if self.samples == 0:
            raise RuntimeError("no answer could be looked at under load")


def wrk(url, headers, connections, seconds, *more):
    command = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    return machine.output(*command, *more[:2], url, *more[2:])


def read_wrk(text):
    for trouble in ("Non-2xx", "Socket errors"):
        if trouble in text:
            raise RuntimeError(f"wrk met errors:\n{text}")
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", text).groups()
    return {"rps": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "requests": int(re.search(r"(\d+) requests in", text)[1]), "p99_ms": float(value) * MS[unit]}


def children_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measured(server, request, expected, run):
    """Runs the load; its figures, the server's CPU time a request, and how much of the machine others took."""
    watch = Watch(server, request, expected)
    begin, server_before, children_before, busy_before = (time.monotonic(), machine.process_s(server.pid()),
                                                          children_s(), machine.busy_s())
    own_before = time.process_time()
    watch.start()
    try:
        figures = read_wrk(run())
    finally:
        watch.done.set()
    server_s = machine.process_s(server.pid()) - server_before
    ours = server_s + children_s() - children_before + time.process_time() - own_before
    others = max(0.0, machine.busy_s() - busy_before - ours) / (time.monotonic() - begin)
    watch.end()
    return figures | {"cpu_us": server_s * 1e6 / figures["requests"], "others": others, "memory": watch.memory}


def drive(server, request, connections, seconds):
    expected = server.answer(request).body
    return measured(server, request, expected,
                    lambda: wrk(server.base_url + request.path, request.headers, connections, seconds))


def warm_up(server, request):
    wrk(server.base_url + request.path, request.headers, 32, 1)


def check_same(haat, nginx, request):
    """Both give the same status and body, and nginx every header that Haat has."""
    ours, theirs = haat.answer(request), nginx.answer(request)
    if ours.body != theirs.body or not json.loads(ours.body):
        raise RuntimeError(f"nginx does not give the body of {request.path}")
    names = {name.lower() for name, _ in theirs.headers}
    missing = [name for name, _ in ours.headers if name.lower() not in names]
    if missing:
        raise RuntimeError(f"nginx does not give {missing}")


def drive_mixed(haat, connections, seconds):
    """Products all over the catalogue and pages of the list, by turns: more than the cache holds."""
    request = haat.requests()[0]
    pages = haat.get("/api/product/all?limit=100").body
    last = json.loads(pages)["pagination"]["totalPages"]
    with tempfile.NamedTemporaryFile("w", suffix=".ids") as ids:
        for page in range(1, last + 1, max(1, last // 100)):
            for product in haat.data("GET", f"/api/product/all?limit=100&page={page}"):
                print(product["_id"], file=ids)
        ids.flush()
        return measured(haat, request, haat.answer(request).body,
                        lambda: wrk(haat.base_url, {}, connections, seconds, "-s", str(MIXED), "--", ids.name))
