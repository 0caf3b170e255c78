"""A mail server that can be away, and that can fall silent."""
import json
import subprocess
import threading

from support.interpreter import python_of_the_tests
from support.patience import wait_until
from support.ports import free_port
from support.repository import REPOSITORY

PROGRAM = REPOSITORY / "tests" / "support" / "smtp_server.py"


class MailServer:
    """Starts at once, and is at the same port after each start. What it took is kept."""

    def __init__(self):
        self.port = free_port()
        self.taken = []     # mails, as the program describes them
        self.silences = []  # the same, of those that it did not answer; of a greeting there is no more than that
        self._process = self._reader = None
        self.start()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    def start(self, *options):
        self._process = subprocess.Popen([python_of_the_tests(), PROGRAM, "--port", str(self.port), *options],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        listening = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout, listening), daemon=True)
        self._reader.start()
        wait_until(listening.is_set)

    def _read(self, lines, listening):
        for line in lines:
            told = json.loads(line)
            if told == self.port:
                listening.set()
            else:
                (self.silences if "silent" in told else self.taken).append(told)

    def stop(self):
        """At once: who waits for a word from it loses the connection."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._reader.join()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def restart(self, *options):
        self.stop()
        self.start(*options)
