"""Load by wrk, and whether what came back was right."""
import dataclasses
import json
import pathlib
import re
import tempfile
import threading
import time

import machine

SAMPLE_EVERY_S = 0.25
SCRIPT = pathlib.Path(__file__).with_name("requests.lua")
MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclasses.dataclass
class Same:
    """One request, again and again."""
    request: object

    def arguments(self, base_url, _):
        headers = [part for name, value in self.request.headers.items() for part in ("-H", f"{name}: {value}")]
        return [*headers, base_url + self.request.path]


class Sequence:
    """Requests from a file: lines of (method, path, token, body)."""

    def __init__(self, lines):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".requests")
        self.count = 0
        for method, path, token, body in lines:
            self.file.write(f"{method}\t{path}\t{token}\t{body}\n")
            self.count += 1
        self.file.flush()

    def arguments(self, base_url, think_ms):
        return ["-s", str(SCRIPT), base_url, "--", self.file.name, str(think_ms)]


def gets(paths, token=""):
    return Sequence(("GET", path, token, "") for path in paths)


class Watch(threading.Thread):
    """Asks the loaded server now and then. samples: (request, the body that is right or None), taken by turns."""

    def __init__(self, server, samples):
        super().__init__()
        self.server, self.samples = server, samples
        self.looked_at, self.error = 0, None
        self.done = threading.Event()

    def run(self):
        while not self.done.wait(SAMPLE_EVERY_S):
            request, expected = self.samples[self.looked_at % len(self.samples)]
            try:
                body = self.server.answer(request).body
                if expected is None:
                    json.loads(body)
                elif body != expected:
                    raise RuntimeError(f"another body for {request.path}: {body[:200]}")
                self.looked_at += 1
            except (OSError, RuntimeError, ValueError) as error:
                self.error = error
                return

    def end(self):
        self.done.set()
        self.join()
        if self.error:
            raise self.error
        if self.looked_at == 0:
            raise RuntimeError("no answer could be looked at under load")


def wrk(server, load, connections, seconds, cores=machine.LOAD_CORE, think_ms=0):
    return machine.output("taskset", "-c", cores, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency",
                          "--timeout", "10s", *load.arguments(server.base_url, think_ms))


def read_wrk(text):
    for trouble in ("Non-2xx", "Socket errors"):
        if trouble in text:
            raise RuntimeError(f"wrk met errors:\n{text}")
    if " 0 requests in " in text:
        raise RuntimeError(f"no request was answered:\n{text}")
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", text).groups()
    return {"rps": float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
            "requests": int(re.search(r"(\d+) requests in", text)[1]), "p99_ms": float(value) * MS[unit]}


def samples_of(server, requests):
    return [(request, server.answer(request).body) for request in requests]


def drive(server, load, connections, seconds, samples, **how):
    """Figures of a run, with the server's CPU time a request, how many cores the load took, and how many others did."""
    server.settle()
    watch = Watch(server, samples)
    begin, server_before, load_before, own_before, busy_before = (
        time.monotonic(), server.cpu_s(), machine.children_s(), machine.own_s(), machine.busy_s())
    watch.start()
    try:
        figures = read_wrk(wrk(server, load, connections, seconds, **how))
    finally:
        watch.done.set()
    took = time.monotonic() - begin
    server_s = server.cpu_s() - server_before
    others = machine.busy_s() - busy_before - server_s - (machine.own_s() - own_before)
    watch.end()
    load_s = machine.children_s() - load_before
    return figures | {"cpu_us": server_s * 1e6 / figures["requests"], "load_cores": load_s / took,
                      "others": max(0.0, others) / took}


def warm_up(server, load, connections=32, seconds=1, **how):
    server.settle()
    read_wrk(wrk(server, load, connections, seconds, **how))


class Beside(threading.Thread):
    """A load that goes on while another one is measured: with Beside(…) as beside: …; then its figures."""

    def __init__(self, server, load, connections, seconds, **how):
        super().__init__()
        self.arguments, self.how = (server, load, connections, seconds), how
        self.figures, self.error = None, None

    def run(self):
        try:
            self.figures = read_wrk(wrk(*self.arguments, **self.how))
        except RuntimeError as error:
            self.error = error

    def __enter__(self):
        self.start()
        time.sleep(0.5)
        return self

    def __exit__(self, kind, *_):
        self.join()
        if self.error and kind is None:
            raise self.error
