"""HTTP by hand, for requests that no library would send."""
import socket

from requests.structures import CaseInsensitiveDict

TIMEOUT_S = 10


class RawAnswer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body


class RawConnection:
    def __init__(self, server):
        self.host = f"127.0.0.1:{server.port}"
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=TIMEOUT_S)
        self.stream = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
        self.socket.close()

    def send(self, *lines, body=b""):
        """A request line and header lines; the empty line follows."""
        head = "\r\n".join(line.replace("{host}", self.host) for line in lines) + "\r\n\r\n"
        self.send_bytes(head.encode("latin-1") + body)

    def send_bytes(self, data):
        self.socket.sendall(data)

    def read_head(self):
        line = self.stream.readline()
        assert line.startswith(b"HTTP/1."), f"no answer but {line!r}"
        headers = CaseInsensitiveDict()
        while (field := self.stream.readline()) not in (b"\r\n", b""):
            name, _, value = field.decode("latin-1").partition(":")
            headers[name.strip()] = value.strip()
        return int(line.split()[1]), headers

    def read_answer(self, of_head_request=False):
        status, headers = self.read_head()
        if of_head_request or status in (204, 304) or status < 200:
            return RawAnswer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return RawAnswer(status, headers, self._read_chunks())
        length = int(headers["content-length"])
        body = self.stream.read(length)
        assert len(body) == length, "the answer ends early"
        return RawAnswer(status, headers, body)

    def _read_chunks(self):
        body = b""
        while size := int(self.stream.readline().split(b";")[0], 16):
            body += self.stream.read(size)
            self.stream.readline()
        self.stream.readline()
        return body

    def is_closed_by_server(self):
        """Whether nothing but the end comes."""
        try:
            return self.stream.read(1) == b""
        except ConnectionResetError:
            return True


def ask(server, *lines, body=b"", of_head_request=False):
    """One request on one connection."""
    with RawConnection(server) as connection:
        connection.send(*lines, body=body)
        return connection.read_answer(of_head_request)
