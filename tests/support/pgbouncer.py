"""A pgbouncer of the test's own, from the system's package, before a PostgreSQL server of the tests."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from support.ports import free_port
from support.postgres import USER, server_user

START_WITHIN_S = 20
STOP_WITHIN_S = 10


class PgBouncer:
    """Starts at once. Settings are pgbouncer's: `pool_mode="session"`."""

    def __init__(self, postgres, **settings):
        self._postgres = postgres
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haat-pgbouncer-"))
        self.port = free_port()
        user = server_user()
        users = self.folder / "users"
        users.write_text(f'"{USER}" "{postgres.password}"\n')
        options = {"listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": "", "auth_type": "scram-sha-256",
                   "auth_file": users, "logfile": self.folder / "log", "max_client_conn": 200, "default_pool_size": 60,
                   "admin_users": USER, **settings}
        lines = ["[databases]", f"* = host=127.0.0.1 port={postgres.port}", "[pgbouncer]",
                 *(f"{name} = {value}" for name, value in options.items())]
        (self.folder / "ini").write_text("\n".join(lines) + "\n")
        rights = ["--pdeathsig", "TERM", "--"]
        if os.geteuid() == 0:
            rights = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", *rights]
            for path in (self.folder, *self.folder.iterdir()):
                os.chown(path, user.pw_uid, user.pw_gid)
        self._command = ["setpriv", *rights, self._program(), "-q", self.folder / "ini"]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self._command, cwd=self.folder, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._wait_until_listening()
        except BaseException:
            self.discard()
            raise

    @staticmethod
    def _program():
        found = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if found is None:
            raise FileNotFoundError("no pgbouncer: install it with `tools/install_packages test`")
        return found

    def _wait_until_listening(self):
        give_up_at = time.monotonic() + START_WITHIN_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > give_up_at:
                    raise RuntimeError(f"pgbouncer does not start:\n{self.log_text()}") from None
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.discard()

    def url(self, url):
        """The same database through this."""
        return url.replace(f":{self._postgres.port}/", f":{self.port}/")

    def log_text(self):
        log = self.folder / "log"
        return log.read_text(errors="replace") if log.exists() else ""

    def stop(self):
        """At once: its clients lose their connections."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def discard(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
