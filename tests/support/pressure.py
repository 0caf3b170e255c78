"""What a server feels while it is attacked: memory, files, and how long its other clients wait."""
import contextlib
import http.client
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
TIMES_SLOWER, NOISE_S = 2, 0.05  # what others may feel of an attack; what a busy machine of two cores does by itself
SLACK = 6  # connections that clients keep for their next request, files that threads open at their first read


def sized(quick, full):
    """How much of it: quick in `make test`, full in `make hostile`."""
    return full if FULL_SIZE else quick


def is_sanitized():
    """Whether the program keeps freed memory for a while, so that its size says nothing."""
    return b"__asan_init" in find_binary().read_bytes()


def is_measured():
    """Whether times mean something: at full size, and of the program that customers get."""
    return FULL_SIZE and not is_sanitized()


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


def ask_until(stopped, address, pause_s, told):
    """For a process of its own, which no attacker in the test's keeps waiting."""
    waits_s, faults = [], []
    while True:
        began = time.monotonic()
        try:  # on a connection of its own: newcomers are served too
            with contextlib.closing(http.client.HTTPConnection(*address, timeout=10)) as connection:
                connection.request("GET", "/api/product/all")
                response = connection.getresponse()
                response.read()
            if response.status != 200:
                faults.append(response.status)
        except (OSError, http.client.HTTPException) as fault:
            faults.append(type(fault).__name__)
        waits_s.append(time.monotonic() - began)
        if stopped.wait(pause_s):
            break
    told.send((waits_s, faults))


class Bystander:
    """A well-behaved client: asks for a list again and again, and notes how long it waits."""

    def __init__(self, server, pause_s=0.01):
        processes = multiprocessing.get_context("fork")
        self._stopped = processes.Event()
        self._answer, told = processes.Pipe(duplex=False)
        self._process = processes.Process(target=ask_until,
                                          args=(self._stopped, (server.address, server.port), pause_s, told))
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

    @property
    def median_s(self):
        return statistics.median(self.waits_s)

    @property
    def p99_s(self):
        return sorted(self.waits_s)[len(self.waits_s) * 99 // 100]

    def summary(self):
        return f"others waited {self.median_s * 1000:.1f} ms (median), {self.p99_s * 1000:.0f} ms (99 %)"

    def expect_hardly_slower_than(self, alone):
        """Served each time, and hardly later than before the attack."""
        assert not self.faults
        if is_measured():
            assert self.p99_s <= max(TIMES_SLOWER * alone.p99_s, NOISE_S), f"{self.summary()}; alone {alone.summary()}"


def without_attack(server):
    """What a bystander feels of a server that has nothing else to do."""
    with Bystander(server) as alone:
        time.sleep(sized(0.3, 10))
    return alone


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
