"""The way to PostgreSQL: encrypted where it is asked for, to nobody but the right server, with the right password. What
is wrong is told in one line, without a secret in it, and nothing is served."""
import os
import re
import tempfile
import time

import pytest
import requests

from support.certificates import Authority
from support.postgres import PostgresServer
from support.program import end_of
from support.server import Server
from support.shop import Shop, unique

BACK_WITHIN_S = 30
WRONG, FIRST, SECOND = "wrong-password-8417", "first-password-8417", "second-password-8417"
HOST = "localhost"  # the only name in the server's certificate


@pytest.fixture(scope="module")
def authorities():
    with tempfile.TemporaryDirectory(prefix="haat-tls-") as folder:
        os.chmod(folder, 0o755)  # PostgreSQL reads it as another user
        yield Authority(folder, "right"), Authority(folder, "wrong")


@pytest.fixture(scope="module")
def secure(authorities):
    """A server that lets nobody in but by TLS and with a password."""
    server = PostgresServer()
    certificate, key = authorities[0].issue(HOST, server.user)
    server.settings.update(ssl="on", ssl_cert_file=str(certificate), ssl_key_file=str(key))
    server.create()
    rules = server.data / "pg_hba.conf"
    rules.write_text(re.sub(r"(?m)^host\s", "hostssl ", rules.read_text()))
    with server:
        yield server


def with_name(url):
    """The same server by its name, wherever that leads on this machine."""
    return url.replace("@127.0.0.1:", f"@{HOST}:") + "?hostaddr=127.0.0.1"


def verified(url, authority):
    return f"{url}{'&' if '?' in url else '?'}sslmode=verify-full&sslrootcert={authority.certificate}"


def without_password(postgres, url):
    return url.replace(":" + postgres.password, "")


def expect_refusal(says, advice, secrets=(), **settings):
    """serve gives up with one line that says why; doctor says what to do."""
    code, printed = end_of("serve", **settings)
    assert code == 1, printed
    told = [line for line in printed.splitlines() if line.startswith("haat: ")]
    assert printed.splitlines() == told and len(told) == 1, printed
    assert says in told[0]
    code, findings = end_of("doctor", **settings)
    assert code == 1, findings
    found = [line for line in findings.splitlines() if "FAIL" in line]
    assert len(found) == 1 and found[0].startswith("FAIL  database: "), findings
    assert says in found[0] and advice in found[0]
    for secret in secrets:
        assert secret not in printed + findings


def serves(**settings):
    """A server that was started with these, and has read and written."""
    server = Server(**settings)
    try:
        server.start()
        shop = Shop(server)
        shop.address(shop.user())
    except BaseException:
        server.discard()
        raise
    return server


def unencrypted(postgres, database):
    """(connections of Haat to this database, those of them without TLS)"""
    counted = postgres.sql("SELECT count(*), count(*) FILTER (WHERE NOT ssl) FROM pg_stat_activity "
                           f"JOIN pg_stat_ssl USING (pid) WHERE datname = '{database}'")
    return tuple(map(int, counted.split("|")))


@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_all_connections_are_encrypted(secure, authorities, mode):
    name = unique("tls")
    url = secure.create_database(name)
    url = verified(with_name(url), authorities[0]) if mode == "verify-full" else url + "?sslmode=require"
    server = serves(DATABASE_URL=url)
    try:
        total, plain = unencrypted(secure, name)
        assert total > 1 and plain == 0
    finally:
        server.discard()


def test_a_server_of_another_name_is_not_spoken_to(secure, authorities):
    url = verified(secure.url(), authorities[0])  # by its address, which its certificate does not know
    expect_refusal("does not match host name", "as its certificate does",
                   [secure.password], DATABASE_URL=url)


def test_a_server_that_somebody_else_vouches_for_is_not_spoken_to(secure, authorities):
    url = verified(with_name(secure.url()), authorities[1])
    expect_refusal("certificate verify failed", "in sslrootcert who signed it", [secure.password],
                   DATABASE_URL=url)


def test_an_authority_that_is_not_there_is_told(secure):
    url = with_name(secure.url()) + "&sslmode=verify-full&sslrootcert=/nowhere.crt"
    expect_refusal('"/nowhere.crt" does not exist', "sslrootcert", [secure.password], DATABASE_URL=url)


def test_a_server_that_wants_tls_is_told_from_one_that_is_away(secure):
    expect_refusal("no encryption", "?sslmode=require", [secure.password], DATABASE_URL=secure.url() + "?sslmode=disable")


def test_a_server_without_tls_is_not_spoken_to_where_it_is_required(postgres):
    expect_refusal("server does not support SSL", "check DATABASE_URL", [postgres.password],
                   DATABASE_URL=postgres.url() + "?sslmode=require")


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"

    def write(text):
        path.write_text(text)
        path.chmod(0o600)
        return str(path)
    return write


def test_the_password_may_come_from_a_file(postgres, password_file):
    url = without_password(postgres, postgres.create_database(unique("password")))
    serves(DATABASE_URL=url, DATABASE_PASSWORD_FILE=password_file(postgres.password + "\n")).discard()


def test_the_password_may_come_from_libpqs_own_file(postgres, password_file):
    url = without_password(postgres, postgres.create_database(unique("password")))
    line = f"127.0.0.1:{postgres.port}:*:haat:{postgres.password}\n"
    serves(DATABASE_URL=url, PGPASSFILE=password_file(line)).discard()


@pytest.mark.parametrize("where", ["url", "file", "pgpass"])
def test_a_wrong_password_is_told_and_not_shown(postgres, password_file, where):
    plain = without_password(postgres, postgres.url())
    settings = {
        "url": {"DATABASE_URL": plain.replace("haat@", f"haat:{WRONG}@")},
        "file": {"DATABASE_URL": plain, "DATABASE_PASSWORD_FILE": password_file(WRONG)},
        "pgpass": {"DATABASE_URL": plain, "PGPASSFILE": password_file(f"*:*:*:*:{WRONG}\n")},
    }[where]
    expect_refusal('password authentication failed for user "haat"', "DATABASE_PASSWORD_FILE", [WRONG, postgres.password],
                   **settings)


def test_no_password_is_told_and_neither_is_a_file_that_is_not_there_passed_over(postgres):
    url = without_password(postgres, postgres.url())
    expect_refusal("no password supplied", "DATABASE_PASSWORD_FILE", DATABASE_URL=url, PGPASSFILE="/nowhere")
    expect_refusal("cannot read the password in /nowhere", "DATABASE_PASSWORD_FILE", DATABASE_URL=url,
                   DATABASE_PASSWORD_FILE="/nowhere")


def test_a_password_that_was_changed_is_taken_from_its_file_without_a_restart(postgres, password_file):
    name, role = unique("rotation"), unique("role")
    postgres.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{FIRST}'")
    url = postgres.create_database(name)
    postgres.sql(f"ALTER DATABASE {name} OWNER TO {role}")
    path = password_file(FIRST)
    url = without_password(postgres, url).replace("haat@", f"{role}@")
    server = serves(DATABASE_URL=url, DATABASE_PASSWORD_FILE=path)
    try:
        password_file(SECOND)
        postgres.sql(f"ALTER ROLE {role} PASSWORD '{SECOND}'")
        postgres.sql(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'")
        give_up_at = time.monotonic() + BACK_WITHIN_S
        while requests.get(server.base_url + "/readyz", timeout=10).status_code != 200:
            assert time.monotonic() < give_up_at, server.log_tail()
            time.sleep(0.05)
        shop = Shop(server)
        while (answer := shop.register()).status_code == 503:
            assert time.monotonic() < give_up_at, server.log_tail()
        assert answer.status_code == 200
        assert FIRST not in server.log_text() and SECOND not in server.log_text()
    finally:
        server.discard()
