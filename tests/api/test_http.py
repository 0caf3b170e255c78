"""HTTP itself, mostly by hand: framing and routing."""
import json
import re
import socket
import time

import pytest

from support.answers import check_error_body, check_headers
from support.expect import UNKNOWN_ID, expect_data, expect_error
from support.raw import RawConnection, ask
from support.server import FRONTEND

HOST = "Host: {host}"
JSON = "Content-Type: application/json"
LOGIN = "POST /api/user/login HTTP/1.1"
MESSAGE_OF_EMPTY_LOGIN = "Email or password field is missing!"
KIB = 1024


def expect_refused_and_closed(server, status, *lines, body=b""):
    with RawConnection(server) as connection:
        connection.send(*lines, body=body)
        answer = connection.read_answer()
        assert answer.status == status
        check_headers(answer.headers, "/", FRONTEND)
        check_error_body(json.loads(answer.body), answer.headers)
        assert answer.headers.get("Connection", "").lower() == "close"
        assert connection.is_closed_by_server()


def message_of(answer):
    return json.loads(answer.body)["message"]


# --- connections


def test_an_empty_line_before_a_request_is_skipped(server):
    with RawConnection(server) as connection:
        for _ in range(2):
            connection.send_bytes(b"\r\n")
            time.sleep(0.2)
            connection.send("GET /livez HTTP/1.1", HOST)
            assert connection.read_answer().status == 200


def test_a_connection_serves_many_requests(server):
    with RawConnection(server) as connection:
        for _ in range(3):
            connection.send("GET / HTTP/1.1", HOST)
            assert connection.read_answer().status == 200


def test_connection_close_is_kept_to(server):
    with RawConnection(server) as connection:
        connection.send("GET / HTTP/1.1", HOST, "Connection: close")
        answer = connection.read_answer()
        assert answer.headers["Connection"].lower() == "close"
        assert connection.is_closed_by_server()


def test_the_last_answer_comes_whole_whatever_was_sent_behind_its_request(server):
    """What nobody reads any more does not reset the connection (RFC 9112, 9.6)."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * KIB)
        connection.settimeout(15)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n" + b"x" * 64 * KIB)
        time.sleep(0.5)
        answer = b""
        while data := connection.recv(64 * KIB):
            answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    assert len(body) == int(re.search(rb"Content-Length: (\d+)", head)[1])


def test_pipelined_requests_are_answered_in_order(server):
    paths = ["/", "/nope1", "/api/category/abc", "/nope2", "/"]
    with RawConnection(server) as connection:
        connection.send_bytes(b"".join(f"GET {path} HTTP/1.1\r\nHost: {connection.host}\r\n\r\n".encode()
                                       for path in paths))
        messages = [message_of(connection.read_answer()) for _ in paths]
    root = "Ecommerce Backend Server is Running"
    assert messages == [root, "Cannot GET /nope1", "Invalid category ID", "Cannot GET /nope2", root]


def test_pipelined_requests_with_bodies_keep_their_boundaries(server):
    with RawConnection(server) as connection:
        post = f"{LOGIN}\r\nHost: {connection.host}\r\n{JSON}\r\nContent-Length: 2\r\n\r\n{{}}"
        connection.send_bytes((post * 10).encode())
        assert [message_of(connection.read_answer()) for _ in range(10)] == [MESSAGE_OF_EMPTY_LOGIN] * 10


def test_a_request_may_arrive_byte_by_byte(server):
    with RawConnection(server) as connection:
        for byte in f"GET /nope HTTP/1.1\r\nHost: {connection.host}\r\n\r\n".encode():
            connection.send_bytes(bytes([byte]))
        assert message_of(connection.read_answer()) == "Cannot GET /nope"


def test_http_1_0_is_answered_and_closed(server):
    with RawConnection(server) as connection:
        connection.send("GET / HTTP/1.0")
        assert connection.read_answer().status == 200
        assert connection.is_closed_by_server()


def test_http_1_0_gets_no_chunked_answer(server, anyone):
    with RawConnection(server) as connection:
        connection.send("GET /api/category/all HTTP/1.0", HOST)
        assert "Transfer-Encoding" not in connection.read_answer().headers


def test_absolute_form_is_served_like_origin_form(server):
    answer = ask(server, "GET http://shop.example/nope HTTP/1.1", HOST)
    assert (answer.status, message_of(answer)) == (404, "Cannot GET /nope")


# --- bodies on the wire


@pytest.mark.parametrize("body", [
    b"2\r\n{}\r\n0\r\n\r\n",
    b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    b"02;name=value\r\n{}\r\n0\r\n\r\n",
    b"0\r\n\r\n",
], ids=["one", "two", "extension", "empty"])
def test_chunked_bodies_work(server, body):
    answer = ask(server, LOGIN, HOST, JSON, "Transfer-Encoding: chunked", body=body)
    assert (answer.status, message_of(answer)) == (400, MESSAGE_OF_EMPTY_LOGIN)


def test_a_chunked_body_over_the_limit_is_413(server):
    body = b"19001\r\n" + b" " * 0x19001 + b"\r\n0\r\n\r\n"
    with RawConnection(server) as connection:
        connection.send(LOGIN, HOST, JSON, "Transfer-Encoding: chunked", body=body)
        assert connection.read_answer().status == 413


def test_expect_100_continue_gets_its_go_ahead(server):
    with RawConnection(server) as connection:
        connection.send(LOGIN, HOST, JSON, "Content-Length: 2", "Expect: 100-continue")
        assert connection.read_answer().status == 100
        connection.send_bytes(b"{}")
        assert message_of(connection.read_answer()) == MESSAGE_OF_EMPTY_LOGIN


def test_expect_100_continue_with_a_body_too_large_is_413_at_once(server):
    with RawConnection(server) as connection:
        connection.send(LOGIN, HOST, JSON, "Content-Length: 1000000", "Expect: 100-continue")
        assert connection.read_answer().status == 413


# --- what is refused


@pytest.mark.parametrize("line",
                         ["GARBAGE", "GET", "GET /", "GET / HTTP/9.9", "\x01\x02\x03", "GET  / HTTP/1.1 x"])
def test_garbage_is_400_and_closes(server, line):
    expect_refused_and_closed(server, 400, line, HOST)


@pytest.mark.parametrize("value", ["abc", "-1", "+2", "0x2", "1 2", "2,2", "", "99999999999999999999999"])
def test_bad_content_length_is_400_and_closes(server, value):
    expect_refused_and_closed(server, 400, LOGIN, HOST, JSON, f"Content-Length: {value}", body=b"{}")


@pytest.mark.parametrize("second", ["2", "3"])
def test_doubled_content_length_is_400_and_closes(server, second):
    expect_refused_and_closed(server, 400, LOGIN, HOST, JSON, "Content-Length: 2",
                              f"Content-Length: {second}", body=b"{}")


@pytest.mark.parametrize("order", [("Content-Length: 12", "Transfer-Encoding: chunked"),
                                   ("Transfer-Encoding: chunked", "Content-Length: 12")],
                         ids=["cl-te", "te-cl"])
def test_content_length_with_transfer_encoding_is_400_and_closes(server, order):
    expect_refused_and_closed(server, 400, LOGIN, HOST, JSON, *order, body=b"2\r\n{}\r\n0\r\n\r\n")


def test_nothing_smuggled_behind_both_lengths_is_served(server):
    with RawConnection(server) as connection:
        connection.send(LOGIN, HOST, JSON, "Content-Length: 4", "Transfer-Encoding: chunked",
                        body=b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.read_answer().status == 400
        assert connection.is_closed_by_server()


@pytest.mark.parametrize("coding", ["xchunked", "chunked, identity", "gzip"])
def test_unknown_transfer_encodings_are_refused_and_close(server, coding):
    with RawConnection(server) as connection:
        connection.send(LOGIN, HOST, JSON, f"Transfer-Encoding: {coding}", body=b"2\r\n{}\r\n0\r\n\r\n")
        assert connection.read_answer().status in (400, 501)
        assert connection.is_closed_by_server()


@pytest.mark.parametrize("size", ["zz", "-2", "fffffffffffffffff"])
def test_bad_chunk_sizes_are_400_and_close(server, size):
    expect_refused_and_closed(server, 400, LOGIN, HOST, JSON, "Transfer-Encoding: chunked",
                              body=f"{size}\r\n{{}}\r\n0\r\n\r\n".encode())


@pytest.mark.parametrize("lines", [
    ("X-Folded: one\r\n two",),
    ("X-Space : 1",),
    ("X-Nul: a\0b",),
    ("no colon at all",),
], ids=["obs-fold", "space before the colon", "NUL", "no colon"])
def test_malformed_headers_are_400_and_close(server, lines):
    expect_refused_and_closed(server, 400, "GET / HTTP/1.1", HOST, *lines)


def test_headers_over_16_kib_are_431(server):
    with RawConnection(server) as connection:
        connection.send("GET / HTTP/1.1", HOST, "X-Long: " + "a" * (17 * KIB))
        answer = connection.read_answer()
        assert answer.status == 431
        check_error_body(json.loads(answer.body), answer.headers)


def test_headers_of_15_kib_are_served(server):
    assert ask(server, "GET / HTTP/1.1", HOST, "X-Long: " + "a" * (15 * KIB)).status == 200


# --- routes


def test_root_names_the_port(server, anyone):
    response = anyone.get("/")
    assert response.text == f'{{"message":"Ecommerce Backend Server is Running","PORT":{server.port}}}'


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_an_unknown_route_is_404_and_names_itself(anyone, method):
    expect_error(anyone.request(method, "/nope"), "route_not_found", message=f"Cannot {method} /nope")


@pytest.mark.parametrize("path",
                         ["/API/Category/ALL", "/api/category/all/", "/api/category/all?x=1",
                          "/api/category/ALL/?x=1"])
def test_paths_match_in_any_case_and_with_one_trailing_slash(anyone, path):
    expect_data(anyone.get(path), 200, "Categories fetched")


@pytest.mark.parametrize("path",
                         ["//api/category/all", "/api//category/all", "/api/category//all",
                          "/api/category/all//"])
def test_doubled_slashes_are_not_collapsed(server, path):
    answer = ask(server, f"GET {path} HTTP/1.1", HOST)
    assert (answer.status, message_of(answer)) == (404, f"Cannot GET {path}")


def test_escapes_in_parameters_are_decoded(server, shop):
    category = shop.category()
    escaped = f"%{ord(category['_id'][0]):02x}{category['_id'][1:]}"
    answer = ask(server, f"GET /api/category/{escaped} HTTP/1.1", HOST)
    assert json.loads(answer.body)["data"] == category_as_read(category)


def category_as_read(created):
    return {"_id": created["_id"], **{name: value for name, value in created.items() if name != "_id"}}


@pytest.mark.parametrize("parameter", ["%zz", "%", "%4", "%ff%fe"])
def test_malformed_escapes_are_400(server, parameter):
    assert ask(server, f"GET /api/category/{parameter} HTTP/1.1", HOST).status == 400


def test_a_path_that_is_no_utf_8_is_400_in_json(server):
    answer = ask(server, "GET /nope\xff\xfe HTTP/1.1", HOST)
    assert answer.status == 400
    check_error_body(json.loads(answer.body), answer.headers)


def test_a_long_parameter_is_just_no_id(anyone):
    expect_error(anyone.get("/api/category/" + "a" * 4000), "invalid_category_id")


@pytest.mark.parametrize("method, path, allowed", [
    ("DELETE", "/api/cart", "GET"),
    ("POST", "/api/product/all", "GET"),
    ("GET", "/api/user/login", "POST"),
    ("PATCH", "/api/cart/add", "POST"),
    ("PUT", f"/api/category/{UNKNOWN_ID}", "GET"),
    ("TRACE", "/", "GET"),
    ("BREW", "/api/cart/add", "POST"),
])
def test_a_known_path_with_a_wrong_method_is_405_with_allow(anyone, method, path, allowed):
    response = anyone.request(method, path)
    expect_error(response, "method_not_allowed")
    methods = [name.strip() for name in response.headers["Allow"].split(",")]
    assert allowed in methods and method not in methods


def test_a_parameter_route_that_catches_the_path_goes_first(anyone):
    expect_error(anyone.get("/api/product/create"), "invalid_product_id", order="F")
    expect_error(anyone.get("/api/category/create"), "invalid_category_id")
