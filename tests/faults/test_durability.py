"""A PostgreSQL server that does not promise to keep what is acknowledged is named at the start."""
from support import engine
from support.postgres import PostgresServer
from support.server import Server


def risks_named(**settings):
    server = Server(LOG_LEVEL="info", **settings).start()
    named = {record["reason"] for record in server.log_records() if record["event"] == "database_may_lose_data"}
    server.discard()
    return named


def test_a_server_that_does_not_wait_for_the_disk_is_named():
    with engine.chosen("postgres"):  # as fast as only a test may be
        assert risks_named() == {f"{setting} is off on the PostgreSQL server" for setting in ("fsync", "full_page_writes")}


def test_a_commit_that_is_answered_before_it_is_durable_is_named():
    with PostgresServer(fsync="on", full_page_writes="on") as postgres:
        url = postgres.create_database("shop")
        assert risks_named(DATABASE_URL=url) == set()
        postgres.sql('ALTER DATABASE "shop" SET synchronous_commit = off')
        assert risks_named(DATABASE_URL=url) == {"synchronous_commit is off on the PostgreSQL server"}
