"""`haat backup` and `haat restore`: a shop that is being used, in one file, and back again."""
import contextlib
import os
import pathlib
import re
import resource
import shutil
import sqlite3
import subprocess
import tarfile
import threading

import pytest
import requests

from support.images import png
from support.server import PASSED_ON, Server, find_binary
from support.shop import Shop, unique

WITHIN_S = 120


@pytest.fixture(scope="module", autouse=True)
def on_the_embedded_database(database_engine):
    if database_engine == "postgres":
        pytest.skip("backups are of the embedded database: PostgreSQL has pg_dump")


def haat(server, *arguments, **options):
    """Runs a command with the server's settings."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment.update({name: value for name, value in server.settings.items() if value is not None})
    return subprocess.run([find_binary(), *map(str, arguments)], cwd=server.folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WITHIN_S, **options)


def back_up(server, to):
    done = haat(server, "backup", "--to", to)
    assert done.returncode == 0, done.stderr
    return done.stdout


def tables_of(database):
    with contextlib.closing(sqlite3.connect(database)) as connection:
        names = [name for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0 ORDER BY name")]
        return {name: sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"'))) for name in names}


def files_in(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def shop(start_server):
    """A shop with keys of its own making, an image, products and a user who is logged in."""
    made = Shop(start_server(SECRET_KEY_ACCESS_TOKEN=None, SECRET_KEY_REFRESH_TOKEN=None))
    made.image = made.admin.post("/api/image", files={"image": ("a.png", png(), "image/png")}).json()["data"]["url"]
    made.some_product = made.product()
    made.shopper = made.user()
    made.cart_item(made.shopper, made.some_product)
    return made


@pytest.fixture
def elsewhere():
    """A server that has not been started yet, on a folder of its own."""
    server = Server(SECRET_KEY_ACCESS_TOKEN=None, SECRET_KEY_REFRESH_TOKEN=None)
    yield server
    server.discard()


@pytest.fixture(scope="module")
def backup(shop):
    path = shop.server.folder / "shop.tar"
    back_up(shop.server, path)
    return path


def test_a_backup_is_one_file_that_only_its_owner_reads_and_leaves_nothing_beside_it(shop, backup):
    assert backup.stat().st_mode & 0o777 == 0o600
    assert not list(backup.parent.glob("shop.tar*unfinished*"))
    with tarfile.open(backup) as tar:
        members = tar.getmembers()
        assert {member.mode for member in members} == {0o600}
        names = [member.name for member in members]
    assert names[:2] == ["MANIFEST.json", "haat.db"]
    assert {"secrets/access.key", "secrets/refresh.key", "secrets/otp.key"} <= set(names)
    assert "media/Ecommerce_images/" + shop.image.rsplit("/", 1)[1] in names


def test_a_restored_shop_is_the_same_down_to_its_sessions(shop, backup, elsewhere):
    done = haat(elsewhere, "restore", "--from", backup)
    assert done.returncode == 0, done.stderr
    assert re.search(r"1 products, \d+ users, 1 images, 3 keys", done.stdout), done.stdout
    assert (elsewhere.data_dir / "secrets").stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in (elsewhere.data_dir / "secrets").iterdir()} == {0o600}
    with tarfile.open(backup) as tar:
        tar.extractall(elsewhere.folder / "unpacked")
    assert tables_of(elsewhere.data_dir / "haat.db") == tables_of(elsewhere.folder / "unpacked" / "haat.db")
    assert files_in(elsewhere.data_dir / "media") == files_in(shop.server.data_dir / "media")
    assert not list(elsewhere.data_dir.glob("restore*")) and not list(elsewhere.data_dir.glob("*restored*"))

    elsewhere.start()
    token = {"Authorization": f"Bearer {shop.shopper.token}"}
    cart = requests.get(elsewhere.base_url + "/api/cart", headers=token, timeout=10).json()
    assert [item["productId"]["_id"] for item in cart["data"]] == [shop.some_product["_id"]]
    image = requests.get(elsewhere.base_url + "/media/" + shop.image.split("/media/")[1], timeout=10)
    assert image.status_code == 200 and image.content[:4] == b"RIFF"


def test_a_backup_under_writes_has_all_that_was_acknowledged_before_it(shop, elsewhere):
    body = shop.product_body()
    stopped, acknowledged = threading.Event(), []

    def write(number):
        account = shop.admin.second_session()
        while not stopped.is_set():
            response = account.post("/api/product/create", json={**body, "name": unique(f"Busy {number} ")})
            assert response.status_code == 201, response.text
            acknowledged.append(response.json()["data"]["_id"])

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    try:
        path = shop.server.folder / "busy.tar"
        for _ in range(5):  # each in place of the one before
            while len(acknowledged) < 20:
                stopped.wait(0.01)
            before, began_with = list(acknowledged), len(acknowledged)
            back_up(shop.server, path)
            assert len(acknowledged) > began_with, "the shop took writes meanwhile"
    finally:
        stopped.set()
        for writer in writers:
            writer.join()
    assert haat(elsewhere, "restore", "--from", path).returncode == 0
    with contextlib.closing(sqlite3.connect(elsewhere.data_dir / "haat.db")) as restored:
        kept = {name for (name,) in restored.execute("SELECT id FROM products")}
        assert set(before) <= kept
        assert restored.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert restored.execute("SELECT count(*) FROM product_search").fetchone()[0] == len(kept)


def test_a_running_shop_is_not_restored_over_even_by_force(shop, backup):
    for force in ([], ["--force"]):
        done = haat(shop.server, "restore", "--from", backup, *force)
        assert done.returncode == 1 and "in use by another haat process" in done.stderr
    assert shop.shopper.is_alive()


def test_a_folder_with_a_shop_is_restored_over_by_force_only_and_the_old_one_is_put_aside(backup, elsewhere):
    newer = Shop(elsewhere.start())
    newer.product()
    elsewhere.stop()
    before = files_in(elsewhere.data_dir)
    done = haat(elsewhere, "restore", "--from", backup)
    assert done.returncode == 1
    assert "newer than the backup" in done.stderr and "--force" in done.stderr
    assert files_in(elsewhere.data_dir) == before

    done = haat(elsewhere, "restore", "--from", backup, "--force")
    assert done.returncode == 0, done.stderr
    aside = pathlib.Path(re.search(r"What was there is in (.*)\.", done.stdout)[1])
    assert files_in(aside / "secrets") == {
        name.removeprefix("secrets/"): data for name, data in before.items() if name.startswith("secrets/")}
    assert "haat.db" in files_in(aside)
    assert Shop(elsewhere.start()).anyone.get("/api/product/all").json()["pagination"]["totalProducts"] == 1


def test_a_restore_that_was_cut_off_is_noticed_and_can_be_done_again(backup, elsewhere):
    assert haat(elsewhere, "restore", "--from", backup).returncode == 0
    (elsewhere.data_dir / "restore.unfinished-mark").touch()
    refused = haat(elsewhere, "serve")
    assert refused.returncode == 1 and "run haat restore again" in refused.stderr
    assert haat(elsewhere, "restore", "--from", backup, "--force").returncode == 0
    elsewhere.start()


def test_a_damaged_file_is_refused_and_nothing_is_made_of_it(backup, elsewhere):
    whole = backup.read_bytes()
    bad = elsewhere.folder / "bad.tar"
    flipped = bytearray(whole)
    flipped[len(whole) // 3] ^= 1
    for contents, why in ((b"", "cut off"), (whole[:-512], "cut off"), (whole[:len(whole) // 2], "cut off"),
                          (whole[:-1], "cut off"), (bytes(flipped), "damaged"), (whole + b"\0", "cut off"),
                          (b"not a backup at all" * 100, "no backup")):
        bad.write_bytes(contents)
        for arguments in ((), ("--check",)):
            done = haat(elsewhere, "restore", "--from", bad, *arguments)
            assert done.returncode == 1, why
            assert str(bad) in done.stderr and why in done.stderr
    done = haat(elsewhere, "restore", "--from", elsewhere.folder / "none.tar")
    assert done.returncode == 1 and "No such file" in done.stderr
    assert set(files_in(elsewhere.data_dir)) <= {"haat.lock", "haat.db.lock"}
    assert haat(elsewhere, "restore", "--check", "--from", backup).returncode == 0
    assert set(files_in(elsewhere.data_dir)) <= {"haat.lock", "haat.db.lock"}


def reseal(path, change):
    """Rewrites a member of a backup, and seals it again, as a newer program would have."""
    import hashlib
    import io
    packed = io.BytesIO()
    with tarfile.open(path) as old, tarfile.open(fileobj=packed, mode="w") as new:
        for member in old.getmembers():
            name, data = change(member.name, old.extractfile(member).read())
            member.name, member.size = name, len(data)
            new.addfile(member, io.BytesIO(data))
    data = packed.getvalue()
    seal = f"sealed-tar-1 sha256 {hashlib.sha256(data).hexdigest()}\n".encode()
    path.write_bytes(data + seal.ljust(512, b"\0"))


@pytest.mark.parametrize("change,why", [
    (lambda name, data: (name, data.replace(b'"format":1', b'"format":2')), "format 2"),
    (lambda name, data: (name, re.sub(rb'"schema":\d+', b'"schema":9999', data)), "use the newer version"),
    (lambda name, data: (name, re.sub(rb'"products":\d+', b'"products":7', data)), "has not the rows"),
    (lambda name, data: (name.replace("access.key", "../../access.key"), data), "a file that no backup has"),
    (lambda name, data: (name.replace("haat.db", "other.db"), data), "a file that no backup has"),
    (lambda name, data: (name, b"{}" if name == "MANIFEST.json" else data), "manifest"),
    (lambda name, data: (name, data[:5000] + b"\xff" * 4000 + data[9000:] if name == "haat.db" else data),
     "damaged"),
])
def test_a_whole_file_that_does_not_fit_is_refused(backup, elsewhere, change, why):
    other = elsewhere.folder / "other.tar"
    shutil.copy(backup, other)
    reseal(other, change)
    done = haat(elsewhere, "restore", "--from", other)
    assert done.returncode == 1
    assert why in done.stderr, done.stderr
    assert not (elsewhere.data_dir / "haat.db").exists()


def test_a_backup_replaces_backups_and_nothing_else(shop, backup):
    precious = shop.server.folder / "precious"
    precious.write_text("not a backup")
    for target in (precious, shop.server.data_dir / "haat.db", shop.server.folder):
        done = haat(shop.server, "backup", "--to", target)
        assert done.returncode == 1, target
    assert precious.read_text() == "not a backup"
    assert shop.shopper.is_alive()


def test_a_backup_that_does_not_fit_leaves_the_one_before(shop, backup):
    before = backup.read_bytes()

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    # Python ignores SIGXFSZ, and here the program inherits that: writes fail as they do on a full disk.
    done = haat(shop.server, "backup", "--to", backup, preexec_fn=small_disk, restore_signals=False)
    assert done.returncode == 1 and "haat:" in done.stderr
    assert backup.read_bytes() == before
    assert not list(backup.parent.glob("*unfinished*"))


@pytest.mark.parametrize("folder", ["secrets", "media", "media/Ecommerce_images"])
def test_what_cannot_be_read_is_no_empty_folder(elsewhere, folder):
    elsewhere.start()
    elsewhere.stop()
    target, path = elsewhere.folder / "x.tar", elsewhere.data_dir / folder
    shutil.rmtree(path)
    assert back_up(elsewhere, target)
    target.unlink()
    path.write_text("no folder")  # not even root can list it
    done = haat(elsewhere, "backup", "--to", target)
    assert done.returncode == 1 and folder in done.stderr and "cannot be read" in done.stderr
    assert not target.exists()


def test_a_database_elsewhere_is_not_restored_over_while_another_folder_serves_it(backup, elsewhere):
    elsewhere.start()
    other = Server(DATABASE_URL=f"sqlite:{elsewhere.data_dir / 'haat.db'}")
    done = haat(other, "restore", "--from", backup, "--force")
    assert done.returncode == 1 and "haat.db is in use by another haat process" in done.stderr
    other.discard()


def test_a_folder_without_a_database_is_not_backed_up(elsewhere):
    done = haat(elsewhere, "backup", "--to", elsewhere.folder / "x.tar")
    assert done.returncode == 1 and "there is no database" in done.stderr
    assert not elsewhere.data_dir.exists()
