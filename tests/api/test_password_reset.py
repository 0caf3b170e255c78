"""A forgotten password: code by mail, reset token, new password."""
import calendar
import re
import secrets
import time

import pytest

from support.client import Client, set_cookies
from support.expect import expect_data, expect_error
from support.shop import PASSWORD, unique

FORGET = "/api/user/forget-password"
VERIFY = "/api/user/verify-otp"
RESET = "/api/user/reset-password"
SUBJECT = "Password Reset Verification Code Sent!"
NEW_PASSWORD = "Another-staple-8-horse"
DONE = ("message", "success", "error")


def reset(server, token, body):
    return Client(server, cookies={"resetToken": token} if token is not None else None).put(RESET, json=body)


def can_log_in(shop, email, password):
    return shop.anyone.post("/api/user/login", json={"email": email, "password": password}).status_code == 200


def wrong_code(right):
    return f"{(int(right) + 1) % 1_000_000:06d}"


# --- the whole way


def test_a_forgotten_password_can_be_replaced(shop, server):
    account = shop.user()
    elsewhere = account.second_session()
    response = shop.anyone.put(FORGET, json={"email": account.email})
    expect_data(response, 200, "OTP sent to your email", DONE)
    otp = shop.mailbox.wait_for(account.email, SUBJECT)[0].otp

    response = shop.anyone.put(VERIFY, json={"email": account.email, "otp": otp})
    data = expect_data(response, 200, "OTP verified successfully", DONE + ("data",))
    assert list(data) == ["resetToken"] and re.fullmatch("[0-9a-f]{64}", data["resetToken"])
    cookie = set_cookies(response)["resetToken"]
    assert cookie.value == data["resetToken"]
    expires = [part for part in cookie.attributes if part.startswith("Expires=")]
    assert set(cookie.attributes) - set(expires) == {"Max-Age=600", "Path=/", "HttpOnly", "Secure",
                                                     "SameSite=None"}
    expires_at = calendar.timegm(time.strptime(expires[0], "Expires=%a, %d %b %Y %H:%M:%S GMT"))
    assert abs(expires_at - time.time() - 600) < 30

    mails_before = len(shop.mailbox.to(account.email))
    response = reset(server, cookie.value, {"email": account.email, "newPassword": NEW_PASSWORD})
    expect_data(response, 200, "Password reset successful", DONE)
    cleared = set_cookies(response)["resetToken"]
    assert cleared.value == ""
    assert {"Path=/", "HttpOnly", "Secure", "SameSite=None",
            "Expires=Thu, 01 Jan 1970 00:00:00 GMT"} == set(cleared.attributes)

    assert can_log_in(shop, account.email, NEW_PASSWORD)
    assert not can_log_in(shop, account.email, PASSWORD)
    assert not account.is_alive() and not elsewhere.is_alive(), "all sessions end"
    shop.mailbox.wait_for(account.email, count=mails_before + 1)


def test_the_code_may_be_sent_as_a_number(shop):
    account = shop.user()
    otp = shop.request_otp(account.email)
    assert shop.anyone.put(VERIFY, json={"email": account.email, "otp": int(otp)}).status_code == 200


def test_the_address_counts_in_any_case(shop, server):
    account = shop.user()
    otp = shop.request_otp(account.email)
    response = shop.anyone.put(VERIFY, json={"email": account.email.upper(), "otp": otp})
    token = response.json()["data"]["resetToken"]
    assert reset(server, token,
                 {"email": account.email.title(), "newPassword": NEW_PASSWORD}).status_code == 200


# --- asking for a code


@pytest.mark.parametrize("body", [{}, {"email": ""}, {"email": None}])
def test_asking_needs_an_address(anyone, body):
    expect_error(anyone.put(FORGET, json=body), "email_required")


@pytest.mark.parametrize("wrong", [{"$regex": "^a"}, ["a@example.com"], True], ids=str)
def test_an_address_of_a_wrong_type_is_named(anyone, wrong):
    expect_error(anyone.put(FORGET, json={"email": wrong}), "invalid_field", field="email")


def test_asking_for_somebody_unknown_looks_the_same_and_sends_nothing(shop):
    known = shop.user()
    unknown = "nobody-here@nowhere.example"
    answers = []
    for email in (known.email, unknown):
        response = shop.anyone.put(FORGET, json={"email": email})
        expect_data(response, 200, "OTP sent to your email", DONE)
        answers.append(response.text)
    assert answers[0] == answers[1]
    shop.mailbox.wait_for(known.email, SUBJECT)
    assert shop.mailbox.to(unknown) == []


def test_a_text_of_any_length_is_just_somebody_unknown(anyone):
    """At random, so that no database can compress it."""
    email = secrets.token_urlsafe(20_000) + "@nowhere.example"
    expect_data(anyone.put(FORGET, json={"email": email}), 200, "OTP sent to your email", DONE)
    expect_error(anyone.put(VERIFY, json={"email": email, "otp": "123456"}), "invalid_otp")
    expect_error(anyone.post("/api/user/login", json={"email": email, "password": PASSWORD}), "invalid_credentials")


def test_a_new_code_replaces_the_old_one(shop):
    account = shop.user()
    old = shop.request_otp(account.email)
    new = shop.request_otp(account.email)
    if old != new:
        expect_error(shop.anyone.put(VERIFY, json={"email": account.email, "otp": old}), "invalid_otp")
    assert shop.anyone.put(VERIFY, json={"email": account.email, "otp": new}).status_code == 200


# --- proving it


@pytest.mark.parametrize("missing", ["email", "otp"])
@pytest.mark.parametrize("how", ["absent", "", None])
def test_proving_needs_address_and_code(anyone, missing, how):
    body = {"email": "a@example.com", "otp": "123456", missing: how}
    if how == "absent":
        del body[missing]
    expect_error(anyone.put(VERIFY, json=body), "otp_incomplete")


@pytest.mark.parametrize("spoil",
                         [wrong_code, lambda otp: otp[:5], lambda otp: otp + "0", lambda otp: "abcdef",
                                   lambda otp: f"{otp}\0", lambda otp: otp[::-1] + "x"])
def test_a_wrong_code_is_400(shop, user, spoil):
    otp = shop.request_otp(user.email)
    expect_error(shop.anyone.put(VERIFY, json={"email": user.email, "otp": spoil(otp)}), "invalid_otp")


@pytest.mark.parametrize("email", ["nobody@nowhere.example", "nonsense"])
def test_a_code_for_somebody_unknown_is_just_as_wrong(anyone, email):
    expect_error(anyone.put(VERIFY, json={"email": email, "otp": "123456"}), "invalid_otp")


@pytest.mark.parametrize("otp", [["1"], {"$ne": 1}, True, 1.5, -1, 10**20, "12345", "1234567", "४००००१"],
                         ids=str)
def test_a_code_that_cannot_be_one_is_400(shop, user, otp):
    expect_error(shop.anyone.put(VERIFY, json={"email": user.email, "otp": otp}), "invalid_otp")


def test_a_code_without_having_asked_is_400(shop, user):
    expect_error(shop.anyone.put(VERIFY, json={"email": user.email, "otp": "000000"}), "invalid_otp")


def test_a_code_counts_once(shop):
    account = shop.user()
    otp = shop.request_otp(account.email)
    assert shop.anyone.put(VERIFY, json={"email": account.email, "otp": otp}).status_code == 200
    expect_error(shop.anyone.put(VERIFY, json={"email": account.email, "otp": otp}), "invalid_otp")


def test_a_code_is_its_owners_alone(shop, user, other_user):
    otp = shop.request_otp(user.email)
    expect_error(shop.anyone.put(VERIFY, json={"email": other_user.email, "otp": otp}), "invalid_otp")


def test_four_wrong_tries_are_forgiven(shop, user):
    otp = shop.request_otp(user.email)
    for _ in range(4):
        expect_error(shop.anyone.put(VERIFY, json={"email": user.email, "otp": wrong_code(otp)}),
                     "invalid_otp")
    assert shop.anyone.put(VERIFY, json={"email": user.email, "otp": otp}).status_code == 200


def test_five_wrong_tries_void_the_code(shop, user):
    otp = shop.request_otp(user.email)
    for _ in range(5):
        expect_error(shop.anyone.put(VERIFY, json={"email": user.email, "otp": wrong_code(otp)}),
                     "invalid_otp")
    expect_error(shop.anyone.put(VERIFY, json={"email": user.email, "otp": otp}), "invalid_otp")


def test_the_reset_token_is_no_code(shop, user):
    token = shop.reset_token(user.email)
    expect_error(shop.anyone.put(VERIFY, json={"email": user.email, "otp": token}), "invalid_otp")


# --- the new password


def test_a_reset_needs_the_cookie_and_the_address(server, user, shop):
    token = shop.reset_token(user.email)
    body = {"email": user.email, "newPassword": NEW_PASSWORD}
    expect_error(reset(server, None, body), "reset_incomplete")
    expect_error(reset(server, "", body), "reset_incomplete")
    expect_error(reset(server, token, {"newPassword": NEW_PASSWORD}), "reset_incomplete")
    expect_error(reset(server, token, {"email": "", "newPassword": NEW_PASSWORD}), "reset_incomplete")
    expect_error(Client(server, token).put(RESET, json=body), "reset_incomplete")
    expect_error(Client(server).put(RESET, json={**body, "resetToken": token}), "reset_incomplete")


@pytest.mark.parametrize("token", ["bad", "0" * 64, "A" * 64])
def test_a_wrong_reset_token_is_403(server, user, shop, token):
    shop.reset_token(user.email)
    expect_error(reset(server, token, {"email": user.email, "newPassword": NEW_PASSWORD}),
                 "invalid_reset_token")


def test_a_reset_token_is_its_owners_alone(server, shop, user, other_user):
    token = shop.reset_token(user.email)
    for email in (other_user.email, "nobody@nowhere.example"):
        expect_error(reset(server, token, {"email": email, "newPassword": NEW_PASSWORD}),
                     "invalid_reset_token")
    assert can_log_in(shop, other_user.email, PASSWORD)


def test_a_wrong_token_is_reported_before_a_missing_password(server, user):
    expect_error(reset(server, "bad", {"email": user.email}), "invalid_reset_token")


@pytest.mark.parametrize("body, code",
                         [({}, "new_password_required"), ({"newPassword": ""}, "new_password_required"),
                                        ({"newPassword": None}, "new_password_required"),
                                        ({"newPassword": "short"}, "weak_password"),
                                        ({"newPassword": "password"}, "weak_password")], ids=str)
def test_a_refused_password_does_not_use_up_the_token(server, shop, user, body, code):
    token = shop.reset_token(user.email)
    expect_error(reset(server, token, {"email": user.email, **body}), code)
    assert reset(server, token, {"email": user.email, "newPassword": NEW_PASSWORD}).status_code == 200


def test_a_reset_token_counts_once(server, shop, user):
    token = shop.reset_token(user.email)
    assert reset(server, token, {"email": user.email, "newPassword": NEW_PASSWORD}).status_code == 200
    expect_error(reset(server, token, {"email": user.email, "newPassword": NEW_PASSWORD + "2"}),
                 "invalid_reset_token")
    assert can_log_in(shop, user.email, NEW_PASSWORD)


def test_the_reset_token_is_not_stored_in_clear(server, shop, user):
    token = shop.reset_token(user.email)
    assert token not in server.stored_text()


def test_a_new_password_or_address_ends_a_reset_under_way(server, shop):
    for change in ({"password": PASSWORD + "-2"}, {"email": unique("moved") + "@example.com"}):
        account = shop.user()
        token = shop.reset_token(account.email)
        assert account.put("/api/user/update-user", json=change).status_code == 200
        body = {"email": change.get("email", account.email), "newPassword": NEW_PASSWORD}
        expect_error(reset(server, token, body), "invalid_reset_token")
