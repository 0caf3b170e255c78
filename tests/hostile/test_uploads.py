"""Forms and pictures made to hurt: refused soon, in little memory, and nothing of them is kept."""
import collections
import struct
import time
import zlib

import pytest

from crowd import Crowd
from support import images
from support.pressure import Bystander, is_sanitized, memory_mb, sized
from support.raw import RawConnection

pytestmark = pytest.mark.usefixtures("cleanly")

UPLOAD = "/api/image"
B = "b-of-the-tests"
FORM = f"multipart/form-data; boundary={B}"
MIB = 1024 * 1024
SOON_S = sized(30, 5)  # small runs share a busy machine, and run with sanitizers; the report has the figures
GROWTH_MB = 24
UPLOADS_MB, CONNECTION_MB = 16 * 5, 0.1  # what all uploads may hold (media/media.hpp), and a connection beside it


def part(data=b"x", disposition='form-data; name="image"; filename="a.png"', more=b""):
    return f"--{B}\r\nContent-Disposition: {disposition}\r\n".encode() + more + b"\r\n" + data + b"\r\n"


END = f"--{B}--\r\n".encode()
FORMS = {
    "100,000 parts": part(b"", 'form-data; name="x"') * 40_000 + END,
    "100,000 empty parts": f"--{B}\r\n\r\n\r\n".encode() * 100_000 + END,
    "nothing but delimiters": f"--{B}\r\n".encode() * 100_000,
    "nothing but line ends": b"\r\n" * 1_000_000,
    "nothing but dashes": b"--" * 1_000_000,
    "nearly a delimiter, again and again": part(f"\r\n--{B[:-1]}".encode() * 100_000) + END,
    "a head of 1 MB": part(more=b"X: " + b"a" * MIB + b"\r\n") + END,
    "10,000 lines in a head": part(more=b"X: a\r\n" * 10_000) + END,
    "a name of 1 MB": part(disposition='form-data; name="' + "a" * MIB + '"') + END,
    "10,000 parameters": part(disposition="form-data" + "; a=b" * 10_000) + END,
    "quotes without end": part(disposition='form-data; name="' + '\\"' * 3_000) + END,
    "an empty name": part(disposition='form-data; name=""; filename="a"') + END,
    "no name": part(disposition="form-data") + END,
    "brackets in a name": part(disposition='form-data; name="image[]['"a"']"; filename="a"') + END,
    "__proto__": part(disposition='form-data; name="__proto__"; filename="a"') + END,
    "a form in a form": part(f"--{B}\r\n".encode() + part() + END, more=b"Content-Type: multipart/mixed; boundary=c\r\n") + END,
    "cut off in a head": f"--{B}\r\nContent-Disposition: form-data; na".encode(),
    "cut off in a file": part(b"abc")[:-5],
    "no end": part(b"abc"),
    "the same field twice": part() + part() + END,
    "a NUL in a name": part(disposition='form-data; name="image\0"; filename="a"') + END,
    "text of 1 MB before the file": part(b"a" * MIB, 'form-data; name="t"') + part() + END,
    "6 MB after the end": part(b"a") + END + b"z" * 6 * MIB,
}
TYPES = ["multipart/form-data", "multipart/form-data; boundary=", 'multipart/form-data; boundary="', "multipart/mixed; boundary=b",
         "multipart/form-data; boundary=" + "b" * 71, "multipart/form-data; boundary=b; boundary=c",
         "multipart/form-data; boundary=\x01", "multipart/form-data; boundary*=utf-8''b", "multipart/form-data;" * 500]


def send_raw(shop, body, content_type=FORM):
    """The status of an upload; None when the connection ended before the answer, which may happen to who keeps
    sending."""
    with RawConnection(shop.server) as connection:
        connection.send("POST /api/image HTTP/1.1", "Host: {host}", f"Authorization: Bearer {shop.admin.token}",
                        f"Content-Type: {content_type}", f"Content-Length: {len(body)}")
        try:
            connection.send_bytes(body)
        except (ConnectionResetError, BrokenPipeError):
            pass
        try:
            return connection.read_answer().status
        except (ConnectionResetError, AssertionError):
            return None


@pytest.mark.parametrize("name", FORMS)
def test_a_form_made_to_hurt_is_refused_soon(shop, name, report):
    before = memory_mb(shop.server)
    began = time.monotonic()
    for _ in range(sized(1, 20)):
        status = send_raw(shop, FORMS[name])
        assert status in (400, 413, 415, None), status
    took = (time.monotonic() - began) / sized(1, 20)
    assert took < SOON_S
    if not is_sanitized():
        assert memory_mb(shop.server) < before + GROWTH_MB
    report(f"form: {name}", sized(1, 20), f"{took * 1000:.0f} ms each")


@pytest.mark.parametrize("content_type", TYPES)
def test_a_boundary_that_is_none_is_refused(shop, content_type):
    assert send_raw(shop, part() + END, content_type) in (400, 415)


@pytest.mark.parametrize("filename", ["../../etc/passwd", "..\\\\..\\\\x", "%2e%2e%2fx", "a\\0.png", "CON", "a" * 4_000,
                                      "/absolute.png", ".htaccess", "x.php", "a.png;.exe", "&#x2e;"])
def test_no_name_decides_where_a_picture_goes(shop, filename):
    disposition = f'form-data; name="image"; filename="{filename}"'
    response = shop.admin.send_text("POST", UPLOAD, part(images.png(), disposition) + END, FORM)
    assert response.status_code == 200
    stored = response.json()["data"]["public_id"].rpartition("/")[2]
    assert len(stored) >= 16 and set(stored) <= set("0123456789abcdef")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width, height, bits=8, colour=2, more=b"", rows=b""):
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more +
            chunk(b"IDAT", zlib.compress(rows or bytes(100), 9)) + chunk(b"IEND", b""))


def gif_of(frames, side):
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00"
    return b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6) + frame * frames + b"\x3b"


SMALL = images.png()
PICTURES = {
    "50,000 x 50,000 PNG": png_of(50_000, 50_000),
    "65,535 x 65,535 GIF": gif_of(1, 65_535),
    "a GIF of 100,000 frames": gif_of(100_000, 1),
    "a PNG with 1,000 texts of 8 MB": SMALL[:33] + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(8 * MIB), 9)) * 400 + SMALL[33:],
    "a PNG with a profile of 100 MB": SMALL[:33] + chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(100 * MIB), 9)) + SMALL[33:],
    "a PNG with too long a chunk": SMALL[:33] + b"\xff\xff\xff\xfftEXt" + SMALL[33:],
    "a PNG without pixels": png_of(0, 0),
    "a JPEG that states 65,000 x 65,000": images.JPEG_ON_ITS_SIDE.replace(b"\x08\x00\x14\x00\x28", b"\x08\xfd\xe8\xfd\xe8"),
    "half a JPEG": images.JPEG_ON_ITS_SIDE[:600],
    "a JPEG and HTML": images.JPEG_ON_ITS_SIDE + b"<html><script>alert(1)</script>",
    "a WebP that states more": images.WEBP.replace(b"\x9d\x01\x2a\x28\x00\x14\x00", b"\x9d\x01\x2a\xff\x3f\xff\x3f"),
    "half an AVIF": images.AVIF[:200],
    "PDF": b"%PDF-1.7\n" + bytes(1000),
    "ZIP": b"PK\x03\x04" + bytes(1000),
    "TIFF": b"II*\0" + bytes(1000),
    "PSD": b"8BPS" + bytes(1000),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_made_to_hurt_is_refused_or_harmless(shop, name, report):
    before = memory_mb(shop.server)
    began = time.monotonic()
    status = send_raw(shop, part(PICTURES[name]) + END)
    took = time.monotonic() - began
    assert status in (200, 400, 413, 415)
    assert took < SOON_S
    if not is_sanitized():
        assert memory_mb(shop.server) < before + 200
    report(f"picture: {name}", 1, f"{status} after {took * 1000:.0f} ms")


def test_uploads_at_once_are_bounded_in_memory_and_keep_nobody_else_out(shop, report):
    """Beyond the places for uploads the answer is 503, not memory."""
    count, body = sized(48, 1_000), part(SMALL + bytes(sized(2, 4) * MIB)) + END
    head = (f"POST {UPLOAD} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer {shop.admin.token}\r\n"
            f"Content-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    sizes = [memory_mb(shop.server)]
    with Bystander(shop.server) as others, Crowd(shop.server, count) as crowd:
        found = collections.Counter(crowd.say_at_once(head + body, within_s=120,
                                                      meanwhile=lambda: sizes.append(memory_mb(shop.server))))
    assert not others.faults
    assert set(found) <= {200, 503, None} and found[200] > 0 and found[503] > 0, found
    grown = max(sizes) - sizes[0]
    if not is_sanitized():
        assert grown < UPLOADS_MB + GROWTH_MB + count * CONNECTION_MB
    report("uploads of 4 MB at once", count, f"{dict(found)}; +{grown:.0f} MB; {others.summary()}")
