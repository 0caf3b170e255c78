"""Small pictures to upload, and a look at what came of them. Each is 40 x 20, blue at its left."""
import base64
import struct
import zlib

LOCATION_IN_EXIF = b"SECRETPLACE"

# With EXIF data: to be turned a quarter before it is shown, and where it was taken.
JPEG_ON_ITS_SIDE = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/4QBORXhpZgAATU0AKgAAAAgAAwEOAAIAAAAMAAAAMgEPAAIAAAAHAAAAPgESAAMAAAABAAYA"
    "AAAAAABTRUNSRVRQTEFDRQBDQU1FUkEAAP/bAEMAEAsMDgwKEA4NDhIREBMYKBoYFhYYMSMlHSg6Mz08OTM4N0BIXE5ARFdFNzhQ"
    "bVFXX2JnaGc+TXF5cGR4XGVnY//bAEMBERISGBUYLxoaL2NCOEJjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Nj"
    "Y2NjY2NjY2NjY2NjY//AABEIABQAKAMBIgACEQEDEQH/xAAfAAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgv/xAC1EAACAQMD"
    "AgQDBQUEBAAAAX0BAgMABBEFEiExQQYTUWEHInEUMoGRoQgjQrHBFVLR8CQzYnKCCQoWFxgZGiUmJygpKjQ1Njc4OTpDREVGR0hJ"
    "SlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX"
    "2Nna4eLj5OXm5+jp6vHy8/T19vf4+fr/xAAfAQADAQEBAQEBAQEBAAAAAAAAAQIDBAUGBwgJCgv/xAC1EQACAQIEBAMEBwUEBAAB"
    "AncAAQIDEQQFITEGEkFRB2FxEyIygQgUQpGhscEJIzNS8BVictEKFiQ04SXxFxgZGiYnKCkqNTY3ODk6Q0RFRkdISUpTVFVWV1hZ"
    "WmNkZWZnaGlqc3R1dnd4eXqCg4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2dri4+Tl"
    "5ufo6ery8/T19vf4+fr/2gAMAwEAAhEDEQA/AOUooor685y1Zfx/hVmq1l/H+FWa+SzL/epfL8kfSYH/AHePz/NhRRRXnnYZlFFF"
    "fenx5asv4/wqzRRXyWZf71L5fkj6TA/7vH5/mwooorzzsP/Z")
WEBP = base64.b64decode(
    "UklGRmgAAABXRUJQVlA4IFwAAABwBACdASooABQAPtFYpEuoJSOhsAgBABoJQBghesCAVf/uAAF7lM5YANIXAAD+771X/5Z/+f38"
    "Xe/GHq5W6oT/B1yiRKPg65PuI6d/p+3WOqLb4jzl6rZTqw4AAA==")
GIF = base64.b64decode(
    "R0lGODdhKAAUAIEAAMgeHhQU3AAAAAAAACwAAAAAKAAUAEAIWgADCBxIsGBBAAgTKly40KBDhwwjRnxIcaDEiwkrVsSIUSNFjhc9"
    "PgQpUSREkgxNGkSZUiVBlg1dWoSZUaZAmjVt4kRo8+bOngF2AgAqlOjPnkWRHtW5VKbQgAA7")
AVIF = base64.b64decode(
    "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "AA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAEOAAEAAAAAAAAAJAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEA"
    "AGF2MDEAAAAAamlwcnAAAABLaXBjbwAAABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EADAAAAAAUaXNwZQAAAAAAAAAoAAAAFAAA"
    "ABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgYIDhAAAACxtZGF0EgAKCRgVJ5sECAgaEDIVRsAAABTfAY+RCLxZylGh"
    "ItNx/DsY")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>alert(1)</script></svg>'


def png(width=40, height=20):
    """A black picture of one bit a pixel: also of sizes that nobody should decode."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = bytes(1 + (width + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def size_of_webp(data):
    """(width, height) out of the header of a WebP picture."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WEBP", "no WebP"
    kind, body = data[12:16], data[20:]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    assert kind == b"VP8 "
    width, height = struct.unpack("<HH", body[6:10])
    return width & 0x3FFF, height & 0x3FFF
