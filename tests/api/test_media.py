"""Uploads: what is taken, what becomes of it, what is refused."""
import time
import urllib.parse

import pytest

from support import images
from support.expect import expect_data, expect_error
from support.parallel import at_once, statuses
from support.raw import RawConnection, ask
from support.shop import Shop

UPLOAD = "/api/image"
AVATAR = "/api/user/upload-avatar"
MIB = 1024 * 1024
BOUNDARY = "----boundary-of-the-tests"


def upload(admin, data, name="picture.png", content_type="image/png", field="image"):
    return admin.post(UPLOAD, files={field: (name, data, content_type)})


def expect_stored(response):
    data = expect_data(response, 200, "Upload done")
    assert list(data) == ["url", "public_id"]
    assert data["public_id"].startswith("Ecommerce_images/")
    return data


def path_of(url):
    """Where this server serves it: the address begins with what the shop calls itself."""
    path = urllib.parse.urlsplit(url).path
    assert path.startswith("/media/"), url
    return path


def fetch(client, url, **headers):
    response = client.get(path_of(url), headers=headers)
    assert response.status_code == 200
    return response


def send_form(client, body, content_type=f"multipart/form-data; boundary={BOUNDARY}"):
    return client.send_text("POST", UPLOAD, body, content_type)


def form_of(*parts, end=True):
    body = b"".join(f"--{BOUNDARY}\r\n".encode() + part + b"\r\n" for part in parts)
    return body + (f"--{BOUNDARY}--\r\n".encode() if end else b"")


def file_part(data, disposition='form-data; name="image"; filename="a.png"'):
    return f"Content-Disposition: {disposition}\r\nContent-Type: image/png\r\n\r\n".encode() + data


# --- what is taken


@pytest.mark.parametrize("data",
                         [images.png(), images.JPEG_ON_ITS_SIDE, images.WEBP, images.GIF, images.AVIF],
                         ids=["png", "jpeg", "webp", "gif", "avif"])
def test_a_picture_is_kept_as_webp(admin, anyone, data):
    stored = expect_stored(upload(admin, data))
    response = fetch(anyone, stored["url"])
    assert response.headers["Content-Type"] == "image/webp"
    assert sorted(images.size_of_webp(response.content)) == [20, 40]


def test_the_content_decides_whatever_name_and_type_say(admin, anyone):
    stored = expect_stored(upload(admin, images.GIF, "../../etc/passwd.txt", "text/html"))
    assert images.size_of_webp(fetch(anyone, stored["url"]).content) == (40, 20)
    assert "passwd" not in stored["url"]


def test_a_picture_is_turned_upright_and_loses_its_metadata(admin, anyone):
    assert images.LOCATION_IN_EXIF in images.JPEG_ON_ITS_SIDE
    data = fetch(anyone, expect_stored(upload(admin, images.JPEG_ON_ITS_SIDE))["url"]).content
    assert images.size_of_webp(data) == (20, 40)
    assert images.LOCATION_IN_EXIF not in data and b"EXIF" not in data


def test_a_payload_behind_the_picture_is_not_kept(admin, anyone):
    data = fetch(anyone, expect_stored(upload(admin, images.png() + b"<?php evil(); ?>"))["url"]).content
    assert b"php" not in data


def test_each_upload_has_a_name_of_its_own(admin):
    assert expect_stored(upload(admin, images.GIF))["url"] != expect_stored(upload(admin, images.GIF))["url"]


def test_a_stored_picture_is_served_to_anyone_for_ever(admin, anyone):
    url = expect_stored(upload(admin, images.png()))["url"]
    response = fetch(anyone, url)
    assert "immutable" in response.headers["Cache-Control"]
    etag = response.headers["ETag"]
    assert anyone.get(path_of(url), headers={"If-None-Match": etag}).status_code == 304
    head = anyone.head(path_of(url))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(response.content))


def test_a_stored_picture_outlives_a_restart(start_server):
    shop = Shop(start_server())
    url = expect_stored(upload(shop.admin, images.png()))["url"]
    shop.server.restart()
    fetch(shop.anyone, url)


# --- the avatar


def test_an_avatar_joins_the_profile(user):
    response = user.put(AVATAR, files={"avatar": ("me.png", images.png(), "image/png")})
    data = expect_data(response, 200, "Avatar Successfully Added")
    assert list(data) == ["_id", "avatar"] and data["_id"] == user.id
    fetch(user, data["avatar"])
    assert user.fetch_profile()["avatar"] == data["avatar"]


def test_a_user_has_twenty_avatars_an_hour(start_server):
    """Each stays on the disk."""
    shop = Shop(start_server(RATE_LIMITS=None))
    user = shop.user()
    stored = [user.put(AVATAR, files={"avatar": ("me.png", images.png(), "image/png")}) for _ in range(21)]
    assert [answer.status_code for answer in stored] == [200] * 20 + [429]
    expect_error(stored[-1], "too_many_requests", order="E")
    assert len(list((shop.server.data_dir / "media").rglob("*.webp"))) == 20


def test_a_new_avatar_replaces_the_old(user):
    urls = [user.put(AVATAR, files={"avatar": ("me.png", images.png(), "image/png")}).json()["data"]["avatar"]
            for _ in range(2)]
    assert urls[0] != urls[1] and user.fetch_profile()["avatar"] == urls[1]


def test_a_refused_avatar_leaves_the_old(user):
    url = user.put(AVATAR, files={"avatar": ("me.png", images.png(), "image/png")}).json()["data"]["avatar"]
    expect_error(user.put(AVATAR, files={"avatar": ("me.svg", images.SVG)}), "unsupported_image")
    assert user.fetch_profile()["avatar"] == url


@pytest.mark.parametrize("arguments", [{}, {"json": {}}, {"files": {"other": (None, "text")}}],
                         ids=["nothing", "json", "text field"])
def test_no_avatar_is_400(user, arguments):
    response = user.put(AVATAR, **arguments)
    assert response.status_code == 400 and response.json()["code"] in ("no_image", "invalid_multipart")


# --- no file


@pytest.mark.parametrize("body", [
    f"--{BOUNDARY}--\r\n".encode(),
    form_of(b'Content-Disposition: form-data; name="image"\r\n\r\ntext'),
    form_of(file_part(images.GIF, 'form-data; name="image"')),
], ids=["no parts", "a text field", "no file name"])
def test_a_form_without_a_file_is_400(admin, body):
    expect_error(send_form(admin, body), "no_image")


def test_no_form_at_all_is_400(admin):
    expect_error(admin.post(UPLOAD), "no_image")
    expect_error(admin.post(UPLOAD, json={}), "no_image")


# --- broken or wrong forms


def test_another_field_is_400(admin):
    expect_error(upload(admin, images.png(), field="picture"), "invalid_multipart")


def test_two_files_are_400(admin):
    expect_error(send_form(admin, form_of(file_part(images.GIF), file_part(images.GIF))), "invalid_multipart")


@pytest.mark.parametrize("body, content_type", [
    (form_of(file_part(images.GIF), end=False), f"multipart/form-data; boundary={BOUNDARY}"),
    (form_of(file_part(images.GIF)), "multipart/form-data"),
    (form_of(file_part(images.GIF)), "multipart/form-data; boundary="),
    (form_of(file_part(images.GIF)), "multipart/form-data; boundary=" + "b" * 200),
    (form_of(b"no headers and no end"), f"multipart/form-data; boundary={BOUNDARY}"),
    (form_of(b"X-Long: " + b"a" * 70000 + b"\r\n\r\nx"), f"multipart/form-data; boundary={BOUNDARY}"),
    (b"garbage", f"multipart/form-data; boundary={BOUNDARY}"),
], ids=["cut off", "no boundary", "empty boundary", "long boundary", "no part headers", "long part headers",
        "garbage"])
def test_a_broken_form_is_400(admin, body, content_type):
    response = send_form(admin, body, content_type)
    assert response.status_code == 400 and response.json()["code"] in ("invalid_multipart", "no_image"), response.text


# --- what is no picture, or too large


@pytest.mark.parametrize("data",
                         [b"text", images.SVG, b"%PDF-1.7\n", b"II*\0" + bytes(100), b"BM" + bytes(100),
                          b"<?php ?>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0" + bytes(50)],
                         ids=["text", "svg", "pdf", "tiff", "bmp", "php", "cut png", "cut jpeg"])
def test_anything_but_the_five_kinds_is_415(admin, data):
    expect_error(upload(admin, data), "unsupported_image")


def test_an_empty_file_is_refused(admin):
    assert upload(admin, b"").status_code in (400, 415)


def test_a_picture_of_too_many_pixels_is_413_before_it_is_decoded(admin):
    bomb = images.png(16000, 16000)
    assert len(bomb) < 5 * MIB
    began = time.monotonic()
    expect_error(upload(admin, bomb), "image_too_large")
    assert time.monotonic() - began < 15  # no hang; image_test.cpp measures what it costs


def test_a_file_just_under_5_mib_is_looked_at(admin):
    expect_stored(upload(admin, images.png() + bytes(5 * MIB - len(images.png()) - 1)))


def test_a_file_of_5_mib_is_413(admin):
    assert upload(admin, images.png() + bytes(5 * MIB - len(images.png()))).status_code == 413


def test_a_file_too_large_is_413_while_it_streams_in(server, admin):
    head = form_of(file_part(b""), end=False)
    with RawConnection(server) as connection:
        connection.send(f"POST {UPLOAD} HTTP/1.1", "Host: {host}", f"Authorization: Bearer {admin.token}",
                        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
                        "Content-Length: 1000000000", body=head)
        try:
            for _ in range(6):
                connection.send_bytes(bytes(MIB))
        except (BrokenPipeError, ConnectionResetError):
            pass  # the answer is there already
        assert connection.read_answer().status == 413


def test_a_refused_upload_leaves_no_file(server, admin):
    folder = server.data_dir / "media"
    before = sorted(folder.rglob("*")) if folder.exists() else []
    upload(admin, images.SVG)
    send_form(admin, form_of(file_part(images.GIF), end=False))
    assert (sorted(folder.rglob("*")) if folder.exists() else []) == before


# --- serving


@pytest.mark.parametrize("path",
                         ["/media/../haat.db", "/media/%2e%2e/haat.db", "/media/..%2fhaat.db",
                          "/media/%2e%2e%2fhaat.db", "/media/Ecommerce_images/../../haat.db",
                          "/media/Ecommerce_images/%2e%2e%2f%2e%2e%2fhaat.db",
                          "/media/Ecommerce_images/..%5chaat.db", "/media/%00", "/media/", "/media",
                          "/media//etc/passwd", "/media/Ecommerce_images/",
                          "/media/Ecommerce_images/nope.webp"])
def test_nothing_but_stored_pictures_is_served(server, path):
    assert ask(server, f"GET {path} HTTP/1.1", "Host: {host}").status in (400, 404)


def test_uploads_at_the_same_time_do_not_mix(admin, anyone):
    sizes = [(8 + number, 8) for number in range(8)]
    responses = at_once(8, lambda number: upload(admin, images.png(*sizes[number])))
    assert set(statuses(responses)) <= {200, 503}
    for size, response in zip(sizes, responses):
        if response.status_code == 200:
            assert images.size_of_webp(fetch(anyone, response.json()["data"]["url"]).content) == size
