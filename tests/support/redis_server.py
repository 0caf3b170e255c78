"""A real Redis of the test's own: in a temporary folder, on a free port of 127.0.0.1, not as root."""
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from support.host import LOOPBACK
from support.ports import free_port

START_WITHIN_S = 20
ANSWER_WITHIN_S = 5


class RedisError(Exception):
    """What Redis answered instead."""


class RedisServer:
    """Options are redis-server's: `maxmemory="1"`. Starts at once; leaving it discards it."""

    def __init__(self, host=LOOPBACK, **options):
        self.host = host
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haat-redis-"))
        self.folder.chmod(0o777)
        self.port = free_port()
        self.options = options
        self.process = None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.discard()

    @property
    def url(self):
        return f"redis://{self.host.address}:{self.port}"

    def start(self):
        options = {"port": self.port, "bind": self.host.address, "dir": self.folder, "logfile": self.folder / "log",
                   "save": "", "appendonly": "no", **self.options}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        rights = ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"] if user else []
        self.process = subprocess.Popen([*self.host.enter, *rights, "redis-server", *words], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        give_up_at = time.monotonic() + START_WITHIN_S
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"redis-server does not start: {self.folder / 'log'}")
            time.sleep(0.01)

    def _answers(self):
        try:
            return bool(self.tell("PING"))
        except RedisError:
            return True
        except OSError:
            return False

    def stop(self):
        """At once: what it held is gone."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def discard(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def tell(self, *words):
        """One command on a connection of its own."""
        with socket.create_connection((self.host.address, self.port), timeout=ANSWER_WITHIN_S) as connection:
            parts = [f"*{len(words)}\r\n".encode()]
            for word in words:
                raw = word if isinstance(word, bytes) else str(word).encode()
                parts.append(b"$%d\r\n%s\r\n" % (len(raw), raw))
            connection.sendall(b"".join(parts))
            with connection.makefile("rb") as stream:
                return self._read(stream)

    def _read(self, stream):
        line = stream.readline()
        if not line:
            raise ConnectionResetError("Redis ended the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else stream.read(int(rest) + 2)[:-2]
        return [self._read(stream) for _ in range(int(rest))]


class Again:
    """Calls something every so often, until it is left."""

    def __init__(self, call, every_s=0.05):
        self.call, self.every_s = call, every_s
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.failure = None

    def _run(self):
        try:
            while not self.over.wait(self.every_s):
                self.call()
        except Exception as failure:  # told where the test waits for it
            self.failure = failure

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        if self.failure:
            raise self.failure
