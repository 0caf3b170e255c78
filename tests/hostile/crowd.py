"""Many clients of one process."""
import contextlib
import selectors
import socket
import time


class Crowd:
    """Many connections of one process, none of which waits for another."""

    def __init__(self, server, count, small_window=False):
        self.connections, self.refused = [], 0
        for _ in range(count):
            connection = socket.socket()
            if small_window:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            connection.settimeout(5)
            try:
                connection.connect(("127.0.0.1", server.port))
            except OSError:
                self.refused += 1
                continue
            connection.setblocking(False)
            self.connections.append(connection)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()

    def send(self, data):
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.send(data)

    def take_ended(self, read=True):
        """How many the server has ended since the last call; what it says is read away."""
        ended = 0
        for connection in list(self.connections):
            try:
                data = connection.recv(65536) if read else connection.recv(1, socket.MSG_PEEK)
                over = data == b""
            except BlockingIOError:
                over = False
            except OSError:
                over = True
            if over:
                connection.close()
                self.connections.remove(connection)
                ended += 1
        return ended

    def say_at_once(self, data, within_s, meanwhile):
        """Sends the same to all, to each as fast as it is taken, and calls `meanwhile` now and then. Returns the status
        that each was answered; None where the connection ended before, which may happen to who keeps sending."""
        statuses, left = [], dict.fromkeys(self.connections, memoryview(data))
        give_up_at = time.monotonic() + within_s
        with selectors.DefaultSelector() as selector:
            for connection in self.connections:
                selector.register(connection, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while selector.get_map():
                assert time.monotonic() < give_up_at, f"{len(selector.get_map())} are not answered"
                meanwhile()
                for key, events in selector.select(1):
                    connection = key.fileobj
                    if events & selectors.EVENT_READ:
                        selector.unregister(connection)
                        statuses.append(status_on(connection))
                        continue
                    with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                        left[connection] = left[connection][connection.send(left[connection][:65536]):]
                    if not left[connection]:
                        selector.modify(connection, selectors.EVENT_READ)
        return statuses


def status_on(connection):
    """Of the answer that has come; None where it is the end that came."""
    with contextlib.suppress(ConnectionResetError):
        if answer := connection.recv(65536):
            return int(answer.split(b" ", 2)[1])
    return None
