"""A TCP link that a test can cut, stall, slow down and mend, between a server and what it depends on."""
import collections
import contextlib
import select
import socket
import threading
import time

CHUNK = 65_536
POLL_S = 0.05
LISTENS_WITHIN_S = 10


class Link:
    """Listens on a port of the loopback and passes on to target, (host, port).

    up: passes bytes. stalled: keeps connections and takes new ones, but nothing goes through, as when packets are
    dropped. cut: closes all and refuses new ones, as when a machine is gone and its neighbour says so.
    """

    def __init__(self, target):
        self.target = target
        self.delay_s = 0.0
        self._state = "up"
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._sockets = set()
        self._listener = self._listen(0)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @staticmethod
    def _listen(port):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(256)
        return listener

    def stall(self):
        self._state = "stalled"

    def cut(self):
        self._state = "cut"
        self._listener.close()
        self._close_all()

    def mend(self):
        if self._state == "cut":
            self._listener = self._listen_again()
        self._state = "up"

    def _listen_again(self):
        give_up_at = time.monotonic() + LISTENS_WITHIN_S
        while True:
            try:
                return self._listen(self.port)
            except OSError:  # while the thread that accepts waits on the one that was closed, it lives
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(POLL_S / 5)

    def discard(self):
        self._stopping.set()
        self._close_all()
        with contextlib.suppress(OSError):
            self._listener.close()
        for thread in list(self._threads):
            thread.join(5)

    def _close_all(self):
        with self._lock:
            for one in self._sockets:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while not self._stopping.is_set():
            listener = self._listener
            try:
                readable, _, _ = select.select([listener], [], [], POLL_S)
                if not readable:
                    continue
                client, _ = listener.accept()
            except (OSError, ValueError):  # closed by cut()
                self._stopping.wait(POLL_S)
                continue
            thread = threading.Thread(target=self._pass_on, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _pass_on(self, client):
        with client, socket.socket() as server:
            with self._lock:
                self._sockets |= {client, server}
            try:
                while self._state == "stalled" and not self._stopping.wait(POLL_S):
                    pass
                server.connect(self.target)
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._shovel(client, server)
            except OSError:
                pass
            finally:
                with self._lock:
                    self._sockets -= {client, server}

    def _shovel(self, client, server):
        late = collections.deque()  # from the server: when it is due, and what
        while not self._stopping.is_set():
            pause_s = max(0.0, min(POLL_S, late[0][0] - time.monotonic())) if late else POLL_S
            readable, _, _ = select.select([client, server], [], [], pause_s)
            while self._state == "stalled" and not self._stopping.wait(POLL_S):
                pass
            if client in readable:
                data = client.recv(CHUNK)
                if not data:
                    return
                server.sendall(data)
            if server in readable:
                data = server.recv(CHUNK)
                if not data:
                    client.sendall(b"".join(piece for _, piece in late))
                    return
                late.append((time.monotonic() + self.delay_s, data))
            while late and late[0][0] <= time.monotonic():
                client.sendall(late.popleft()[1])
