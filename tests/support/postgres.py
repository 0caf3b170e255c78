"""A PostgreSQL server of the tests' own, in a temporary folder, from the system's packages.

    with PostgresServer() as postgres:
        url = postgres.create_database("shop")

It runs as an unprivileged user, listens on a free port of the loopback and on a socket in its folder, and dies with
the process that started it.
"""
import contextlib
import os
import pathlib
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time

from support.host import LOOPBACK
from support.ports import free_port

READY_WITHIN_S = 30
STOP_WITHIN_S = 30
TOOL_WITHIN_S = 120
USER = "haat"  # of the database: may make databases

# What only a test may do: a crash of the machine loses data, one of the server alone does not. Tests of durability
# set fsync="on", full_page_writes="on".
FAST = {"fsync": "off", "full_page_writes": "off"}
SETTINGS = {"max_connections": "200", "shared_buffers": "64MB", "max_wal_size": "512MB", "timezone": "UTC",
            "log_min_messages": "warning", "max_wal_senders": "5", "wal_level": "replica"}


def find_binaries():
    """The folder with initdb and postgres, of the newest version that is installed."""
    asked = shutil.which("pg_config")
    folders = []
    if asked:
        folders.append(subprocess.run([asked, "--bindir"], stdout=subprocess.PIPE, text=True,
                                      timeout=TOOL_WITHIN_S).stdout.strip())
    versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(map(str, versions), key=lambda name: [int(part) if part.isdigit() else 0
                                                            for part in name.split("/")], reverse=True)
    for folder in folders:
        if folder and all((pathlib.Path(folder) / name).is_file() for name in ("initdb", "postgres", "psql")):
            return pathlib.Path(folder)
    raise FileNotFoundError("no PostgreSQL server: install one with `tools/install_packages test`")


def server_user():
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("no unprivileged user to run PostgreSQL as: neither postgres nor nobody")


def status_of(process):
    """(state, parent) of a process; None when there is none."""
    try:
        text = pathlib.Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, parent = text.rpartition(")")[2].split()[:2]
    return state, int(parent)


def is_running(process):
    status = status_of(process)
    return status is not None and status[0] != "Z"


def children_of(parent):
    processes = [int(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit()]
    return [process for process in processes if (status := status_of(process)) and status[1] == parent]


class PostgresServer:
    """One server. Settings go on top of SETTINGS and FAST; names are PostgreSQL's."""

    def __init__(self, host=LOOPBACK, **settings):
        self.host = host
        self.binaries = find_binaries()
        self.user = server_user()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haat-pg-"))
        os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.data = self.folder / "data"
        self.log_path = self.folder / "log"
        self.port = free_port()
        self.password = secrets.token_hex(12)
        self.settings = {**SETTINGS, **FAST, **settings}
        self.process = None

    def __enter__(self):
        try:
            return self.start() if self.data.exists() else self.create().start()
        except BaseException:
            self.discard()
            raise

    def __exit__(self, *_):
        self.discard()

    def create(self):
        """A new, empty cluster in UTF-8. Its texts sort as in Danish, where "aa" comes behind "z": what rests on
        the order of bytes has to say so."""
        with tempfile.NamedTemporaryFile("w", dir=self.folder, prefix="password") as file:
            file.write(self.password)
            file.flush()
            os.chown(file.name, self.user.pw_uid, self.user.pw_gid)
            self._tool("initdb", "--pgdata", self.data, "--username", USER, "--pwfile", file.name, "--encoding",
                       "UTF8", "--locale", "C.UTF-8", "--locale-provider", "icu", "--icu-locale", "da", "--auth-local", "trust", "--auth-host", "scram-sha-256",
                       "--no-sync", "--no-instructions")
        with open(self.data / "pg_hba.conf", "a") as rules:
            rules.write("host replication,all all samenet scram-sha-256\n")
        return self

    def start(self):
        options = {**self.settings, "listen_addresses": self.host.address, "port": str(self.port),
                   "unix_socket_directories": str(self.folder)}
        command = [self.binaries / "postgres", "-D", self.data]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self._as_user(command), cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)
        self._wait_until_ready()
        return self

    def _wait_until_ready(self):
        give_up_at = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < give_up_at:
            if self.process.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended with {self.process.returncode} at its start:\n{self.log_tail()}")
            asked = subprocess.run([self.binaries / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)],
                                   timeout=TOOL_WITHIN_S)
            if asked.returncode == 0:
                return
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"PostgreSQL was not ready within {READY_WITHIN_S} s:\n{self.log_tail()}")

    def stop(self):
        """Ends it in order, without waiting for its clients (a fast shutdown)."""
        if self.process is None:
            return
        self._signal(signal.SIGINT)
        try:
            self.process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return
        self.process = None

    def kill(self):
        """The power goes out, for the server and all that it started."""
        self._signal(signal.SIGSTOP)  # so that it starts nothing more
        children = children_of(self.process.pid)
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        self._end(signal.SIGKILL, children)

    def kill_postmaster(self):
        """It alone; its children notice that it is gone."""
        self._end(signal.SIGKILL, children_of(self.process.pid))

    def stop_at_once(self):
        """As `pg_ctl stop -m immediate`: no goodbye and no checkpoint."""
        self._end(signal.SIGQUIT, children_of(self.process.pid))

    def _end(self, number, children):
        process = self.process
        self._signal(number)
        process.wait(STOP_WITHIN_S)
        self.process = None
        give_up_at = time.monotonic() + STOP_WITHIN_S
        while any(map(is_running, children)):  # nothing starts in its folder before
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"processes of PostgreSQL outlive it by {STOP_WITHIN_S} s")
            time.sleep(0.01)

    def restart(self):
        self.stop()
        return self.start()

    def promote(self):
        """Makes a standby the primary, and comes back when it takes writes."""
        self.sql("SELECT pg_promote(true, 60)")

    def replica(self, host=LOOPBACK, seen_at=None, **settings):
        """A standby of this server as it is now, not yet started: `with` it, or start() and discard() it. It reaches
        this server by seen_at, (address, port)."""
        address, port = seen_at or (self.host.address, self.port)
        standby = PostgresServer(host, **settings)
        standby.password = self.password  # users are what is replicated, too
        environment = {"PGPASSWORD": self.password}
        standby._tool("pg_basebackup", "--pgdata", standby.data, "--host", address, "--port", str(port),
                      "--username", USER, "--wal-method", "stream", "--checkpoint", "fast", "--write-recovery-conf",
                      "--no-sync", **environment)
        return standby

    def discard(self):
        """Stops it and removes its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database="postgres"):
        return f"postgres://{USER}:{self.password}@{self.host.address}:{self.port}/{database}"

    def create_database(self, name, template="template0"):
        """Makes it; its URL."""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop_database(self, name):
        """Also while somebody is connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def sql(self, statement, database="postgres"):
        """What the statement gives: its rows as lines, their columns divided by |."""
        return self._run([self.binaries / "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set",
                          "ON_ERROR_STOP=1", "--host", self.folder, "--port", str(self.port), "--username", USER,
                          "--dbname", database, "--command", statement]).strip()

    def log_tail(self, lines=40):
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def _as_user(self, command):
        """The command as the server's user, ended (fast) when the process that started it is gone."""
        if os.geteuid() != 0:
            return [*self.host.enter, "setpriv", "--pdeathsig", "INT", "--", *command]
        return [*self.host.enter, "setpriv", "--reuid", str(self.user.pw_uid), "--regid", str(self.user.pw_gid), "--clear-groups",
                "--pdeathsig", "INT", "--", *command]

    def _tool(self, name, *arguments, **environment):
        self._run(self._as_user([self.binaries / name, *arguments]), **environment)

    def _run(self, command, **environment):
        done = subprocess.run(list(map(str, command)), cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TOOL_WITHIN_S,
                              env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **environment})
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}:\n{done.stderr.strip()}")
        return done.stdout
