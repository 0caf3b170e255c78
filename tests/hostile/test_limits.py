"""What is too large, too long, too many or too deep is refused soon, whatever else is in it; and the server is none the
worse for it."""
import json
import statistics
import time

import pytest

from support.pressure import is_measured, is_sanitized, memory_mb, sized
from support.raw import RawConnection, ask
from support.server import FRONTEND
from support.shop import PASSWORD, unique

pytestmark = pytest.mark.usefixtures("cleanly")

HOST = "Host: {host}"
JSON = "Content-Type: application/json"
LOGIN = "POST /api/user/login HTTP/1.1"
KIB = 1024
SOON_S = sized(30, 5)  # small runs share a busy machine, and run with sanitizers; the report has the figures
BOMB_S, BOMB_MB = 0.005, 5


def test_more_than_100_header_lines_are_431(server):
    assert ask(server, "GET / HTTP/1.1", HOST, *["X: y"] * 99).status == 200
    with RawConnection(server) as connection:
        connection.send("GET / HTTP/1.1", HOST, *["X: y"] * 100)
        assert connection.read_answer().status == 431
        assert connection.is_closed_by_server()


@pytest.mark.parametrize("length, status", [(8 * KIB, 404), (8 * KIB + 1, 414), (20 * KIB, 414)])
def test_a_target_over_8_kib_is_414(server, length, status):
    assert ask(server, f"GET /{'a' * (length - 1)} HTTP/1.1", HOST).status == status


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND", "PRI", "BREW", "get", "Get", "X" * 500])
def test_methods_that_nobody_serves_change_and_reflect_nothing(server, method):
    for path, status, allowed in (("/api/product/all", 405, "GET, HEAD"), ("/api/cart/add", 405, "POST"),
                                  ("/nope", 404, None), ("*", 404, None)):
        answer = ask(server, f"{method} {path} HTTP/1.1", HOST, "X-Secret: reflected")
        assert (answer.status, answer.headers.get("Allow")) == (status, allowed), path
        assert b"reflected" not in answer.body


@pytest.mark.parametrize("line", ["CONNECT shop.example:443", "CONNECT 127.0.0.1:22", "G@T /", "G\0T /", "GET: /", "(GET) /"])
def test_no_tunnel_and_no_method_that_is_no_word(server, line):
    with RawConnection(server) as connection:
        connection.send(f"{line} HTTP/1.1", HOST)
        assert connection.read_answer().status == 400
        assert connection.is_closed_by_server()


@pytest.mark.parametrize("length", [102_401, 10 * KIB**3, 2**63 - 1])
def test_a_body_that_is_announced_too_large_is_413_unread(server, length):
    began = time.monotonic()
    with RawConnection(server) as connection:
        connection.send(LOGIN, HOST, JSON, f"Content-Length: {length}")
        assert connection.read_answer().status == 413
    assert time.monotonic() - began < SOON_S


BOMBS = {
    "100,000 arrays deep": "[" * 50_000 + "]" * 50_000,
    "17,000 objects deep": '{"a":' * 17_000 + "1" + "}" * 17_000,
    "8,000 keys": "{" + ",".join(f'"k{number}":1' for number in range(8_000)) + "}",
    "one key 7,000 times": "{" + ",".join(['"email":"a"'] * 7_000) + "}",
    "keys of one hash": "{" + ",".join(f'"{chr(97 + number % 26) * (number % 50)}":0' for number in range(3_000)) + "}",
    "a number of 100,000 digits": '{"email":' + "9" * 100_000 + "}",
    "a fraction of 100,000 digits": '{"email":0.' + "1" * 100_000 + "}",
    "1e400": '{"email":1e400,"password":-1e400}',
    "1e999999999999": '{"email":1e999999999999}',
    "50,000 escapes": '{"email":"' + "\\u0000" * 16_000 + '"}',
    "lone surrogates": '{"email":"' + "\\ud800" * 16_000 + '"}',
    "a string without end": '{"email":"' + "a" * 100_000,
    "nothing but commas": "{" + "," * 100_000 + "}",
    "a BOM and another": "\ufeff\ufeff{}",
    "invalid UTF-8": b'{"email":"' + b"\xff\xfe\xc0\x80" * 20_000 + b'"}',
    "overlong UTF-8": b'{"email":"' + b"\xe0\x80\xaf" * 20_000 + b'"}',
    "UTF-16": '{"email":"a"}'.encode("utf-16"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_json_made_to_hurt_is_400_soon(server, name, report):
    body = BOMBS[name] if isinstance(BOMBS[name], bytes) else BOMBS[name].encode()
    before = memory_mb(server)
    took = []
    with RawConnection(server) as connection:
        for _ in range(sized(5, 100)):
            began = time.monotonic()
            connection.send(LOGIN, HOST, JSON, f"Content-Length: {len(body)}", body=body)
            answer = connection.read_answer()
            took.append(time.monotonic() - began)
            assert answer.status == 400, answer.body
    assert max(took) < SOON_S
    median_s, grown = statistics.median(took), memory_mb(server) - before
    if not is_sanitized():
        assert grown < BOMB_MB
    if is_measured():
        assert median_s < BOMB_S
    report(f"JSON bomb: {name}", len(took), f"{median_s * 1000:.1f} ms (median), +{grown:.1f} MB")


SEARCHES = {
    "10 KB of one word": "a" * 7_000,
    "1,000 terms": "+".join(f"word{number}" for number in range(900)),
    "1,000 phrases": "+".join(['%22a+b%22'] * 600),
    "1,000 exclusions": "+".join(f"-w{number}" for number in range(900)) + "+tea",
    "quotes": "%22" * 2_000,
    "wildcards": "*%25_" * 1_000,
    "operators": "+".join(["NEAR(a,b)", "AND", "OR", "NOT"] * 150),
    "brackets": "(" * 3_000,
    "combining marks": "%CC%81" * 1_200,
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_made_to_hurt_is_bounded(shop, name, report):
    shop.product(name=unique("tea "))
    began = time.monotonic()
    response = shop.anyone.get(f"/api/product/search?search={SEARCHES[name]}&limit=100")
    took = time.monotonic() - began
    assert response.status_code in (200, 400)
    assert took < SOON_S
    report(f"search: {name}", 1, f"{took * 1000:.0f} ms")


@pytest.mark.parametrize("field, text", [
    ("email", "a" * 90_000), ("email", "a@" * 40_000), ("email", "a." * 40_000 + "@b.c"),
    ("password", "a" * 90_000), ("name", " " * 90_000),
])
def test_a_long_text_costs_no_time(server, field, text):
    """Nothing is matched by patterns that go back and forth."""
    body = json.dumps({"name": "Asha", "email": "a@example.com", "password": PASSWORD, field: text})
    began = time.monotonic()
    answer = ask(server, "POST /api/user/register HTTP/1.1", HOST, JSON, f"Content-Length: {len(body)}",
                 body=body.encode())
    assert 400 <= answer.status < 500
    assert time.monotonic() - began < SOON_S


@pytest.mark.parametrize("text", ["%0d%0aX-Evil:%201", "%0aX-Evil:1", "%0d%0a%0d%0a<script>", "%E5%98%8D%E5%98%8AX-Evil:1"])
@pytest.mark.parametrize("where", ["/api/category/{}", "/nope{}", "/api/product/search?search={}", "/media/product/{}"])
def test_no_line_break_from_outside_gets_into_a_head(server, where, text):
    answer = ask(server, f"GET {where.format(text)} HTTP/1.1", HOST, f"Origin: {FRONTEND}", "X-Request-Id: a\tb")
    assert "X-Evil" not in answer.headers
    assert not any("\r" in value or "\n" in value for value in answer.headers.values())


@pytest.mark.parametrize("host", ["evil.example", "localhost:80@evil.example", "evil.example/x?", "[::1]", "a" * 5_000])
def test_the_host_header_decides_no_link(server, shop, host):
    email = unique("host") + "@example.com"
    body = json.dumps({"name": "Asha", "email": email, "password": PASSWORD})
    answer = ask(server, "POST /api/user/register HTTP/1.1", f"Host: {host}", f"X-Forwarded-Host: {host}", JSON,
                 f"Content-Length: {len(body)}", body=body.encode())
    assert answer.status == 200
    link = shop.mailbox.wait_for(email)[0].verification_link
    assert link.startswith(FRONTEND + "/"), link


@pytest.mark.parametrize("proxies", [None, "10.0.0.0/8"])
def test_no_header_makes_a_client_another_one(start_server, proxies):
    """X-Forwarded-For and its like of an untrusted peer do not get around the rate limit."""
    server = start_server(RATE_LIMITS="on", TRUSTED_PROXIES=proxies)
    statuses = set()
    with RawConnection(server) as connection:
        for number in range(5_000):
            address = f"198.51.{number // 250}.{number % 250}"
            connection.send("GET / HTTP/1.1", HOST, f"X-Forwarded-For: {address}", f"X-Real-IP: {address}",
                            f"Forwarded: for={address}", f"CF-Connecting-IP: {address}")
            try:
                statuses.add(connection.read_answer().status)
            except (AssertionError, OSError):
                break
            if 429 in statuses:
                break
    assert 429 in statuses


@pytest.mark.parametrize("query", ["page=1&page=2", "limit=5&limit=100", "page[]=1", "page=1&PAGE=2", "limit=1;page=2",
                                   "page=%31", "page=1%00", "limit=0x10", "limit=1e2", "limit=-0", "page=٣", "page=1.0"])
def test_a_doubled_or_disguised_parameter_counts_once_or_is_400(shop, query):
    response = shop.anyone.get(f"/api/product/all?{query}")
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert len(response.json()["data"]) <= 100
    first = query.split("&")[0]
    if "&" in query and first != query:
        assert response.json()["pagination"] == shop.anyone.get(f"/api/product/all?{first}").json()["pagination"]


WORDS = ["api", "user", "product", "admin", "cart", "all", "id", "..", ".", "", "%2e%2e", "%2f", "login", "v1", "debug",
         "metrics", "env", ".git", "config", "graphql", "index.php", "wp-admin", "static", "media", "health", "actuator",
         "%00", "a" * 200, "category", "507f1f77bcf86cd799439011", "swagger.json", ".env", "~root", "api;x", "API"]


def test_no_path_answers_but_the_documented_ones(server, shop, dice, report):
    """Guessed paths, made of words that are likely to lead somewhere, lead nowhere."""
    paths = shop.anyone.get("/openapi.json").json()["paths"]
    known = [[part for part in path.strip("/").split("/")] for path in paths]

    def is_known(segments):
        while segments and segments[-1] == "":
            segments = segments[:-1]
        return any(len(segments) == len(pattern) and
                   all(want.startswith("{") or want.lower() == got.lower() for want, got in zip(pattern, segments))
                   for pattern in known) or not segments

    count, answered = sized(3_000, 100_000), 0
    with RawConnection(server) as connection:
        for _ in range(count):
            segments = [dice.choice(WORDS) for _ in range(dice.randint(1, 5))]
            method = dice.choice(["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"])
            connection.send(f"{method} /{'/'.join(segments)} HTTP/1.1", HOST)
            answer = connection.read_answer(of_head_request=method == "HEAD")
            assert answer.status < 500, (method, segments)
            if answer.status not in (400, 404):
                answered += 1
                decoded = [segment.replace("%2e", ".") for segment in segments]
                assert is_known(segments) or is_known(decoded), (method, segments, answer.status)
    assert answered > 0, "some were documented ones"
    report("random paths", count, "nothing but documented routes answered")


LOOK_ALIKES = [lambda e: e.replace("a", "а", 1), lambda e: e.replace("k", "K", 1), lambda e: e.replace("i", "ı", 1),
               lambda e: e.replace("@", "＠"), lambda e: e.replace("s", "ſ", 1), lambda e: e + ".",
               lambda e: e.replace(".", "。"), lambda e: e.replace("e", "é", 1), lambda e: e.replace("@", "\u200b@"),
               lambda e: f'"{e.split("@")[0]}"@{e.split("@")[1]}', lambda e: e + "\r\nBcc: evil@example.com",
               lambda e: f"{e},evil@example.com", lambda e: e.replace("@", "+tag@")]


@pytest.mark.parametrize("number", range(len(LOOK_ALIKES)))
def test_an_address_that_looks_like_anothers_gets_nothing_of_his(shop, number):
    """Codes go to the stored address only, and never to the one that was typed."""
    victim = shop.user(email=unique("kiosk.asia") + "@example.com")
    typed = LOOK_ALIKES[number](victim.email)
    assert typed != victim.email
    response = shop.anyone.put("/api/user/forget-password", json={"email": typed})
    assert response.status_code in (200, 400)
    login = shop.anyone.post("/api/user/login", json={"email": typed, "password": PASSWORD})
    time.sleep(0.3)
    for mail in shop.mailbox.all():
        assert "evil@" not in mail.to
        assert typed not in mail.to, "nobody registered that address"
    if login.status_code == 200:
        assert typed.casefold() == victim.email.casefold()
