"""A customer who writes all the time, and knows what was acknowledged."""
import threading
import time

from support.nodes import Caller
from support.shop import address_body


class Writer(threading.Thread):
    """Adds addresses, and takes them away again, until it is told to stop; notes what was acknowledged."""

    def __init__(self, nodes, number, token):
        super().__init__()
        self.caller, self.node, self.token = Caller(nodes), number % len(nodes.servers), token
        self.there, self.uncertain, self.times = set(), set(), []
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            try:
                if len(self.there) < 5:
                    status, answer = self.call("POST", "/api/address/add", address_body())
                    if status == 201:
                        self.there.add(answer["data"]["_id"])
                else:
                    gone = next(iter(self.there))
                    status, _ = self.call("DELETE", f"/api/address/delete/{gone}", None)
                    if status in (200, 404):  # it may have been deleted by a try whose answer was 503
                        self.there.discard(gone)
                    elif status == 503:
                        self.uncertain.add(gone)
                assert status in (200, 201, 404, 503), status
                if status in (200, 201):
                    self.times.append(time.monotonic())
            except OSError:
                pass
            time.sleep(0.01)
        self.caller.close()

    def call(self, method, path, body):
        return self.caller.call(self.node, method, path, body, self.token)
