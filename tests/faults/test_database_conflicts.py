"""One transaction in twenty meets another and is given up by PostgreSQL, at a statement or at its commit: it is run
again, nobody sees it, and nothing is done twice."""
import collections
import time

import pytest

from support.customers import AddressWriter, Newcomers
from support.nodes import Nodes
from support.postgres import PostgresServer
from support.shop import PASSWORD, Shop

CONFLICTS = 80
WITHIN_S = 120
MAILED_WITHIN_S = 60
MOST_REFUSED = 1  # after four runs a transaction is given up: one in 160,000

# Each transaction draws its fate with its first change. What is raised undoes all but the sequence.
INJECT = """
CREATE SEQUENCE conflicts;
CREATE FUNCTION give_up() RETURNS void LANGUAGE plpgsql AS $$
DECLARE number bigint := nextval('conflicts');
BEGIN
    RAISE EXCEPTION 'injected' USING ERRCODE = CASE number % 2 WHEN 0 THEN '40001' ELSE '40P01' END;
END $$;
CREATE FUNCTION draw_fate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE dice float8 := random();
BEGIN
    IF coalesce(current_setting('test.fate', true), '') = '' THEN
        PERFORM set_config('test.fate', CASE WHEN dice < 0.05 THEN 'commit' ELSE 'none' END, true);
        IF dice < 0.025 THEN PERFORM give_up(); END IF;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION meet_fate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('test.fate', true) = 'commit' THEN PERFORM give_up(); END IF;
    RETURN NULL;
END $$;
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
                AND tablename NOT IN ('schema_migrations', 'nodes') LOOP
        EXECUTE format('CREATE TRIGGER a_draw BEFORE INSERT OR UPDATE OR DELETE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION draw_fate()', name);
        EXECUTE format('CREATE CONSTRAINT TRIGGER a_meet AFTER INSERT OR UPDATE OR DELETE ON %I '
                       'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION meet_fate()', name);
    END LOOP;
END $$;
"""


@pytest.fixture
def postgres():
    with PostgresServer() as server:
        yield server


@pytest.fixture
def nodes(postgres):
    running = Nodes([postgres.create_database("conflicts")] * 2)
    yield running
    running.discard()


def mails_to(shops, email):
    return [mail for shop in shops for mail in shop.mailbox.to(email)]


def test_conflicts_are_seen_by_nobody(postgres, nodes, report):
    shops = [Shop(node) for node in nodes.servers]
    product = shops[0].product(price=1)
    writers = [AddressWriter(nodes, number, shops[0].user()) for number in range(4)]
    newcomers = Newcomers(shops[1])
    postgres.sql(INJECT, "conflicts")
    for customer in (*writers, newcomers):
        customer.start()
    price, give_up_at = 1, time.monotonic() + WITHIN_S
    try:
        while int(postgres.sql("SELECT last_value FROM conflicts", "conflicts")) < CONFLICTS:
            price += 1
            assert shops[price % 2].update_product(product["_id"], price=price)["price"] == price
            assert time.monotonic() < give_up_at
    finally:
        for customer in (*writers, newcomers):
            customer.stop()
    statuses = sum((customer.statuses for customer in (*writers, newcomers)), collections.Counter())
    assert statuses[503] <= MOST_REFUSED, statuses
    for writer in writers:
        writer.expect_kept()
    for shop in shops:
        found = shop.anyone.get("/api/product/" + product["_id"]).json()["data"]
        assert found["price"] == price
    give_up_at = time.monotonic() + MAILED_WITHIN_S
    for email in newcomers.acknowledged:
        answer = shops[0].anyone.post("/api/user/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200
        while not mails_to(shops, email):
            assert time.monotonic() < give_up_at, "no mail"
            time.sleep(0.05)
        assert len({mail.message["Message-ID"] for mail in mails_to(shops, email)}) == 1
    done = sum(statuses.values()) + price
    report("transactions that PostgreSQL gave up (40001, 40P01)", CONFLICTS, f"under {done} requests; "
           f"{statuses[503]} of them refused, nothing done twice")
