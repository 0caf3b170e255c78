"""Requests that two readers could understand in two ways. Each hides GET /smuggled, for which nobody asked."""

HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: shop\r\n\r\n"
POST = b"POST /api/user/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n"


def post(*lines, body=b""):
    return POST + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body


def chunked(line, body=b"0\r\n\r\n" + HIDDEN):
    return post(b"Content-Length: " + str(len(body)).encode(), line, body=body)


# name: bytes that have to be refused, by an error and the end of the connection.
REFUSED = {
    "length and chunked": chunked(b"Transfer-Encoding: chunked"),
    "chunked, length too short": post(b"Transfer-Encoding: chunked", b"Content-Length: 3", body=b"0\r\n\r\n" + HIDDEN),
    "two lengths": post(b"Content-Length: 0", b"Content-Length: " + str(len(HIDDEN)).encode(), body=HIDDEN),
    "two equal lengths": post(b"Content-Length: 2", b"Content-Length: 2", body=b"{}" + HIDDEN),
    "a list of lengths": post(b"Content-Length: 2, 2", body=b"{}" + HIDDEN),
    "length with a plus": post(b"Content-Length: +2", body=b"{}" + HIDDEN),
    "negative length": post(b"Content-Length: -1", body=HIDDEN),
    "hexadecimal length": post(b"Content-Length: 0x2", body=b"{}" + HIDDEN),
    "length with a space inside": post(b"Content-Length: 0 2", body=b"{}" + HIDDEN),
    "length beyond 64 bits": post(b"Content-Length: 18446744073709551618", body=b"{}" + HIDDEN),
    "length with a vertical tab": post(b"Content-Length: \x0b2", body=b"{}" + HIDDEN),
    "coding twice": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
    "coding and another": post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: identity", body=b"0\r\n\r\n" + HIDDEN),
    "coding in a list": chunked(b"Transfer-Encoding: identity, chunked"),
    "coding doubled in a list": chunked(b"Transfer-Encoding: chunked, chunked"),
    "unknown coding": chunked(b"Transfer-Encoding: xchunked"),
    "coding with a space before the colon": chunked(b"Transfer-Encoding : chunked"),
    "coding with a tab before the colon": chunked(b"Transfer-Encoding\t: chunked"),
    "coding behind a vertical tab": chunked(b"Transfer-Encoding: \x0bchunked"),
    "coding with a NUL": chunked(b"Transfer-Encoding: chunked\x00"),
    "coding in quotes": chunked(b'Transfer-Encoding: "chunked"'),
    "coding on a folded line": chunked(b"Transfer-Encoding:\r\n chunked"),
    "a folded line": chunked(b"X: a\r\n Transfer-Encoding: chunked"),
    "coding behind a bare LF": chunked(b"X: a\nTransfer-Encoding: chunked"),
    "coding behind a bare CR": chunked(b"X: a\rTransfer-Encoding: chunked"),
    "coding of HTTP/1.0": chunked(b"Transfer-Encoding: chunked").replace(b"HTTP/1.1", b"HTTP/1.0", 1),
    "a line without a colon": post(b"Transfer-Encoding chunked", body=HIDDEN),
    "an empty name": post(b": x", b"Content-Length: 2", body=b"{}" + HIDDEN),
    "a NUL in a name": post(b"Transfer\x00-Encoding: chunked", body=HIDDEN),
    "lines by LF alone": b"GET / HTTP/1.1\nHost: shop\n\n" + HIDDEN,
    "a head that ends by LF LF": b"GET / HTTP/1.1\r\nHost: shop\n\n" + HIDDEN,
    "HTTP/0.9": b"GET /\r\n" + HIDDEN,
    "HTTP/2 without asking": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + HIDDEN,
    "a version of three numbers": b"GET / HTTP/1.1.1\r\nHost: shop\r\n\r\n" + HIDDEN,
    "a space in the target": b"GET /a b HTTP/1.1\r\nHost: shop\r\n\r\n" + HIDDEN,
    "a NUL in the target": b"GET /a\x00b HTTP/1.1\r\nHost: shop\r\n\r\n" + HIDDEN,
    "two hosts": b"GET / HTTP/1.1\r\nHost: shop\r\nHost: evil\r\n\r\n" + HIDDEN,
    "no host": b"GET / HTTP/1.1\r\n\r\n" + HIDDEN,
    "chunk size with a plus": post(b"Transfer-Encoding: chunked", body=b"+2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
    "chunk size in 0x": post(b"Transfer-Encoding: chunked", body=b"0x2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
    "chunk size negative": post(b"Transfer-Encoding: chunked", body=b"-2\r\n{}\r\n0\r\n\r\n" + HIDDEN),
    "chunk size beyond 64 bits": post(b"Transfer-Encoding: chunked", body=b"10000000000000002\r\n{}\r\n0\r\n\r\n" + HIDDEN),
    "chunk line by LF alone": post(b"Transfer-Encoding: chunked", body=b"2\n{}\r\n0\r\n\r\n" + HIDDEN),
    "chunk data longer than said": post(b"Transfer-Encoding: chunked", body=b"2\r\n{}x\r\n0\r\n\r\n" + HIDDEN),
    "chunk end by LF alone": post(b"Transfer-Encoding: chunked", body=b"2\r\n{}\n0\n\n" + HIDDEN),
    "a chunk extension of 64 KiB": post(b"Transfer-Encoding: chunked",
                                        body=b"2;" + b"a" * 65536 + b"\r\n{}\r\n0\r\n\r\n" + HIDDEN),
    "LF in a chunk extension": post(b"Transfer-Encoding: chunked", body=b"2;\n{}\r\n0\r\n\r\n" + HIDDEN),
    "trailers without end": post(b"Transfer-Encoding: chunked", body=b"0\r\n" + b"X: y\r\n" * 4000 + b"\r\n" + HIDDEN),
}
