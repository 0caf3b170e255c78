"""Runs the real program on a folder and a port of its own."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import requests

from support import statements
from support.engine import PostgresDatabase, SqliteFile, is_postgres
from support.host import LOOPBACK
from support.patience import PATIENCE
from support.ports import free_port
from support.repository import REPOSITORY

READY_WITHIN_S = 20 * PATIENCE
STOP_WITHIN_S = 15 * PATIENCE

ACCESS_KEY = "access-key-of-the-tests-0123456789abcdef0123456789abcdef"
REFRESH_KEY = "refresh-key-of-the-tests-0123456789abcdef0123456789abcdef"
ADMIN_KEY = "admin-key-of-the-tests-5b1c0d"
ADMIN_EMAIL = "admin@example.com"
ADMIN_PASSWORD = "Xk7-quite-long-and-random-W2f9LzQ0"
FRONTEND = "http://localhost:5173"

DEFAULT_SETTINGS = {
    "FRONTEND_URL": FRONTEND,
    "MAIL_TRANSPORT": "file",
    "MAIL_FROM": "shop@example.com",
    "SHOP_NAME": "Test Shop",
    "RATE_LIMITS": "off",
    "DEFAULT_ADMIN_EMAIL": ADMIN_EMAIL,
    "DEFAULT_ADMIN_PASSWORD": ADMIN_PASSWORD,
    "SECRET_KEY_ACCESS_TOKEN": ACCESS_KEY,
    "SECRET_KEY_REFRESH_TOKEN": REFRESH_KEY,
    "ADMIN_SECRET_KEY": ADMIN_KEY,
    "LOG_FORMAT": "json",
    "THREADS": "2",
}
# What no log may tell, whatever was asked: keys, tokens, hashes of passwords.
SECRETS = re.compile(rf"{ACCESS_KEY}|{REFRESH_KEY}|{ADMIN_KEY}|{ADMIN_PASSWORD}|eyJ\w{{8,}}\.eyJ\w+|\$argon2id\$")
PASSED_ON = ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE",
             "HAAT_UNDER_VALGRIND")


def find_binary():
    named = os.environ.get("HAAT_BINARY")
    candidates = [pathlib.Path(named)] if named else [REPOSITORY / "build" / kind / "haat"
                                                      for kind in ("dev", "release")]
    for candidate in candidates:
        if candidate.is_file():
            return candidate.resolve()
    raise FileNotFoundError(f"no haat program at {', '.join(map(str, candidates))}: build it or set HAAT_BINARY")


class Server:
    """One haat process. Settings go on top of DEFAULT_SETTINGS; None unsets one."""

    def __init__(self, host=LOOPBACK, **settings):
        self.host = host
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haat-api-"))
        self.data_dir = self.folder / "data"
        self.log_path = self.folder / "log"        # standard error
        self.output_path = self.folder / "output"  # standard output: what a person reads at the start
        self.port = free_port()
        self.storage = PostgresDatabase() if is_postgres() else SqliteFile(self.data_dir)
        self.settings = {**DEFAULT_SETTINGS, "HOST": self.address, "PORT": str(self.port), "DATA_DIR": str(self.data_dir),
                         "DATABASE_URL": self.storage.url, **settings}
        self.process = None
        self.metrics_session = requests.Session()  # one connection: to look moves nobody else's to another thread

    @property
    def address(self):
        return self.host.address

    @property
    def base_url(self):
        return f"http://{self.address}:{self.port}"

    def start(self):
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        environment.update({name: value for name, value in self.settings.items() if value is not None})
        with open(self.log_path, "ab") as log, open(self.output_path, "ab") as output:
            self.process = subprocess.Popen([*self.host.enter, find_binary(), "serve"], cwd=self.folder, env=environment,
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=log)
        self._wait_until_ready()
        return self

    def _wait_until_ready(self):
        give_up_at = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up_at:
            if self.process.poll() is not None:
                raise RuntimeError(f"haat ended with {self.process.returncode} at its start:\n{self.log_tail()}")
            try:
                if requests.get(self.base_url + "/readyz", timeout=2).status_code == 200:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"haat was not ready within {READY_WITHIN_S} s:\n{self.log_tail()}")

    def stop(self):
        """Asks it to end; a clean end is part of the contract."""
        if self.process is None:
            return
        process, self.process = self.process, None
        assert process.poll() is None, f"haat ended by itself with {process.returncode}:\n{self.log_tail()}"
        statements.note(self)
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"haat did not end within {STOP_WITHIN_S} s of SIGTERM:\n{self.log_tail()}") from None
        assert code == 0, f"haat ended with {code} after SIGTERM:\n{self.log_tail()}"
        told = SECRETS.findall(self.log_text() + self.output_text())
        assert not told, f"a secret is in the log: {told[:3]}"

    def kill(self):
        """The power goes out."""
        process, self.process = self.process, None
        process.kill()
        process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def discard(self):
        """Stops it and removes its folder and database; they stay when the stop was not clean."""
        self.stop()
        self.storage.drop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def log_text(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def output_text(self):
        return self.output_path.read_text(errors="replace") if self.output_path.exists() else ""

    def log_tail(self, lines=40):
        return "\n".join((self.output_text() + self.log_text()).splitlines()[-lines:])

    def log_records(self):
        """The lines of the log that are JSON objects."""
        records = []
        for line in self.log_text().splitlines():
            if line.startswith("{"):
                records.append(json.loads(line))
        return records

    def metric(self, name):
        """Its value now, by the name with all labels; None where there is none."""
        text = self.metrics_session.get(self.base_url + "/metrics", timeout=10 * PATIENCE).text
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
        return float(found[1]) if found else None

    def database(self):
        """A connection of the test's own to the server's database."""
        return self.storage.connect()

    def stored_text(self):
        """Every value of the database but the mails that wait to be sent, to look for secrets in clear."""
        tables = [name for name in self.storage.tables() if "outbox" not in name and "mail" not in name]
        with self.database() as database:
            return "\n".join(str(row) for table in tables
                             for row in database.execute(f'SELECT * FROM "{table}"'))
