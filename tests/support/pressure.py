"""What a server feels while it is attacked: memory, files, and how long its other clients wait."""
import multiprocessing
import os
import pathlib
import statistics
import time

import requests

from support.server import find_binary

FULL_SIZE = bool(os.environ.get("HAAT_FULL_SIZE"))
SETTLES_WITHIN_S = 20
ENDS_WITHIN_S = 20
SLACK = 6  # connections that clients keep for their next request, files that threads open at their first read


def sized(quick, full):
    """How much of it: quick in `make test`, full in `make hostile`."""
    return full if FULL_SIZE else quick


def is_sanitized():
    """Whether the program keeps freed memory for a while, so that its size says nothing."""
    return b"__asan_init" in find_binary().read_bytes()


def memory_mb(server):
    for line in pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("the server is gone")


def open_files(server):
    return len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))


def gauge(server, name):
    text = requests.get(server.base_url + "/metrics", headers={"Connection": "close"}, timeout=10).text
    return float(next(line.split()[1] for line in text.splitlines() if line.startswith(name + " ")))


def ask_until(stopped, base_url, pause_s, told):
    """For a process of its own, which no attacker in the test's keeps waiting."""
    waits_s, faults = [], []
    while not stopped.wait(pause_s):
        began = time.monotonic()
        try:  # on a connection of its own: newcomers are served too
            response = requests.get(base_url + "/api/product/all", timeout=10, headers={"Connection": "close"})
            if response.status_code != 200:
                faults.append(response.status_code)
        except requests.RequestException as fault:
            faults.append(type(fault).__name__)
        waits_s.append(time.monotonic() - began)
    told.send((waits_s, faults))


class Bystander:
    """A well-behaved client: asks for a list again and again, and notes how long it waits."""

    def __init__(self, server, pause_s=0.01):
        processes = multiprocessing.get_context("fork")
        self._stopped = processes.Event()
        self._answer, told = processes.Pipe(duplex=False)
        self._process = processes.Process(target=ask_until, args=(self._stopped, server.base_url, pause_s, told))
        self.waits_s, self.faults = [], []

    def __enter__(self):
        self._process.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        if self._answer.poll(ENDS_WITHIN_S):
            self.waits_s, self.faults = self._answer.recv()
        else:
            self.faults = ["never came back"]
            self._process.kill()
        self._process.join()

    def summary(self):
        ordered = sorted(self.waits_s)
        return (f"others waited {statistics.median(ordered) * 1000:.1f} ms (median), "
                f"{ordered[len(ordered) * 99 // 100] * 1000:.0f} ms (99 %)")


def held(server):
    """Connections, requests in flight, open files: this question's own included."""
    return gauge(server, "haat_http_connections"), gauge(server, "haat_http_requests_in_flight"), open_files(server)


def expect_clean(server, before):
    """Alive, and holding no more than `before` (of held()) but what the test's own clients still do."""
    give_up_at = time.monotonic() + SETTLES_WITHIN_S
    while True:
        assert server.process.poll() is None, f"the server ended:\n{server.log_tail()}"
        left = held(server)
        if left[0] <= before[0] + SLACK and left[1] <= 1 and left[2] <= before[2] + 2 * SLACK:
            return
        assert time.monotonic() < give_up_at, f"connections, in flight, files: {left}, before: {before}"
        time.sleep(0.1)
