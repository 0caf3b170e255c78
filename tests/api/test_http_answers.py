"""Answers of HTTP: validators, conditional requests, compression."""
import gzip
import json

import pytest

from support.raw import RawConnection, ask

HOST = "Host: {host}"
KIB = 1024


# --- HEAD and conditional requests


@pytest.mark.parametrize("path", ["/", "/api/category/all", "/api/product/all"])
def test_head_has_the_headers_of_get_and_no_body(server, path):
    with RawConnection(server) as connection:
        connection.send(f"GET {path} HTTP/1.1", HOST)
        got = connection.read_answer()
        connection.send(f"HEAD {path} HTTP/1.1", HOST)
        head = connection.read_answer(of_head_request=True)
        assert head.status == 200
        for name in ("Content-Length", "Content-Type", "ETag"):
            assert head.headers[name] == got.headers[name]
        connection.send("GET /nope HTTP/1.1", HOST)
        assert connection.read_answer().status == 404


@pytest.mark.parametrize("template", ["{weak}", "{strong}", '"other", {weak}', '{weak},"other"', "*"])
def test_a_matching_if_none_match_is_304_with_the_etag(anyone, template):
    etag = anyone.get("/api/category/all").headers["ETag"]
    assert etag.startswith('W/"')
    wanted = template.format(weak=etag, strong=etag.removeprefix("W/"))
    response = anyone.get("/api/category/all", headers={"If-None-Match": wanted})
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == etag


def test_head_can_be_304_too(anyone):
    etag = anyone.get("/").headers["ETag"]
    assert anyone.head("/", headers={"If-None-Match": etag}).status_code == 304


def test_private_answers_have_etags_too(user):
    etag = user.get("/api/cart").headers["ETag"]
    assert user.get("/api/cart", headers={"If-None-Match": etag}).status_code == 304


def test_another_etag_is_answered_in_full(anyone):
    assert anyone.get("/", headers={"If-None-Match": 'W/"no-such-tag"'}).status_code == 200


def test_no_cache_asks_for_the_whole_answer(anyone):
    etag = anyone.get("/").headers["ETag"]
    assert anyone.get("/", headers={"If-None-Match": etag, "Cache-Control": "no-cache"}).status_code == 200


def test_the_etag_changes_with_the_answer(anyone, shop):
    before = anyone.get("/api/category/all").headers["ETag"]
    shop.category()
    response = anyone.get("/api/category/all", headers={"If-None-Match": before})
    assert response.status_code == 200 and response.headers["ETag"] != before


@pytest.mark.parametrize("path", ["/api/cart", "/api/user/profile", "/api/cart/count"])
def test_private_answers_are_not_to_be_stored(user, path):
    assert user.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/api/cart/x.css", "/api/cart.css", "/api/cart;x.css", "/api/cart%2Fx.css", "/api/cart%00.css",
                                  "/api/cart%0a.css", "/api/cart/..%2fx.css", "/api/cart/?x.css", "/api/user/profile/x.js",
                                  "/api/user/profile.png", "/api/cart/count.jpg"])
def test_no_path_that_a_cache_takes_for_a_file_shows_what_is_private(user, path):
    """Whatever it looks like, it leads nowhere, or says that it is not to be stored."""
    response = user.get(path)
    assert response.status_code in (400, 404) or response.headers["Cache-Control"] == "no-store"
    assert response.status_code in (200, 400, 404)


# --- compression


@pytest.fixture(scope="module")
def long_list(shop):
    """A path whose answer is over 1 KiB."""
    for _ in range(10):
        shop.category()
    return "/api/category/all"


def get_encoded(server, path, accept):
    return ask(server, f"GET {path} HTTP/1.1", HOST, f"Accept-Encoding: {accept}")


def test_a_long_answer_is_gzipped_when_the_client_accepts_it(server, long_list):
    plain = ask(server, f"GET {long_list} HTTP/1.1", HOST)
    zipped = get_encoded(server, long_list, "gzip")
    assert "Content-Encoding" not in plain.headers and len(plain.body) > KIB
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.body) == plain.body
    assert "accept-encoding" in zipped.headers["Vary"].lower() and "accept-encoding" in plain.headers["Vary"].lower()


@pytest.mark.parametrize("accept", ["br", "gzip, deflate, br", "br;q=1.0, gzip;q=0.5"])
def test_brotli_is_used_where_it_is_accepted(server, long_list, accept):
    answer = get_encoded(server, long_list, accept)
    assert answer.headers["Content-Encoding"] == "br"
    assert len(answer.body) < len(ask(server, f"GET {long_list} HTTP/1.1", HOST).body)


@pytest.mark.parametrize("accept", ["identity", "gzip;q=0", "deflate", "br;q=0, gzip;q=0.0"])
def test_what_the_client_does_not_accept_is_not_used(server, long_list, accept):
    assert "Content-Encoding" not in get_encoded(server, long_list, accept).headers


def test_private_answers_are_compressed_too(server, shop):
    account = shop.user()
    for _ in range(5):
        shop.address(account)
    answer = ask(server, "GET /api/address/all HTTP/1.1", HOST, f"Authorization: Bearer {account.token}",
                 "Accept-Encoding: gzip")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.body))["data"]) == 5


def test_short_answers_are_left_alone(server):
    assert "Content-Encoding" not in get_encoded(server, "/", "gzip, br").headers
