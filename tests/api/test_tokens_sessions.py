"""Tokens, and the sessions behind them."""
import time

import pytest

from support import tokens
from support.client import Client, set_cookies
from support.expect import DATE, UNKNOWN_ID, expect_data, expect_error
from support.raw import ask
from support.server import ACCESS_KEY, REFRESH_KEY
from support.shop import Shop

REFRESH = "/api/user/refresh-token"
COUNT = "/api/cart/count"
REFRESHED_KEYS = ("message", "error", "success", "data")
LOGOUT_KEYS = ("message", "success", "error")
COOKIE_ATTRIBUTES = {"Path=/", "HttpOnly", "Secure", "SameSite=None"}
CLEARED = COOKIE_ATTRIBUTES | {"Expires=Thu, 01 Jan 1970 00:00:00 GMT"}
DAY_S = 24 * 60 * 60
GRACE_S = 10
ENDS_WITHIN_S = 1


def with_header(server, authorization):
    return Client(server).get(COUNT, headers={"Authorization": authorization})


def by_cookie(server, text):
    return Client(server).get(COUNT, headers={"Cookie": text})


def test_a_login_begins_a_session_of_its_own_whatever_it_brings_along(server, shop):
    """Who plants his cookies in another's browser does not get what is done there afterwards."""
    planted, victim = shop.user(), shop.user()
    client = Client(server, cookies={"accessToken": planted.token, "refreshToken": planted.refresh_token, "sid": UNKNOWN_ID})
    data = client.post("/api/user/login", json={"email": victim.email, "password": victim.password}).json()["data"]
    begun, before = tokens.payload_of(data["accessToken"]), tokens.payload_of(planted.token)
    assert begun["sid"] not in (before["sid"], UNKNOWN_ID, tokens.payload_of(victim.token)["sid"])
    assert Client(server, data["accessToken"]).get("/api/user/profile").json()["data"]["_id"] == victim.id
    assert planted.fetch_profile()["_id"] == planted.id, "who planted them is who he was"


# --- what a token is


@pytest.mark.parametrize("kind, key, lifetime_s",
                         [("access", ACCESS_KEY, 900), ("refresh", REFRESH_KEY, 30 * DAY_S)])
def test_a_token_is_signed_dated_and_bound_to_a_session(user, kind, key, lifetime_s):
    token = user.token if kind == "access" else user.refresh_token
    assert tokens.header_of(token)["alg"] == "HS256"
    assert tokens.is_signed_with(token, key)
    payload = tokens.payload_of(token)
    named = {"userId", "iat", "exp", "sid", "typ"}
    assert named <= set(payload)
    others = [value for name, value in payload.items() if name not in named]
    assert all(isinstance(value, int) for value in others), "nothing personal is in a token"
    assert payload["userId"] == user.id
    assert payload["exp"] - payload["iat"] == lifetime_s
    assert abs(payload["iat"] - time.time()) < 60


def test_both_tokens_name_the_same_session(user):
    assert tokens.payload_of(user.token)["sid"] == tokens.payload_of(user.refresh_token)["sid"]


# --- where it is looked for


def test_no_token_is_401(anyone):
    expect_error(anyone.get(COUNT), "authentication_required")


def test_a_cookie_is_enough(user):
    assert user.by_cookie().get(COUNT).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_bearer_in_any_case(server, user, scheme):
    assert with_header(server, f"{scheme} {user.token}").status_code == 200


@pytest.mark.parametrize("template", ["{}", "Token {}", "Basic {}", "Bearer", "Bearer ", "Bearer{}", ""])
def test_any_other_header_is_no_token(server, user, template):
    expect_error(with_header(server, template.format(user.token)), "authentication_required")


def test_a_bad_cookie_is_not_rescued_by_a_good_header(server, user):
    response = Client(server, user.token).get(COUNT, headers={"Cookie": "accessToken=bad"})
    expect_error(response, "invalid_token")


def test_a_good_cookie_goes_before_a_bad_header(server, user):
    assert Client(server, "bad", {"accessToken": user.token}).get(COUNT).status_code == 200


def test_an_empty_cookie_leaves_it_to_the_header(server, user):
    assert Client(server, user.token).get(COUNT, headers={"Cookie": "accessToken="}).status_code == 200


def test_the_first_of_doubled_cookies_counts(server, user):
    assert by_cookie(server, f"accessToken={user.token}; accessToken=bad").status_code == 200
    expect_error(by_cookie(server, f"accessToken=bad; accessToken={user.token}"), "invalid_token")


def test_a_cookie_may_stand_in_quotes_and_among_others(server, user):
    assert by_cookie(server, f'a=b; accessToken="{user.token}"; c=d').status_code == 200


# --- forged and dead tokens


def forgeries(user):
    good = tokens.payload_of(user.token)
    now = int(time.time())
    head, body, signature = user.token.split(".")
    without = lambda name: {key: value for key, value in good.items() if key != name}
    return {
        "garbage": "abc.def.ghi",
        "two parts": f"{head}.{body}",
        "four parts": f"{user.token}.x",
        "long": "a" * 9000,
        "expired": tokens.sign({**good, "iat": now - 1000, "exp": now - 1}, ACCESS_KEY),
        "another key": tokens.sign(good, "another-key"),
        "the empty key": tokens.sign(good, ""),
        "the refresh key": tokens.sign(good, REFRESH_KEY),
        "a refresh token": user.refresh_token,
        "a refresh token under the access key": tokens.sign(tokens.payload_of(user.refresh_token),
                                                            ACCESS_KEY),
        "alg none": tokens.sign(good, "", "none"),
        "alg None": tokens.sign(good, "", "none", {"alg": "None", "typ": "JWT"}),
        "alg none with the signature": f"{tokens.encode_part({'alg': 'none', 'typ': 'JWT'})}.{body}.{signature}",
        "HS384": tokens.sign(good, ACCESS_KEY, "HS384"),
        "HS512": tokens.sign(good, ACCESS_KEY, "HS512"),
        "RS256 in name": tokens.sign(good, ACCESS_KEY, header={"alg": "RS256", "typ": "JWT"}),
        "no alg": tokens.sign(good, ACCESS_KEY, header={"typ": "JWT"}),
        "another's id": f"{head}.{tokens.encode_part({**good, 'userId': UNKNOWN_ID})}.{signature}",
        "no session": tokens.sign(without("sid"), ACCESS_KEY),
        "an unknown session": tokens.sign({**good, "sid": UNKNOWN_ID}, ACCESS_KEY),
        "no user": tokens.sign(without("userId"), ACCESS_KEY),
        "another's session": tokens.sign({**good, "userId": UNKNOWN_ID}, ACCESS_KEY),
        "no end": tokens.sign(without("exp"), ACCESS_KEY),
        "no kind": tokens.sign(without("typ"), ACCESS_KEY),
        "an end that is text": tokens.sign({**good, "exp": "never"}, ACCESS_KEY),
        "not valid yet": tokens.sign({**good, "nbf": now + 1000}, ACCESS_KEY),
        "a list as payload": tokens.sign([good], ACCESS_KEY),
        "no JSON as payload": tokens.sign(b"{", ACCESS_KEY),
        "a cut signature": user.token[:-2],
        "a longer signature": user.token + "AA",
    }


FORGED = ["garbage", "two parts", "four parts", "long", "expired", "another key", "the empty key",
          "the refresh key",
          "a refresh token", "a refresh token under the access key", "alg none", "alg None",
          "alg none with the signature", "HS384", "HS512", "RS256 in name", "no alg", "another's id",
          "no session",
          "an unknown session", "no user", "another's session", "no end", "no kind", "an end that is text",
          "not valid yet", "a list as payload", "no JSON as payload", "a cut signature", "a longer signature"]


@pytest.fixture(scope="module")
def forged(shop):
    return forgeries(shop.user())


def test_every_forgery_is_tried(forged):
    assert set(forged) == set(FORGED)


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_that_is_not_ours_is_401(server, forged, kind):
    expect_error(with_header(server, f"Bearer {forged[kind]}"), "invalid_token")
    expect_error(by_cookie(server, f"accessToken={forged[kind]}"), "invalid_token")


def test_a_token_of_our_own_making_would_pass(server, user):
    """Else the forgeries above would prove nothing."""
    again = tokens.sign(tokens.payload_of(user.token), ACCESS_KEY)
    assert with_header(server, f"Bearer {again}").status_code == 200


def test_an_access_token_ends_by_itself(start_server):
    account = Shop(start_server(ACCESS_TOKEN_TTL="2")).user()
    payload = tokens.payload_of(account.token)
    assert payload["exp"] - payload["iat"] == 2 and account.is_alive()
    time.sleep(3)
    expect_error(account.get(COUNT), "invalid_token")
    assert Client(account.server, account.refresh_token).post(REFRESH).status_code == 200


# --- logout


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("carrier", ["header", "cookie"])
def test_a_logout_ends_the_session_and_clears_the_cookies(shop, method, carrier):
    account = shop.user()
    elsewhere = account.second_session()
    caller = account if carrier == "header" else account.by_cookie()
    response = caller.request(method, "/api/user/logout")
    expect_data(response, 200, "Logout successful", LOGOUT_KEYS)
    cookies = set_cookies(response)
    assert {name: cookie.value for name, cookie in cookies.items()} == {"accessToken": "", "refreshToken": ""}
    assert all(set(cookie.attributes) == CLEARED for cookie in cookies.values())
    time.sleep(ENDS_WITHIN_S)
    expect_error(account.get(COUNT), "invalid_token")
    expect_error(Client(account.server, account.refresh_token).post(REFRESH), "invalid_refresh_token")
    assert elsewhere.is_alive(), "only the session that logged out ends"


def test_a_head_on_logout_ends_nothing(user):
    user.head("/api/user/logout")
    assert user.is_alive()


def test_a_logout_without_a_token_is_401(anyone):
    expect_error(anyone.get("/api/user/logout"), "authentication_required")
    expect_error(anyone.post("/api/user/logout"), "authentication_required")


# --- refresh


def test_a_refresh_by_header_gives_an_access_token_and_keeps_the_refresh_token(server, user):
    for _ in range(2):
        response = Client(server, user.refresh_token).post(REFRESH, json={"refreshToken": "ignored"})
        data = expect_data(response, 200, "New Access token generated", REFRESHED_KEYS)
        assert list(data) == ["accessToken"]
        cookies = set_cookies(response)
        assert list(cookies) == ["accessToken"]
        assert cookies["accessToken"].value == data["accessToken"]
        assert set(cookies["accessToken"].attributes) == COOKIE_ATTRIBUTES
        assert Client(server, data["accessToken"]).get(COUNT).status_code == 200
        assert tokens.payload_of(data["accessToken"])["sid"] == tokens.payload_of(user.token)["sid"]


def refresh_by_cookie(server, refresh_token):
    return Client(server, cookies={"refreshToken": refresh_token}).post(REFRESH)


def test_a_refresh_by_cookie_rotates_the_refresh_token(server, user):
    response = refresh_by_cookie(server, user.refresh_token)
    data = expect_data(response, 200, "New Access token generated", REFRESHED_KEYS)
    assert list(data) == ["accessToken"]
    cookies = set_cookies(response)
    assert set(cookies) == {"accessToken", "refreshToken"}
    assert cookies["accessToken"].value == data["accessToken"]
    assert set(cookies["refreshToken"].attributes) == COOKIE_ATTRIBUTES
    renewed = cookies["refreshToken"].value
    assert renewed != user.refresh_token
    assert refresh_by_cookie(server, renewed).status_code == 200


def test_a_replay_after_the_grace_ends_the_whole_session(server, user):
    response = refresh_by_cookie(server, user.refresh_token)
    access, renewed = response.json()["data"]["accessToken"], set_cookies(response)["refreshToken"].value
    assert refresh_by_cookie(server, user.refresh_token).status_code == 200, "within the grace"
    time.sleep(GRACE_S + 1)
    expect_error(refresh_by_cookie(server, user.refresh_token), "invalid_refresh_token")
    time.sleep(ENDS_WITHIN_S)
    expect_error(refresh_by_cookie(server, renewed), "invalid_refresh_token")
    expect_error(Client(server, access).get(COUNT), "invalid_token")
    told = [record["user"] for record in server.log_records() if record["event"] == "refresh_token_replayed"]
    assert told.count(user.id) == 1, "whoever watches the log is told"


def test_a_refresh_without_a_token_is_401(anyone):
    expect_error(anyone.post(REFRESH), "missing_refresh_token")
    expect_error(anyone.post(REFRESH, json={"refreshToken": "x"}), "missing_refresh_token")


def test_a_bad_refresh_cookie_is_not_rescued_by_a_good_header(server, user):
    response = Client(server, user.refresh_token, {"refreshToken": "bad"}).post(REFRESH)
    expect_error(response, "invalid_refresh_token")


def test_any_other_refresh_token_is_401(server, user):
    good = tokens.payload_of(user.refresh_token)
    now = int(time.time())
    for token in ("x", user.token, tokens.sign(good, ACCESS_KEY), tokens.sign(good, "", "none"),
                  tokens.sign({**good, "exp": now - 1}, REFRESH_KEY),
                  tokens.sign({**good, "sid": UNKNOWN_ID}, REFRESH_KEY),
                  tokens.sign(tokens.payload_of(user.token), REFRESH_KEY)):
        expect_error(Client(server, token).post(REFRESH), "invalid_refresh_token")
        expect_error(refresh_by_cookie(server, token), "invalid_refresh_token")


# --- the list of sessions


def sessions_of(account):
    response = account.get("/api/user/sessions")
    return expect_data(response, 200, None)


def test_the_list_names_every_live_session(shop):
    account = shop.user()
    elsewhere = account.second_session()
    listed = sessions_of(account)
    assert len(listed) == 2
    for session in listed:
        assert list(session) == ["id", "createdAt", "lastUsedAt", "address", "userAgent", "current"]
        assert DATE.fullmatch(session["createdAt"]) and DATE.fullmatch(session["lastUsedAt"])
        assert session["address"] == "127.0.0.1"
        assert session["userAgent"].startswith("python-requests")
    ids = {session["id"] for session in listed if session["current"]}
    assert ids == {tokens.payload_of(account.token)["sid"]}
    assert {session["id"] for session in sessions_of(elsewhere) if session["current"]} != ids


def test_ending_a_session_ends_its_tokens_only(shop):
    account = shop.user()
    elsewhere = account.second_session()
    session_id = tokens.payload_of(elsewhere.token)["sid"]
    assert account.delete(f"/api/user/sessions/{session_id}").status_code == 200
    time.sleep(ENDS_WITHIN_S)
    expect_error(elsewhere.get(COUNT), "invalid_token")
    assert len(sessions_of(account)) == 1
    expect_error(account.delete(f"/api/user/sessions/{session_id}"), "session_not_found")


def test_another_users_session_is_not_to_be_ended(user, other_user):
    session_id = tokens.payload_of(other_user.token)["sid"]
    expect_error(user.delete(f"/api/user/sessions/{session_id}"), "session_not_found")
    assert other_user.is_alive()


@pytest.mark.parametrize("session_id", [UNKNOWN_ID, "abc", "%20"])
def test_an_unknown_session_is_404(user, session_id):
    expect_error(user.delete(f"/api/user/sessions/{session_id}"), "session_not_found")


def test_a_session_outlives_a_restart(start_server):
    server = start_server()
    account = Shop(server).user()
    server.restart()
    assert account.is_alive()


def test_token_keys_that_are_not_set_are_made_and_kept(start_server):
    server = start_server(SECRET_KEY_ACCESS_TOKEN=None, SECRET_KEY_REFRESH_TOKEN=None)
    account = Shop(server).user()
    server.restart()
    assert account.is_alive()
    keys = [path for path in server.data_dir.rglob("*") if path.is_file() and "key" in path.name]
    assert keys, "the keys lie in the data folder"
    for path in [server.data_dir, *keys]:
        assert path.stat().st_mode & 0o077 == 0, f"{path} is its owner's alone"


def test_lower_case_header_names_work(server, user):
    answer = ask(server, f"GET {COUNT} HTTP/1.1", "host: x", f"authorization: Bearer {user.token}")
    assert answer.status == 200
