"""A client whose own cost is small: one connection that stays open."""
import json
import re
import socket

MAX_HEAD = 64 * 1024
MAX_BODY = 64 * 1024 * 1024


class Client:
    """A request is sent when the answer to the one before is there."""

    def __init__(self, port, timeout_s=60):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def ask(self, request):
        """(status, body) of the answer to a request's bytes."""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.rest:
            self.receive(MAX_HEAD)
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        length = int(length[1]) if length else 0
        while len(self.rest) < length:
            self.receive(MAX_BODY)
        body, self.rest = self.rest[:length], self.rest[length:]
        return int(head.split()[1]), body

    def receive(self, most):
        part = self.socket.recv(1 << 18)
        if not part:
            raise RuntimeError("the server closed the connection")
        self.rest += part
        if len(self.rest) > most:
            raise RuntimeError("an answer without end")

    def close(self):
        self.socket.close()


def bytes_of(method, path, headers=None, body=None):
    text = json.dumps(body).encode() if body is not None else b""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1",
             *(f"{name}: {value}" for name, value in (headers or {}).items())]
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(text)}"]
    return "\r\n".join([*lines, "", ""]).encode() + text
