"""haat copy: a shop moves from the embedded database to PostgreSQL and back, with all that is in it."""
import contextlib
import shutil
import signal
import subprocess
import time

import pytest

from support.server import Server, find_binary
from support.shop import Shop, address_body, unique

WITHIN_S = 300


def copy(source, target, **arguments):
    return subprocess.run([find_binary(), "copy", "--from", source, "--to", target], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=WITHIN_S, env={"PATH": "/usr/bin:/bin"}, **arguments)


def everything(shop, account):
    """What clients of the shop see of it."""
    pages = [shop.anyone.get(f"/api/product/all?limit=100&page={page}").json() for page in (1, 2, 3)]
    paths = ["/api/cart", "/api/address/all", "/api/user/profile"]
    return (pages, shop.anyone.get("/api/category/all").json(), shop.anyone.get("/api/subcategory/all").json(),
            [account.get(path).json()["data"] for path in paths],
            [product["_id"] for product in shop.anyone.get("/api/product/search?search=copper&limit=100").json()["data"]])


@pytest.fixture
def full_shop():
    """A stopped server with a shop in its embedded database, its keys, a user and what clients see."""
    server = Server().start()
    shop = Shop(server)
    user = shop.user()
    for number in range(230):
        shop.product(name=unique("Copper pot "), description="Ünïcode, \"quotes\"", more_details={"a": [1, None, "é"]},
                     publish=number % 10 > 0)
    shop.cart_item(user, quantity=3)
    shop.address(user, **address_body(city="Puné"))
    seen = everything(shop, user)
    server.stop()
    yield server, user, seen
    with contextlib.suppress(Exception):
        server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


def serve_copy(origin, database_url):
    """A server on another database, with the keys and the rest of the first one's settings."""
    return Server(DATABASE_URL=database_url).start()


def same_user(user, server):
    user.server = server
    return user.log_in()


def test_there_and_back_again(postgres, full_shop):
    origin, user, seen = full_shop
    url = postgres.create_database(unique("copied"))
    file = f"sqlite:{origin.data_dir}/haat.db"
    done = copy(file, url)
    assert done.returncode == 0, done.stderr
    assert "are the same in both" in done.stdout and "100 %" in done.stderr
    assert postgres.password not in done.stdout + done.stderr

    server = serve_copy(origin, url)
    try:
        shop = Shop(server)
        now = everything(shop, same_user(user, server))
        assert now[:3] == seen[:3] and now[3][:2] == seen[3][:2]
        assert sorted(now[4]) == sorted(seen[4]) and now[4]
        shop.product(name="Born on the server")
    finally:
        server.discard()

    back = f"sqlite:{origin.folder}/back/haat.db"
    (origin.folder / "back").mkdir(mode=0o700)
    done = copy(url, back)
    assert done.returncode == 0, done.stderr
    server = Server(DATABASE_URL=back).start()
    try:
        assert "Born on the server" in Shop(server).anyone.get("/api/product/all").text
    finally:
        server.discard()


def test_a_copy_that_was_killed_goes_on_and_is_not_served_before(postgres, full_shop):
    origin, _, seen = full_shop
    url = postgres.create_database(unique("cut"))
    command = [find_binary(), "copy", "--from", f"sqlite:{origin.data_dir}/haat.db", "--to", url]
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    name = url.rsplit("/", 1)[1]
    give_up_at = time.monotonic() + WITHIN_S
    while running.poll() is None and time.monotonic() < give_up_at:
        with contextlib.suppress(RuntimeError):
            if int(postgres.sql("SELECT count(*) FROM copies", name)) > 0:
                break
    running.send_signal(signal.SIGKILL)
    running.wait()
    if postgres.sql("SELECT count(*) FROM copies WHERE finished_at IS NULL", name) == "1":
        with pytest.raises(RuntimeError, match="the shop is not whole"):
            Server(DATABASE_URL=url).start()
    done = copy(f"sqlite:{origin.data_dir}/haat.db", url)
    assert done.returncode == 0 or "holds a shop already" in done.stderr, done.stderr
    server = serve_copy(origin, url)
    try:
        assert Shop(server).anyone.get("/api/product/all?limit=100&page=2").json() == seen[0][1]
    finally:
        server.discard()


def test_refusals_say_what_to_do(postgres, full_shop):
    origin, _, _ = full_shop
    file = f"sqlite:{origin.data_dir}/haat.db"
    assert "there is no database" in copy("sqlite:/nowhere/haat.db", file).stderr
    assert "neither sqlite:FILE nor postgres://" in copy(file, "mysql://u:secret@h/d").stderr
    assert "secret" not in copy(file, "mysql://u:secret@h/d").stderr
    url = postgres.create_database(unique("taken"))
    assert copy(file, url).returncode == 0
    assert "holds a shop already" in copy(file, url).stderr
    origin.start()
    assert copy(file, postgres.create_database(unique("busy"))).returncode != 0, "a server uses the file"
