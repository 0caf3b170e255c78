"""A migration that has to wait for a table, as behind a backup, does not keep everybody else waiting."""
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg2

from support.patience import PATIENCE, wait_until
from support.program import end_of
from support.server import Server
from support.shop import unique

READ_WITHIN_S = 2.5 * PATIENCE
HELD_S = 6  # more than two tries of the migration
READY_WITHIN_S = 60 * PATIENCE


def is_waited_for(postgres, name):
    return postgres.sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'", name) != "0"


def slowest_read_while_it_waits(postgres, name, server):
    """Starts the server while another holds a table; of who reads it meanwhile. Comes back when it serves."""
    url = postgres.url(name)
    with contextlib.closing(psycopg2.connect(url)) as backup, contextlib.closing(psycopg2.connect(url)) as reader, \
            ThreadPoolExecutor(1) as background:
        backup.cursor().execute("LOCK TABLE addresses IN ACCESS SHARE MODE")
        reader.autocommit = True
        started = background.submit(server.start)
        try:
            wait_until(lambda: is_waited_for(postgres, name))
            slowest, end_at = 0.0, time.monotonic() + HELD_S
            while time.monotonic() < end_at:
                begun_at = time.monotonic()
                reader.cursor().execute("SELECT count(*) FROM addresses")
                slowest = max(slowest, time.monotonic() - begun_at)
                time.sleep(0.05)
            assert not started.done(), "it waits for the table"
        finally:
            backup.rollback()
        started.result(READY_WITHIN_S)
    return slowest


def test_a_migration_that_waits_for_a_table_lets_the_others_pass(postgres):
    name = unique("migrated")
    url = postgres.create_database(name)
    assert end_of("migrate", DATABASE_URL=url)[0] == 0
    # It alters tables that are there, and may do so twice.
    postgres.sql("DELETE FROM schema_migrations WHERE number = 6", name)
    server = Server(DATABASE_URL=url)
    try:
        slowest = slowest_read_while_it_waits(postgres, name, server)
        assert slowest < READ_WITHIN_S
        assert postgres.sql("SELECT count(*) FROM schema_migrations WHERE number = 6", name) == "1"
    finally:
        server.discard()
