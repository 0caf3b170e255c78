"""A TCP link that a test can cut, stall and mend, between a server and what it depends on."""
import contextlib
import select
import socket
import threading

CHUNK = 65_536
POLL_S = 0.05


class Link:
    """Listens on a port of the loopback and passes on to target, (host, port).

    up: passes bytes. stalled: keeps connections and takes new ones, but nothing goes through, as when packets are
    dropped. cut: closes all and refuses new ones, as when a machine is gone and its neighbour says so.
    """

    def __init__(self, target):
        self.target = target
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
            self._listener = self._listen(self.port)
        self._state = "up"

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
        other = {client: server, server: client}
        while not self._stopping.is_set():
            readable, _, _ = select.select([client, server], [], [], POLL_S)
            while self._state == "stalled" and not self._stopping.wait(POLL_S):
                pass
            for one in readable:
                data = one.recv(CHUNK)
                if not data:
                    return
                other[one].sendall(data)
