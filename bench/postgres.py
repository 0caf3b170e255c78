"""A PostgreSQL server of the bench's own. Its databases are kept between runs, like the folders of the embedded engine.

It runs as an unprivileged user on both cores, listens on a free port of the loopback and on a socket in its folder, and
ends with the bench. Commits are durable.
"""
import contextlib
import os
import pathlib
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time

import machine
from servers import ROOT, free_port

sys.path.append(str(ROOT / "tests"))
from support.postgres import find_binaries, server_user  # noqa: E402  (in tests/)

USER = "haat"
READY_WITHIN_S = 60
STOP_WITHIN_S = 60
# What a machine of its own would be given; the rest is as PostgreSQL comes.
SETTINGS = {"max_connections": "200", "shared_buffers": "512MB", "max_wal_size": "4GB", "timezone": "UTC",
            "log_min_messages": "warning"}


class Postgres:
    """with Postgres(folder) as server: … The folder is made at the first time."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.binaries = find_binaries()
        self.user = server_user()
        self.port = free_port()
        self.process = None

    def __enter__(self):
        if not (self.data / "PG_VERSION").exists():
            self.create()
        self.password = (self.folder / "password").read_text()
        self.start()
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)  # a fast shutdown
        self.process.wait(STOP_WITHIN_S)

    def create(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in (self.folder, self.data):
            path.mkdir(exist_ok=True)
            os.chown(path, self.user.pw_uid, self.user.pw_gid)
            path.chmod(0o700)
        self.require_reachable()
        password = self.folder / "password"
        password.write_text(secrets.token_hex(12))
        password.chmod(0o600)
        os.chown(password, self.user.pw_uid, self.user.pw_gid)
        machine.output(*self.as_user(self.binaries / "initdb", "--pgdata", self.data, "--username", USER, "--pwfile",
                                     password, "--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "scram-sha-256",
                                     "--no-instructions"), cwd=self.folder)

    def require_reachable(self):
        """Folders above that are closed to others keep an unprivileged user out."""
        reached = subprocess.run(self.as_user("test", "-w", str(self.data)), cwd="/")
        if reached.returncode != 0:
            raise RuntimeError(f"the user {self.user.pw_name}, whom PostgreSQL runs as, cannot reach {self.data}: set "
                               "BENCH_FOLDER to a folder that it can")

    def as_user(self, *command):
        """The command as the server's user, ended (fast) when this process is gone."""
        change = []
        if os.geteuid() == 0:
            change = ["--reuid", str(self.user.pw_uid), "--regid", str(self.user.pw_gid), "--clear-groups"]
        return ["taskset", "-c", machine.BOTH_CORES, "setpriv", *change, "--pdeathsig", "INT", "--", *map(str, command)]

    def start(self):
        options = {**SETTINGS, "listen_addresses": "127.0.0.1", "port": str(self.port),
                   "unix_socket_directories": str(self.folder)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(self.as_user(self.binaries / "postgres", "-D", self.data, *settings),
                                            cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        give_up_at = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up_at and self.process.poll() is None:
            asked = subprocess.run([self.binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)])
            if asked.returncode == 0:
                return
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        raise RuntimeError(f"PostgreSQL does not start; {self.folder}/log says why")

    def cpu_s(self):
        """Of all its processes."""
        return machine.tree_s(self.process.pid)

    def version(self):
        return self.rows("SHOW server_version")[0][0].split()[0]

    def url(self, database):
        return f"postgres://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def client(self, tool, database, *arguments, **options):
        """What a client program of PostgreSQL prints."""
        return machine.output(self.binaries / tool, "--host", "127.0.0.1", "--port", self.port, "--username", USER,
                              *arguments, database, env={"PATH": os.environ["PATH"], "PGPASSWORD": self.password},
                              **options)

    def rows(self, statement, database="postgres"):
        """The rows that the statements give, as lists of texts. A text may have no tab and no line feed."""
        text = self.client("psql", database, "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
                           "--field-separator", "\t", "--set", "ON_ERROR_STOP=1", "--file", "-", input=statement)
        return [line.split("\t") for line in text.splitlines()]

    def databases(self):
        return {row[0] for row in self.rows("SELECT datname FROM pg_database")}

    def drop(self, database):
        self.rows(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def pgbench(self, database, script, clients, seconds, **variables):
        """Runs of the script a second, its statements prepared."""
        defined = [part for name, value in variables.items() for part in ("-D", f"{name}={value}")]
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            text = machine.output("taskset", "-c", machine.BOTH_CORES, self.binaries / "pgbench", "--host", "127.0.0.1",
                                  "--port", self.port, "--username", USER, "--no-vacuum", "--protocol", "prepared",
                                  "--client", clients, "--jobs", 2, "--time", seconds, *defined, "--file", file.name,
                                  database, env={"PATH": os.environ["PATH"], "PGPASSWORD": self.password})
        if "number of failed transactions: 0 " not in text:
            raise RuntimeError(f"pgbench met errors:\n{text}")
        return float(re.search(r"tps = ([\d.]+)", text)[1])
