"""Who may read our answers in a browser, and whose clicks count."""
import re

import pytest

from support.answers import document_of
from support.client import Client
from support.expect import UNKNOWN_ID, expect_error
from support.server import FRONTEND
from support.shop import Shop

EVIL = "https://evil.example"


# --- CORS


@pytest.mark.parametrize("path", ["/", "/api/user/login", "/api/cart", "/nope"])
def test_preflight_is_204_on_any_path(anyone, path):
    response = anyone.options(path, headers={"Origin": FRONTEND, "Access-Control-Request-Method": "POST",
                                             "Access-Control-Request-Headers": "content-type,authorization"})
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Access-Control-Allow-Methods"] == "GET,HEAD,PUT,PATCH,POST,DELETE"
    assert response.headers["Access-Control-Allow-Headers"] == "content-type,authorization"


def test_preflight_without_asked_headers_allows_none(anyone):
    response = anyone.options("/api/cart",
                              headers={"Origin": FRONTEND, "Access-Control-Request-Method": "PUT"})
    assert response.status_code == 204
    assert "Access-Control-Allow-Headers" not in response.headers


def test_options_without_an_origin_is_204(anyone):
    assert anyone.options("/").status_code == 204


@pytest.fixture(scope="module")
def list_client(start_server):
    return Client(start_server(FRONTEND_URL=f"{FRONTEND},https://shop.example"))


@pytest.mark.parametrize("origin", [FRONTEND, "https://shop.example"])
def test_an_origin_on_the_list_is_echoed(list_client, origin):
    response = list_client.get("/", headers={"Origin": origin})
    assert response.headers["Access-Control-Allow-Origin"] == origin
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in response.headers["Vary"]


# Each nearly on the list, which has https://shop.example.
REFUSED = [EVIL, "null", "NULL", "*", "", "https://shop.example.evil.example", "https://shop.example-evil.example",
           "https://evil-shop.example", "https://evil.shop.example", "https://shop.exampl", "https://shop.example:444",
           "https://shop.example:443", "https://shop.example:", "http://shop.example", "//shop.example", "shop.example",
           "HTTPS://shop.example", "https://SHOP.example", "https://shop.example.", "https://shop.example/",
           "https://shop.example/path", "https://shop.example?", "https://shop.example#", "https://user@shop.example",
           "https://shop.example@evil.example", "https://shop.example%00.evil.example", "https://shop.example\tx",
           f"{FRONTEND},https://shop.example", f"https://shop.example {EVIL}", f"https://shop.example, {EVIL}"]


def ways_to_ask(origin):
    """A request, one that fails, and a preflight."""
    asks = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-evil"}
    return [("GET", "/", {"Origin": origin}), ("GET", "/nope", {"Origin": origin}),
            ("OPTIONS", "/api/cart", {"Origin": origin, **asks})]


@pytest.mark.parametrize("origin", REFUSED)
def test_an_origin_that_is_not_exactly_on_the_list_is_allowed_nothing(list_client, origin):
    """Without that header browsers heed no other of CORS; and no cache keeps the answer for an origin that may."""
    for method, path, headers in ways_to_ask(origin):
        answered = list_client.request(method, path, headers=headers).headers
        assert "Access-Control-Allow-Origin" not in answered
        assert "Origin" in [name.strip() for name in answered["Vary"].split(",")]


@pytest.mark.parametrize("origin", [EVIL, "null", FRONTEND + ".evil.example", FRONTEND + "/", FRONTEND.upper()])
def test_where_one_origin_may_no_other_is_ever_named(anyone, origin):
    for method, path, headers in ways_to_ask(origin):
        answered = anyone.request(method, path, headers=headers).headers
        assert answered["Access-Control-Allow-Origin"] == FRONTEND
        assert "Origin" in [name.strip() for name in answered["Vary"].split(",")]


def test_without_frontend_url_there_are_no_cors_headers(start_server):
    client = Client(start_server(FRONTEND_URL=None))
    assert client.get("/", headers={"Origin": EVIL}).status_code == 200  # the client checks each answer
    assert client.options("/",
                          headers={"Origin": EVIL, "Access-Control-Request-Method": "PUT"}).status_code == 204


# --- CSRF

CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": EVIL},
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": FRONTEND + ".evil.example"},
    {"Referer": EVIL + "/page"},
    {"Referer": FRONTEND + ".evil.example/"},
    {"Origin": EVIL, "Referer": FRONTEND + "/page"},
]
OWN_SITE = [
    {},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": FRONTEND},
    {"Referer": FRONTEND + "/cart?x=1"},
    {"Origin": FRONTEND, "Referer": EVIL},
    {"Sec-Fetch-Site": "same-site", "Origin": FRONTEND},
]


@pytest.fixture(scope="module")
def member(shop):
    return shop.user()


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
def test_a_cross_site_write_by_cookie_is_refused(member, headers):
    expect_error(member.by_cookie().delete("/api/cart/clear", headers=headers), "cross_site_request")


@pytest.mark.parametrize("headers", OWN_SITE, ids=str)
def test_a_write_by_cookie_from_the_shop_is_served(member, headers):
    assert member.by_cookie().delete("/api/cart/clear", headers=headers).status_code == 200


def test_the_servers_own_origin_may_write(member, server):
    own = {"Origin": server.base_url}
    assert member.by_cookie().delete("/api/cart/clear", headers=own).status_code == 200


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
def test_bearer_requests_are_exempt(member, headers):
    assert member.delete("/api/cart/clear", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
def test_cross_site_reads_are_not_refused(member, headers):
    assert member.by_cookie().get("/api/cart", headers=headers).status_code == 200


def test_logging_out_by_get_counts_as_a_write(shop):
    account = shop.user()
    expect_error(account.by_cookie().get("/api/user/logout", headers={"Origin": EVIL}), "cross_site_request")
    assert account.is_alive()
    assert account.by_cookie().get("/api/user/logout", headers={"Origin": FRONTEND}).status_code == 200
    assert not account.is_alive()


def test_a_cross_site_refresh_by_cookie_is_refused(member):
    expect_error(member.by_cookie().post("/api/user/refresh-token", headers={"Origin": EVIL}),
                 "cross_site_request")


def test_a_cross_site_upload_by_cookie_is_refused(shop):
    response = shop.admin.by_cookie().post("/api/image", files={"image": ("a.png", b"x")},
                                           headers={"Origin": EVIL})
    expect_error(response, "cross_site_request")


def test_every_origin_of_the_list_may_write(list_client):
    account = Shop(list_client.server).user()
    for origin, status in ((FRONTEND, 200), ("https://shop.example", 200), (EVIL, 403)):
        assert account.by_cookie().delete("/api/cart/clear", headers={"Origin": origin}).status_code == status


# --- every route that changes something for whom a cookie names

BY_OTHER_COOKIES = {"/api/user/refresh-token", "/api/user/reset-password"}  # of open routes
FROM_ELSEWHERE = [{"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                  {"Origin": "http://shop.localhost:5173", "Sec-Fetch-Site": "same-site"}]
SENT_WITHOUT_ASKING = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]


@pytest.fixture(scope="module")
def changing(anyone, server):
    """(method, path, the types of body that it takes) of each such route."""
    return [(method, re.sub(r"\{[^}]+\}", UNKNOWN_ID, path), set(operation.get("requestBody", {}).get("content", {})))
            for method, path, operation in document_of(anyone, server.base_url).operations()
            if (operation["x-access"] in ("user", "admin") and (method != "GET" or path.endswith("/logout")))
            or path in BY_OTHER_COOKIES]


@pytest.fixture(scope="module")
def cookies(shop):
    """An administrator's, and a reset under way."""
    account = shop.new_admin()
    return {"accessToken": account.token, "refreshToken": account.refresh_token,
            "resetToken": shop.reset_token(account.email)}


def test_no_route_changes_anything_for_a_foreign_page(server, cookies, changing):
    client = Client(server, cookies=cookies)
    answers = {(method, path): client.request(method, path, headers=headers, json={}).json().get("code")
               for method, path, _ in changing for headers in FROM_ELSEWHERE}
    assert len(answers) > 20
    assert {route: code for route, code in answers.items() if code != "cross_site_request"} == {}
    assert client.get("/api/user/profile").status_code == 200, "nothing was done"


def test_no_body_that_a_page_sends_without_asking_first_is_read_as_json(server, cookies, changing):
    """Other types need a preflight, which a foreign page does not get through. Of an old browser that sends none of the
    headers, too."""
    client = Client(server, cookies=cookies)
    taking_json = [(method, path) for method, path, types in changing if types == {"application/json"}]
    assert len(taking_json) > 10
    for method, path in taking_json:
        for content_type in SENT_WITHOUT_ASKING:
            expect_error(client.send_text(method, path, "{}", content_type), "unsupported_media_type")


def test_the_shops_own_page_and_bearers_get_to_every_route(server, shop, changing):
    for method, path, _ in changing:
        account = shop.new_admin()
        for client, origin in ((account, EVIL), (account.by_cookie(), FRONTEND)):
            code = client.request(method, path, headers={"Origin": origin}, json={}).json().get("code")
            assert code != "cross_site_request", (method, path, origin)
            if path.endswith("/logout"):
                account.log_in()
