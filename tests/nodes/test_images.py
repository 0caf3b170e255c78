"""Nodes that keep images in folders have to share one. One that does not is told so at its start and by haat doctor."""
import os
import shutil

import pytest
import requests

from support.images import png
from support.program import end_of
from support.server import Server
from support.shop import Shop, unique

WARNING = "images_of_this_node_only"
MARK = "media/folder.id"


@pytest.fixture
def node(postgres):
    """Makes nodes of one shop."""
    url, made = postgres.create_database(unique("images")), []

    def make():
        made.append(Server(DATABASE_URL=url))
        return made[-1]

    yield make
    for server in made:
        server.discard()


def warnings(server):
    return [record for record in server.log_records() if record.get("event", record.get("message")) == WARNING or
            WARNING in str(record)]


def doctor(server):
    """What it says of the images, as the node would be started."""
    _, told = end_of("doctor", DATABASE_URL=server.settings["DATABASE_URL"], DATA_DIR=str(server.data_dir))
    line, = [line for line in told.splitlines() if "images: " in line]
    return line


def share(one, other):
    """As a mounted folder would be."""
    other.data_dir.mkdir(mode=0o700, parents=True)
    os.symlink(one.data_dir / "media", other.data_dir / "media")


def test_a_node_with_a_folder_of_its_own_is_told_so(node):
    first, second = node(), node()
    assert doctor(first).startswith("ok")
    first.start()
    assert doctor(first).startswith("ok") and "the shop's" in doctor(first)
    assert doctor(second).startswith("warn") and "is not the folder" in doctor(second)
    second.start()
    assert warnings(first) == []
    warning, = warnings(second)
    assert str(second.data_dir / "media") in str(warning)
    assert doctor(second).startswith("warn"), "also when it has served"


def test_nodes_that_share_a_folder_serve_each_others_images(node):
    first, second = node().start(), node()
    share(first, second)
    assert doctor(second).startswith("ok")
    second.start()
    assert warnings(first) == warnings(second) == []
    stored = Shop(first).admin.post("/api/image", files={"image": ("a.png", png(), "image/png")}).json()["data"]
    path = stored["url"][stored["url"].index("/media/"):]
    assert requests.get(second.base_url + path, timeout=10).status_code == 200


def test_images_that_have_moved_with_their_mark_are_the_shops(node):
    first, second = node(), node()
    first.start().stop()
    shutil.copytree(first.data_dir / "media", second.data_dir / "media")
    second.data_dir.chmod(0o700)
    first.start()
    second.start()
    assert warnings(second) == []


def test_a_mark_that_cannot_be_read_keeps_nobody_from_serving(node):
    first = node()
    first.start().stop()
    (first.data_dir / MARK).write_text("nonsense\n")
    first.start()
    warning, = warnings(first)
    assert MARK in str(warning)
    assert doctor(first).startswith("warn")
