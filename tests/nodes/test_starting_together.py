"""Several nodes that start at the same moment on an empty database: it is migrated once, there is one administrator,
all of them serve; and what only one of them may do is done by one."""
import re
import time

import pytest
import requests

from support.nodes import Nodes
from support.parallel import at_once
from support.program import end_of
from support.server import ADMIN_EMAIL, ADMIN_PASSWORD, Server
from support.shop import Shop, unique

NODES = 3
NEWCOMERS = 24
PRODUCTS = 4
MAILED_WITHIN_S = 60


def slow_down(postgres, database, what, table, pause_s):
    """Each row's INSERT or UPDATE takes longer, so that what another node does meanwhile happens in its midst."""
    postgres.sql("CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                 f"PERFORM pg_sleep({pause_s}); RETURN NEW; END $$; CREATE TRIGGER pause BEFORE {what} ON {table} "
                 "FOR EACH ROW EXECUTE FUNCTION pause()", database)


def start_at_once(servers):
    """All of them; raises what kept one from starting."""
    at_once(len(servers), lambda number: servers[number].start())


def administrators(postgres, database):
    return int(postgres.sql("SELECT count(*) FROM users WHERE role = 'ADMIN'", database))


def is_migrated_once(postgres, database):
    return postgres.sql("SELECT count(*) = count(DISTINCT number) AND count(*) > 5 FROM schema_migrations", database) == "t"


@pytest.fixture
def starting():
    """Makes servers; those that run are stopped."""
    made = []

    def make(**settings):
        made.extend(Server(**settings) for _ in range(NODES))
        return made

    yield make
    for server in made:
        server.discard()


def test_they_migrate_once_and_all_serve(postgres, starting):
    name = unique("together")
    servers = starting(DATABASE_URL=postgres.create_database(name))
    start_at_once(servers)
    assert administrators(postgres, name) == 1
    assert is_migrated_once(postgres, name)


@pytest.mark.parametrize("password", [ADMIN_PASSWORD, None], ids=["given", "random"])
def test_they_make_one_administrator(postgres, starting, password):
    name = unique("together")
    url = postgres.create_database(name)
    assert end_of("migrate", DATABASE_URL=url)[0] == 0
    slow_down(postgres, name, "INSERT", "users", 1)
    servers = starting(DATABASE_URL=url, DEFAULT_ADMIN_PASSWORD=password)
    start_at_once(servers)
    assert administrators(postgres, name) == 1
    told = "".join(server.output_text() for server in servers)
    assert told.count("  admin  ") == 1, told
    if password is None:
        password, = re.findall(r"password: (\S+)  \(shown only once\)", told)
    for server in servers:
        answer = requests.post(server.base_url + "/api/user/login", timeout=30,
                               json={"email": ADMIN_EMAIL, "password": password})
        assert answer.status_code == 200, "on whichever node he comes"


def test_commands_that_migrate_at_once_migrate_once(postgres):
    name = unique("together")
    url = postgres.create_database(name)
    ends = at_once(NODES, lambda number: end_of("migrate", DATABASE_URL=url))
    assert [code for code, _ in ends] == [0] * NODES, ends
    assert is_migrated_once(postgres, name)


def test_each_mail_is_sent_by_one_node(postgres):
    name = unique("mails")
    nodes = Nodes([postgres.create_database(name)] * 2)
    slow_down(postgres, name, "UPDATE", "outbox_events", 0.05)
    try:
        shops = [Shop(node) for node in nodes.servers]
        answers = at_once(NEWCOMERS, lambda number: shops[number % 2].register())
        emails = [answer.json()["data"]["email"] for answer in answers]
        give_up_at = time.monotonic() + MAILED_WITHIN_S
        for email in emails:
            while not any(shop.mailbox.to(email) for shop in shops):
                assert time.monotonic() < give_up_at, "no mail"
                time.sleep(0.05)
        for node in nodes.servers:
            node.stop()  # nothing more comes
        sent = [mail.to for shop in shops for mail in shop.mailbox.all()]
        assert sorted(sent) == sorted(emails)
    finally:
        nodes.discard()


def products_of(server):
    answer = requests.get(server.base_url + "/api/product/all?limit=1", timeout=30)
    return answer.json()["pagination"]["totalProducts"]


def test_a_seed_is_seen_on_all_nodes_and_adds_nothing_twice(postgres):
    nodes = Nodes([postgres.create_database(unique("seeded"))] * 2)
    try:
        assert [products_of(node) for node in nodes.servers] == [0, 0]  # and is in their caches
        url = nodes[0].settings["DATABASE_URL"]
        code, told = end_of("seed", "--products", str(PRODUCTS), "--users", "2", DATABASE_URL=url)
        assert code == 0, told
        assert [products_of(node) for node in nodes.servers] == [PRODUCTS] * 2
        found = requests.get(nodes[1].base_url + "/api/product/all?limit=1", timeout=30).json()["data"][0]
        assert found["name"] and found["price"] > 0
        code, told = end_of("seed", "--products", str(PRODUCTS), "--users", "2", DATABASE_URL=url)
        assert code == 0, told
        assert [products_of(node) for node in nodes.servers] == [PRODUCTS] * 2
    finally:
        nodes.discard()
