"""What only the engine can tell of what is stored, after the power went out."""
import time

from support import engine

ROLLED_BACK_WITHIN_S = 20


def check_storage(server):
    """A file is whole, and so are its references; on PostgreSQL no transaction of the dead stays open."""
    with server.database() as database:
        if engine.is_postgres():
            wait_until_rolled_back(database)
            return
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def wait_until_rolled_back(database):
    give_up_at = time.monotonic() + ROLLED_BACK_WITHIN_S
    while database.execute("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                           "AND starts_with(state, 'idle in transaction')").fetchone():
        assert time.monotonic() < give_up_at, "a transaction of the dead stays open"
        time.sleep(0.1)
