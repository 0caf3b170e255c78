"""The database that a server of the tests keeps its data in: a file, or a database of its own on PostgreSQL.

HAAT_TEST_ENGINE says which (`sqlite`, `postgres`; pytest --engine sets it), HAAT_TEST_POSTGRES where PostgreSQL is.
"""
import contextlib
import os
import secrets
import sqlite3


def is_postgres():
    return os.environ.get("HAAT_TEST_ENGINE", "sqlite") == "postgres"


class Database:
    """A connection of the test's own. Each statement is committed by itself; `?` stands for a value."""

    def __init__(self, connection, mark):
        self._connection = connection
        self._mark = mark

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def execute(self, statement, *values):
        """The cursor: its rows, and how many were changed."""
        cursor = self._connection.cursor()
        cursor.execute(statement.replace("?", self._mark), values)
        return cursor


class SqliteFile:
    """haat.db in the data folder, which is what an unset DATABASE_URL means."""

    def __init__(self, data_dir):
        self._path = data_dir / "haat.db"
        self.url = None

    def connect(self):
        return Database(sqlite3.connect(self._path, timeout=5, isolation_level=None), "?")

    def tables(self):
        with self.connect() as database:
            return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def drop(self):
        """It goes with its folder."""


class PostgresDatabase:
    """A new one on the server of HAAT_TEST_POSTGRES."""

    def __init__(self):
        self._server = os.environ["HAAT_TEST_POSTGRES"]
        self._name = "haat_api_" + secrets.token_hex(6)
        self.url = self._server.rsplit("/", 1)[0] + "/" + self._name
        self._on_server(f'CREATE DATABASE "{self._name}"')

    def connect(self):
        return self._connect(self.url)

    def tables(self):
        with self.connect() as database:
            return [name for (name,) in database.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")]

    def drop(self):
        """Also while somebody is connected to it."""
        self._on_server(f'DROP DATABASE "{self._name}" WITH (FORCE)')

    def _on_server(self, statement):
        with self._connect(self._server) as database:
            database.execute(statement)

    @staticmethod
    def _connect(url):
        import psycopg2  # not needed for the embedded engine

        connection = psycopg2.connect(url)
        connection.autocommit = True
        return Database(connection, "%s")


@contextlib.contextmanager
def chosen(engine):
    """The engine of servers that are made meanwhile. For PostgreSQL with a server of its own where the environment
    names none."""
    before = os.environ.get("HAAT_TEST_ENGINE")
    os.environ["HAAT_TEST_ENGINE"] = engine
    try:
        with running_postgres() if is_postgres() else contextlib.nullcontext():
            yield
    finally:
        os.environ.pop("HAAT_TEST_ENGINE") if before is None else os.environ.update(HAAT_TEST_ENGINE=before)


@contextlib.contextmanager
def running_postgres():
    if os.environ.get("HAAT_TEST_POSTGRES"):
        yield
        return
    from support.postgres import PostgresServer

    with PostgresServer() as postgres:
        os.environ["HAAT_TEST_POSTGRES"] = postgres.url()
        try:
            yield
        finally:
            os.environ.pop("HAAT_TEST_POSTGRES")
