"""What is refused before a shop is served: settings that are not safe where all the world comes (PUBLIC_URL is https),
a database that somebody has; and what a start does about a port that is taken and about few files."""
import contextlib
import re
import socket

import pytest

from support.host import Host
from support.program import end_of
from support.raw import RawConnection
from support.server import ADMIN_EMAIL, Server
from support.shop import Account

WORLD = "https://api.shop.example"
BAD_CONFIG = 78  # EX_CONFIG of sysexits.h


@pytest.mark.parametrize("setting", ["SECRET_KEY_ACCESS_TOKEN", "SECRET_KEY_REFRESH_TOKEN", "ADMIN_SECRET_KEY",
                                     "DEFAULT_ADMIN_PASSWORD"])
@pytest.mark.parametrize("secret", ["quite-short", "changeme"])
def test_a_weak_secret_is_not_served_to_the_world(setting, secret):
    code, told = end_of("serve", PUBLIC_URL=WORLD, PORT="0", **{setting: secret})
    assert code == BAD_CONFIG
    line, = told.splitlines()
    assert line.startswith(f"haat: {setting}: ") and "openssl rand" in line and secret not in line


def test_pages_without_tls_are_not_served_to_the_world():
    code, told = end_of("serve", PUBLIC_URL=WORLD, PORT="0", FRONTEND_URL="http://shop.example")
    assert (code, told.count("\n")) == (BAD_CONFIG, 1)
    assert told.startswith("haat: FRONTEND_URL: http://shop.example is not https")


def test_all_that_is_wrong_is_told_at_once():
    code, told = end_of("serve", PUBLIC_URL=WORLD, PORT="0", ADMIN_SECRET_KEY="short", DEFAULT_ADMIN_PASSWORD="short")
    assert (code, told.count("\n")) == (BAD_CONFIG, 2)


def test_capitals_make_no_weak_secret_good():
    code, told = end_of("serve", PUBLIC_URL=WORLD.upper(), PORT="0", ADMIN_SECRET_KEY="short")
    assert (code, told.count("\n")) == (BAD_CONFIG, 1)


@pytest.mark.parametrize("proxies", ["0.0.0.0/0", "::/0", "127.0.0.1, ::/0"])
def test_nobody_is_served_whose_address_is_what_he_says(proxies):
    code, told = end_of("serve", PUBLIC_URL=WORLD, PORT="0", TRUSTED_PROXIES=proxies)
    assert (code, told.count("\n")) == (BAD_CONFIG, 1)
    assert told.startswith("haat: TRUSTED_PROXIES: ")


def test_the_first_password_is_shown_though_the_first_start_found_the_port_taken():
    server = Server(DEFAULT_ADMIN_PASSWORD=None)
    with socket.create_server((server.address, server.port)), pytest.raises(RuntimeError, match="cannot listen"):
        server.start()
    server.start()
    password, = re.findall(r"password: (\S+)  \(shown only once\)", server.output_text())
    Account(server, ADMIN_EMAIL, password)
    server.discard()


def test_a_database_has_one_process_whatever_its_data_folder(database_engine, start_server, tmp_path):
    if database_engine == "postgres":
        pytest.skip("a server of the database lets many in")
    file, link = tmp_path / "shop.db", tmp_path / "link.db"
    server = start_server(DATABASE_URL=f"sqlite:{file}")
    link.symlink_to(file)
    for command, name in (("serve", file), ("migrate", file), ("migrate", link)):
        code, told = end_of(command, DATABASE_URL=f"sqlite:{name}", PORT="0")
        assert code == 1 and f"the database {name} is in use by another haat process" in told, told
    server.stop()
    assert end_of("migrate", DATABASE_URL=f"sqlite:{link}")[0] == 0


def test_connections_leave_files_for_all_else(start_server):
    few = 400
    server = start_server(host=Host("with few files", "127.0.0.1", ["prlimit", f"--nofile={few}:{few}"]))
    warning, = [record for record in server.log_records() if record["event"] == "fewer_connections"]
    most = warning["max_connections"]
    assert warning["level"] == "warn" and 50 < most < few - 200
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(RawConnection(server)) for _ in range(most + 20)]
        assert crowd[-1].read_answer().status == 503, "told so, not left waiting for a file"
        crowd[0].send("GET /livez HTTP/1.1", "Host: {host}")
        assert crowd[0].read_answer().status == 200
