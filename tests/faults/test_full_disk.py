"""The disk is full: reads serve, writes are refused by 503 or 507, nothing is torn, and it goes on by itself as soon
as there is room. Where the database is elsewhere, only what needs the data folder is refused."""
import contextlib
import os
import resource
import shutil
import subprocess
import time

import pytest

from support import engine
from support.images import png
from support.server import Server
from support.shop import PASSWORD, Shop, address_body, unique

SECONDS = float(os.environ.get("HAAT_FULL_DISK_S", 2))
VOLUME = "24m"
RECOVERS_WITHIN_S = 10


class FullVolume:
    """The data folder as a file system of its own, filled to the last byte."""

    what = "disk"

    def __init__(self, server):
        self.folder = server.data_dir
        self.folder.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={VOLUME}", "haat-test", str(self.folder)],
                                 capture_output=True)
        if mounted.returncode != 0:
            server.folder.rmdir() if not any(server.folder.iterdir()) else shutil.rmtree(server.folder)
            pytest.skip("mounting is not allowed here")
        self.ballast = self.folder / "ballast"

    def fill(self, _server):
        with open(self.ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self, _server):
        self.ballast.unlink()

    def close(self):
        subprocess.run(["umount", str(self.folder)], check=True)


class FullQuota:
    """No file may grow: as a quota does it, by EFBIG instead of ENOSPC."""

    what = "quota"

    def __init__(self, server):
        self.server = server

    def fill(self, server):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    def free(self, server):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)

    def close(self):
        pass


@pytest.fixture(params=[FullVolume, FullQuota], ids=["volume", "quota"])
def full(database_engine, request):
    server = Server()
    disk = request.param(server)
    try:
        shop = Shop(server.start())
        assert shop.admin.is_alive()
        yield shop, disk
        server.stop()
    finally:
        if server.process is not None:
            server.kill()
        disk.close()
        server.storage.drop()
    shutil.rmtree(server.folder, ignore_errors=True)


def writes_of(shop, user, product):
    return {
        "address": lambda: user.post("/api/address/add", json=address_body()),
        "cart": lambda: user.post("/api/cart/add", json={"productId": product}),
        "product": lambda: shop.admin.put(f"/api/product/update/{product}", json={"price": 5}),
        "register": lambda: shop.anyone.post("/api/user/register", json={
            "name": "Asha", "email": unique("full") + "@example.com", "password": PASSWORD}),
        "image": lambda: shop.admin.post("/api/image", files={"image": ("a.png", png(), "image/png")}),
    }


def test_a_full_disk_refuses_writes_and_nothing_else(full, database_engine, report):
    shop, disk = full
    user, product = shop.user(), shop.product(price=1)["_id"]
    picture = shop.admin.post("/api/image", files={"image": ("a.png", png(), "image/png")}).json()["data"]["url"]
    addresses = len(user.get("/api/address/all").json()["data"])
    disk.fill(shop.server)
    done, refused, removed = {}, 0, 0
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for name, write in writes_of(shop, user, product).items():
            response = write()
            status = response.status_code
            assert status in (200, 201, 409, 503, 507), (name, status)
            assert status < 500 or name == "image" or not engine.is_postgres(), (name, status)
            done[name] = done.get(name, 0) + (status < 300)
            refused += status in (503, 507)
            if name == "address" and status == 201:  # nobody may have hundreds
                removed += user.delete(f"/api/address/delete/{response.json()['data']['_id']}").status_code == 200
        assert shop.anyone.get("/api/product/all").status_code == 200
        assert shop.anyone.get(f"/api/product/{product}").json()["data"]["price"] == (5 if done["product"] else 1)
        assert user.get("/api/cart").status_code == 200
        assert user.is_alive()
        assert shop.anyone.plain_get(picture.replace("http://localhost:3001", shop.server.base_url)).status_code == 200
    assert refused > 0, "the disk was full"
    assert done["image"] == 0, "a picture needs room"
    disk.free(shop.server)

    begin = time.monotonic()
    while (response := user.post("/api/address/add", json=address_body())).status_code == 503:
        assert time.monotonic() < begin + RECOVERS_WITHIN_S, "it goes on when there is room"
        time.sleep(0.1)
    assert response.status_code == 201
    assert len(user.get("/api/address/all").json()["data"]) == addresses + done["address"] - removed + 1
    for name, write in writes_of(shop, user, product).items():
        assert write().status_code in (200, 201, 409), name
    if not engine.is_postgres():
        with shop.server.database() as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    report(f"{database_engine}: a full {disk.what}", 1,
           f"{SECONDS:g} s: {refused} writes refused by 503 or 507, reads served, went on without a restart")
