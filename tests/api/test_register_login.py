"""Registering, proving the address, logging in, becoming an admin."""
import statistics
import time

import pytest

from support.client import Client, set_cookies
from support.expect import DATE, USER, expect_data, expect_document, expect_error
from support.parallel import at_once, statuses
from support.server import ADMIN_EMAIL, ADMIN_KEY, ADMIN_PASSWORD
from support.shop import PASSWORD, Account, Shop, unique

REGISTER = "/api/user/register"
LOGIN = "/api/user/login"
REGISTERED_KEYS = ("message", "error", "success", "data")
COOKIE_ATTRIBUTES = {"Path=/", "HttpOnly", "Secure", "SameSite=None"}


def registration(**fields):
    return {"name": "Asha", "email": unique("new") + "@example.com", "password": PASSWORD, **fields}


def expect_registered(response):
    user = expect_data(response, 200, "User register successfully", REGISTERED_KEYS)
    expect_document(user, USER, created=True)
    return user


# --- register


def test_registering_answers_the_new_user(anyone):
    body = registration(name="Asha Ü 山田 🦊")
    user = expect_registered(anyone.post(REGISTER, json=body))
    assert {name: user[name] for name in USER} == {
        "name": body["name"], "email": body["email"], "avatar": "", "mobile": None, "verify_email": False,
        "last_login_date": None, "status": "Active", "address_details": [], "default_address": None,
        "shopping_cart": [], "orderHistory": [], "role": "USER"}


def test_a_name_may_be_a_number(anyone):
    assert expect_registered(anyone.post(REGISTER, json=registration(name=42)))["name"] == "42"


def test_an_address_comes_back_as_it_was_typed(anyone):
    email = unique("MiXed.Case+tag") + "@Example.COM"
    assert expect_registered(anyone.post(REGISTER, json=registration(email=email)))["email"] == email


def test_an_address_may_be_in_any_script(anyone):
    email = unique("ユニ") + "@例え.jp"
    assert expect_registered(anyone.post(REGISTER, json=registration(email=email)))["email"] == email


def test_a_register_ignores_what_is_not_the_callers_to_say(anyone):
    body = registration(role="ADMIN", verify_email=True, status="Suspended", _id="507f1f77bcf86cd799439011",
                        avatar="http://x", shopping_cart=["x"])
    user = expect_registered(anyone.post(REGISTER, json=body))
    assert (user["role"], user["verify_email"], user["status"], user["avatar"], user["shopping_cart"]) == (
        "USER", False, "Active", "", [])
    assert user["_id"] != body["_id"]


@pytest.mark.parametrize("missing", ["name", "email", "password"])
@pytest.mark.parametrize("how", ["absent", "", None])
def test_a_register_needs_name_email_and_password(anyone, missing, how):
    body = registration(**{missing: how})
    if how == "absent":
        del body[missing]
    expect_error(anyone.post(REGISTER, json=body), "registration_incomplete")


@pytest.mark.parametrize("field", ["name", "email", "password"])
@pytest.mark.parametrize("wrong", [{"$ne": None}, ["x"], {"a": 1}, True], ids=str)
def test_a_register_field_of_a_wrong_type_is_named(anyone, field, wrong):
    expect_error(anyone.post(REGISTER, json=registration(**{field: wrong})), "invalid_field", field=field)


@pytest.mark.parametrize("email",
                         ["nonsense", "@example.com", "a@", "a b@example.com", "a@b@example.com",
                          "a@example..com", "a@exa mple.com", "a\r\nBcc: b@example.com",
                          "a" * 400 + "@example.com", "asha\u200b@example.com", "\uff41sha@example.com"])
def test_an_invalid_address_is_400(anyone, email):
    expect_error(anyone.post(REGISTER, json=registration(email=email)), "invalid_email", field="email")


@pytest.mark.parametrize("password", ["short7!", "1234567", "12345678", "password", "PASSWORD", "qwerty123"])
def test_a_weak_password_is_400(anyone, password):
    expect_error(anyone.post(REGISTER, json=registration(password=password)), "weak_password",
                 field="password")


@pytest.mark.parametrize("password", ["eight-ch", "pässwörd🦊", "x" * 100 + "-And more", "with  spaces in it", "Quite-" + "long-" * 25,
                                      "\0begins-with-nul", "nul\0within-it", " space-around ", "नमस्ते-दुनिया"])
def test_other_passwords_log_in_again(shop, password):
    assert shop.user(password=password).is_alive()


@pytest.mark.parametrize("password, other", [
    ("Quite-long-" * 10 + "a", "Quite-long-" * 10 + "b"), ("Quite-long-" * 7, "Quite-long-" * 7 + "x"),
    (" space-around ", "space-around"), ("Case-Matters-9", "case-matters-9"), ("nul\0within-it", "nul"),
    ("nul\0within-it", "nul\0within-too"), ("caf\u00e9-by-the-sea", "cafe\u0301-by-the-sea")],
    ids=["beyond 72 bytes", "longer", "trimmed", "case", "up to a NUL", "behind a NUL", "another form of Unicode"])
def test_a_password_is_good_byte_by_byte(shop, password, other):
    """It is not cut, trimmed, folded nor normalised."""
    account = shop.user(password=password)
    expect_error(shop.anyone.post(LOGIN, json={"email": account.email, "password": other}), "invalid_credentials")


def test_missing_fields_are_reported_before_bad_ones(anyone):
    expect_error(anyone.post(REGISTER, json={"email": "nonsense", "password": "x"}),
                 "registration_incomplete")


@pytest.mark.parametrize("change", [str, str.upper, str.title])
def test_an_address_is_taken_once_in_whatever_case(anyone, change):
    email = unique("taken") + "@example.com"
    expect_registered(anyone.post(REGISTER, json=registration(email=email)))
    expect_error(anyone.post(REGISTER, json=registration(email=change(email))), "user_exists")


# --- becoming an admin


def test_the_admin_key_makes_an_admin(anyone):
    assert expect_registered(anyone.post(REGISTER, json=registration(adminKey=ADMIN_KEY)))["role"] == "ADMIN"


@pytest.mark.parametrize("key", ["wrong", "", None, ADMIN_KEY + "x", ADMIN_KEY[:-1], ADMIN_KEY.upper()])
def test_a_wrong_admin_key_is_ignored(anyone, key):
    assert expect_registered(anyone.post(REGISTER, json=registration(adminKey=key)))["role"] == "USER"


@pytest.mark.parametrize("setting", [None, ""])
def test_an_unset_admin_key_makes_nobody_admin(start_server, setting):
    client = Client(start_server(ADMIN_SECRET_KEY=setting))
    for attempt in ({}, {"adminKey": ""}, {"adminKey": None}, {"adminKey": "undefined"}):
        assert expect_registered(client.post(REGISTER, json=registration(**attempt)))["role"] == "USER"


def test_the_default_admin_can_log_in(anyone):
    expect_data(anyone.post(LOGIN, json={"email": ADMIN_EMAIL, "password": ADMIN_PASSWORD}), 200,
                "Login Successful",
                REGISTERED_KEYS)


def test_there_is_no_well_known_admin_password(start_server):
    server = start_server(DEFAULT_ADMIN_EMAIL=None, DEFAULT_ADMIN_PASSWORD=None)
    for email in ("admin@blinkit.com", "admin@example.com", "admin@localhost"):
        for password in ("BlinkitAdmin123!", "admin", "password"):
            expect_error(Client(server).post(LOGIN, json={"email": email, "password": password}),
                         "invalid_credentials")


def test_make_admin_promotes_and_can_be_repeated(admin, shop):
    account = shop.user()
    for _ in range(2):
        response = admin.put("/api/user/make-admin", json={"email": account.email.upper()})
        data = expect_data(response, 200, "User promoted to admin successfully", REGISTERED_KEYS)
        assert list(data.items()) == [("email", account.email), ("role", "ADMIN")]
    assert account.log_in().post("/api/category/create", json={}).status_code == 400


def test_a_role_change_ends_the_sessions_of_before(admin, shop):
    account = shop.user()
    admin.put("/api/user/make-admin", json={"email": account.email})
    time.sleep(1)
    expect_error(account.get("/api/cart"), "invalid_token")


@pytest.mark.parametrize("body", [{}, {"email": ""}, {"email": None}])
def test_make_admin_needs_an_address(admin, body):
    expect_error(admin.put("/api/user/make-admin", json=body), "email_required")


def test_make_admin_of_nobody_is_404(admin):
    expect_error(admin.put("/api/user/make-admin", json={"email": "nobody@nowhere.example"}),
                 "user_not_found")


# --- verifying the address


def test_the_link_in_the_mail_verifies_the_address(shop):
    account = shop.user()
    code = shop.mailbox.wait_for(account.email)[0].verification_code
    assert account.fetch_profile()["verify_email"] is False
    for _ in range(2):
        response = shop.anyone.get(f"/api/user/verify-user?code={code}")
        expect_data(response, 200, "Email Verificaton Successful", ("success", "message", "error"))
    assert account.fetch_profile()["verify_email"] is True


def test_head_on_the_link_verifies_nothing(shop):
    account = shop.user()
    code = shop.mailbox.wait_for(account.email)[0].verification_code
    shop.anyone.head(f"/api/user/verify-user?code={code}")
    assert account.fetch_profile()["verify_email"] is False


def test_a_code_is_random_and_not_stored_in_clear(shop, server):
    first, second = shop.user(), shop.user()
    code = shop.mailbox.wait_for(first.email)[0].verification_code
    assert code != shop.mailbox.wait_for(second.email)[0].verification_code
    assert len(code) >= 43, "256 bits are 43 characters of base64url or 64 of hex"
    assert first.id not in code
    assert code not in server.stored_text()


@pytest.mark.parametrize("query",
                         ["", "?code=", "?code=507f1f77bcf86cd799439011", "?code=" + "A" * 43, "?code=%00",
                          "?code[$ne]=x", "?code=" + "0" * 64, "?CODE=x"])
def test_any_other_code_is_400(anyone, query):
    expect_error(anyone.get("/api/user/verify-user" + query), "invalid_verification_code")


def test_the_users_id_is_no_code(shop):
    expect_error(shop.anyone.get(f"/api/user/verify-user?code={shop.user().id}"), "invalid_verification_code")


# --- login


def test_a_login_answers_both_tokens_and_sets_both_cookies(shop):
    account = shop.user()
    response = shop.anyone.post(LOGIN, json={"email": account.email, "password": PASSWORD})
    data = expect_data(response, 200, "Login Successful", REGISTERED_KEYS)
    assert list(data) == ["accessToken", "refreshToken"]
    cookies = set_cookies(response)
    assert set(cookies) == set(data)
    for name, value in data.items():
        assert cookies[name].value == value
        assert set(cookies[name].attributes) == COOKIE_ATTRIBUTES
    assert response.headers["Cache-Control"] == "no-store"


def test_a_login_is_noted_in_the_profile(shop):
    profile = shop.user().fetch_profile()
    expect_document(profile, USER)
    assert DATE.fullmatch(profile["last_login_date"])


@pytest.mark.parametrize("change", [str.upper, str.lower, str.title])
def test_a_login_takes_the_address_in_any_case(shop, change):
    account = shop.user(email=unique("Case") + "@Example.com")
    assert shop.anyone.post(LOGIN,
                            json={"email": change(account.email), "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("body",
                         [{}, {"email": "a@b.example"}, {"password": "x"}, {"email": "", "password": "x"},
                                  {"email": "a@b.example", "password": ""}, {"email": None, "password": None},
                                  {"__proto__": {"email": "a"}, "password": "x"}])
def test_a_login_needs_address_and_password(anyone, body):
    expect_error(anyone.post(LOGIN, json=body), "login_incomplete")


@pytest.mark.parametrize("field", ["email", "password"])
@pytest.mark.parametrize("wrong", [{"$ne": None}, ["x"], True], ids=str)
def test_a_login_field_of_a_wrong_type_is_named(anyone, field, wrong):
    body = {"email": "a@b.example", "password": "something", field: wrong}
    expect_error(anyone.post(LOGIN, json=body), "invalid_field", field=field)


def test_an_unknown_address_and_a_wrong_password_look_the_same(shop):
    account = shop.user()
    wrong = expect_error(shop.anyone.post(LOGIN, json={"email": account.email, "password": "bad"}),
                         "invalid_credentials")
    unknown = expect_error(shop.anyone.post(LOGIN, json={"email": "no@no.example", "password": "bad"}),
                           "invalid_credentials")
    assert {**wrong, "requestId": ""} == {**unknown, "requestId": ""}


def median_time(call, rounds=9):
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def test_an_unknown_address_takes_as_long_as_a_wrong_password(shop):
    account = shop.user()
    wrong = median_time(lambda: shop.anyone.post(LOGIN,
                                                 json={"email": account.email, "password": "wrong-one"}))
    unknown = median_time(lambda: shop.anyone.post(LOGIN,
                                                   json={"email": "no@no.example", "password": "wrong-one"}))
    assert 0.4 < unknown / wrong < 2.5


def test_unverified_addresses_may_log_in_unless_the_shop_asks_for_it(start_server):
    shop = Shop(start_server(REQUIRE_VERIFIED_EMAIL="true"))
    user = expect_registered(shop.register())
    credentials = {"email": user["email"], "password": PASSWORD}
    expect_error(shop.anyone.post(LOGIN, json=credentials), "email_not_verified")
    expect_error(shop.anyone.post(LOGIN, json={**credentials, "password": "wrong"}), "invalid_credentials")
    shop.anyone.get(f"/api/user/verify-user?code={shop.mailbox.wait_for(user['email'])[0].verification_code}")
    assert shop.anyone.post(LOGIN, json=credentials).status_code == 200


# --- limits


@pytest.fixture(scope="module")
def limited_shop(start_server):
    return Shop(start_server(RATE_LIMITS=None))


def test_ten_failed_logins_close_an_account_for_a_while(limited_shop):
    email = expect_registered(limited_shop.register())["email"]
    bystander = limited_shop.user()
    for _ in range(10):
        answer = limited_shop.anyone.post(LOGIN, json={"email": email, "password": "bad"})
        expect_error(answer, "invalid_credentials")
    for password in ("bad", PASSWORD):
        answer = limited_shop.anyone.post(LOGIN, json={"email": email.upper(), "password": password})
        expect_error(answer, "too_many_requests", order="E")
        assert 1 <= int(answer.headers["Retry-After"]) <= 15 * 60
    assert Account(bystander.server, bystander.email, PASSWORD).is_alive()


def test_a_guesser_from_many_addresses_is_one_at_an_account_and_one_address_is_one_at_many_accounts(start_server):
    shop = Shop(start_server(RATE_LIMITS=None, TRUSTED_PROXIES="127.0.0.1"))
    account = shop.user()

    def guess(email, address):
        return shop.anyone.post(LOGIN, json={"email": email, "password": "bad"},
                                headers={"X-Forwarded-For": address}).status_code

    assert [guess(account.email, f"198.51.100.{number}") for number in range(12)] == [400] * 10 + [429] * 2
    assert [guess(f"{number}@nowhere.example", "203.0.113.9") for number in range(51)] == [400] * 50 + [429]
    assert guess("another@nowhere.example", "203.0.113.10") == 400, "others are not counted with them"


def test_guesses_do_not_lock_out_an_owner_who_is_where_he_logged_in_before(limited_shop):
    account = limited_shop.user()
    for _ in range(11):
        limited_shop.anyone.post(LOGIN, json={"email": account.email, "password": "bad"})
    assert account.log_in().is_alive()


def test_unknown_addresses_are_limited_in_the_same_way(limited_shop):
    answers = [limited_shop.anyone.post(LOGIN,
                                        json={"email": "ghost@nowhere.example",
                                              "password": "bad"}).status_code
               for _ in range(11)]
    assert answers == [400] * 10 + [429]


def test_guesses_at_the_same_moment_are_limited_too(start_server):
    shop = Shop(start_server(RATE_LIMITS=None))  # of its own: so many failures close the address to the other tests
    account = shop.user()
    guess = lambda _: shop.anyone.post(LOGIN, json={"email": account.email, "password": "bad"})
    assert statuses(at_once(24, guess)) == {400: 10, 429: 14}


def test_only_three_codes_are_sent_to_an_account_in_an_hour(limited_shop):
    account = limited_shop.user()
    ask = lambda email: limited_shop.anyone.put("/api/user/forget-password",
                                                json={"email": email}).status_code
    known = [ask(account.email) for _ in range(5)]
    unknown = [ask("nobody-at-all@nowhere.example") for _ in range(5)]
    assert known[:3] == [200] * 3
    assert known == unknown, "the limit must not tell who has an account"
    limited_shop.mailbox.wait_for(account.email, "Password Reset", 3)
    time.sleep(1)
    assert len(limited_shop.mailbox.to(account.email, "Password Reset")) == 3
