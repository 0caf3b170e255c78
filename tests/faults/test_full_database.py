"""The disk of PostgreSQL is full: reads serve, writes that need room are refused by 507 or 503, nothing is torn, and it
goes on by itself as soon as there is room."""
import contextlib
import os
import shutil
import subprocess
import time

import pytest

from support.postgres import PostgresServer
from support.server import Server
from support.shop import PASSWORD, Shop, address_body, unique

SECONDS = float(os.environ.get("HAAT_FULL_DISK_S", 3))
VOLUME = "64m"
RECOVERS_WITHIN_S = 30
LONG_TEXT = "All that can be said of it. " * 100


class SmallDisk:
    """A file system of its own for the tables of one database."""

    def __init__(self, postgres):
        self._folder = postgres.folder / "small"
        self._folder.mkdir()
        owner = f"uid={postgres.user.pw_uid},gid={postgres.user.pw_gid},mode=700"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={VOLUME},{owner}", "haat-test", str(self._folder)],
                                 capture_output=True)
        if mounted.returncode != 0:
            pytest.skip("mounting is not allowed here")
        tables = self._folder / "tables"
        tables.mkdir()
        shutil.chown(tables, postgres.user.pw_uid, postgres.user.pw_gid)
        postgres.sql(f"CREATE TABLESPACE small LOCATION '{tables}'")
        self._ballast = self._folder / "ballast"

    def fill(self):
        with open(self._ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self):
        self._ballast.unlink()

    def close(self):
        subprocess.run(["umount", str(self._folder)], check=True)


@pytest.fixture
def postgres():
    with PostgresServer() as server:
        yield server


@pytest.fixture
def full(postgres):
    disk = SmallDisk(postgres)
    server = None
    try:
        url = postgres.create_database("small")
        postgres.sql("ALTER DATABASE small SET TABLESPACE small")
        server = Server(DATABASE_URL=url)
        yield Shop(server.start()), disk
        server.discard()
    finally:
        postgres.stop()
        disk.close()


def writes_of(shop, user):
    return {
        "address": lambda: user.post("/api/address/add", json=address_body()),
        "product": lambda: shop.admin.post("/api/product/create", json=shop.product_body(description=LONG_TEXT)),
        "register": lambda: shop.anyone.post("/api/user/register", json={
            "name": "Asha", "email": unique("full") + "@example.com", "password": PASSWORD}),
    }


def test_a_full_database_refuses_writes_and_nothing_else(full, report):
    shop, disk = full
    user, product = shop.user(), shop.product(price=1)["_id"]
    shop.shelf()
    before = len(user.get("/api/address/all").json()["data"])
    products = shop.anyone.get("/api/product/all?limit=1").json()["pagination"]["totalProducts"]
    disk.fill()
    done, refused = dict.fromkeys(writes_of(shop, user), 0), 0
    until = time.monotonic() + SECONDS
    while time.monotonic() < until or not refused:
        for name, write in writes_of(shop, user).items():
            status = write().status_code
            assert status in (200, 201, 503, 507), (name, status)
            done[name] += status < 300
            refused += status in (503, 507)
        assert shop.anyone.get(f"/api/product/{product}").status_code == 200
        assert user.get("/api/cart").status_code == 200
        assert user.is_alive()
        assert time.monotonic() < until + RECOVERS_WITHIN_S, "the disk was full"
    disk.free()

    for name, write in writes_of(shop, user).items():
        give_up_at = time.monotonic() + RECOVERS_WITHIN_S
        while (status := write().status_code) in (503, 507):
            assert time.monotonic() < give_up_at, "it goes on when there is room"
            time.sleep(0.1)
        assert status in (200, 201), name
    assert len(user.get("/api/address/all").json()["data"]) == before + done["address"] + 1
    listed = shop.anyone.get("/api/product/all?limit=1").json()["pagination"]["totalProducts"]
    assert listed == products + done["product"] + 1
    report("a full disk of PostgreSQL", 1,
           f"{SECONDS:g} s: {refused} writes refused by 507 or 503, reads served, went on without a restart")
