"""Every route of the server's own document, with every kind of caller."""
import re
import time

import pytest

from support import tokens
from support.answers import document_of
from support.client import Client
from support.expect import UNKNOWN_ID
from support.server import ACCESS_KEY, REFRESH_KEY
from support.shop import Shop

# The surface that the contract names: method, path, who may.
CONTRACT = """
GET / open
POST /api/user/register open
POST /api/user/login open
GET /api/user/verify-user open
GET /api/user/logout user
POST /api/user/logout user
POST /api/user/refresh-token open
PUT /api/user/upload-avatar user
PUT /api/user/update-user user
PUT /api/user/forget-password open
PUT /api/user/verify-otp open
PUT /api/user/reset-password open
PUT /api/user/make-admin admin
GET /api/user/profile user
GET /api/user/sessions user
DELETE /api/user/sessions/{} user
POST /api/category/create admin
GET /api/category/all open
GET /api/category/{} open
PUT /api/category/update/{} admin
DELETE /api/category/delete/{} admin
POST /api/subcategory/create admin
GET /api/subcategory/all open
GET /api/subcategory/category/{} open
GET /api/subcategory/{} open
PUT /api/subcategory/update/{} admin
DELETE /api/subcategory/delete/{} admin
POST /api/product/create admin
GET /api/product/all open
GET /api/product/search open
GET /api/product/{} optional
PUT /api/product/update/{} admin
DELETE /api/product/delete/{} admin
POST /api/cart/add user
GET /api/cart user
GET /api/cart/count user
PUT /api/cart/update/{} user
DELETE /api/cart/remove/{} user
DELETE /api/cart/clear user
POST /api/address/add user
GET /api/address/all user
PUT /api/address/update/{} user
DELETE /api/address/delete/{} user
PUT /api/address/set-default/{} user
POST /api/image admin
"""
BESIDE_THE_CONTRACT = {("GET", path): "open"
                       for path in ("/livez", "/readyz", "/metrics", "/openapi.json", "/media/{}/{}")}
ACCESS_CODES = {"authentication_required", "invalid_token", "admin_only", "user_not_found"}
DEAD = ["expired", "revoked", "refresh as access", "wrong key", "alg none", "garbage"]


@pytest.fixture(scope="module")
def operations(anyone, server):
    """(method, path with ids filled in, access) of every operation of the document."""
    document = document_of(anyone, server.base_url)
    assert document is not None, "there is no /openapi.json"
    return [(method, re.sub(r"\{[^}]+\}", UNKNOWN_ID, path), operation["x-access"])
            for method, path, operation in document.operations()]


def select(operations, *accesses):
    chosen = [(method, path) for method, path, access in operations if access in accesses]
    assert chosen
    return chosen


def code_of(client, method, path, **arguments):
    """The status and, of an error, the code."""
    response = client.request(method, path, **arguments)
    return response.status_code, response.json().get("code") if response.status_code >= 400 else None


def expect_all(client, chosen, wanted, **arguments):
    answers = {(method, path): code_of(client, method, path, **arguments) for method, path in chosen}
    assert {route: answer for route, answer in answers.items() if answer != wanted} == {}


def dead_token(kind, account):
    good = tokens.payload_of(account.token)
    if kind == "expired":
        return tokens.sign({**good, "iat": int(time.time()) - 2000, "exp": int(time.time()) - 1}, ACCESS_KEY)
    if kind == "revoked":
        gone = account.second_session()
        gone.post("/api/user/logout")
        time.sleep(1)
        return gone.token
    return {"refresh as access": account.refresh_token, "wrong key": tokens.sign(good, REFRESH_KEY),
            "alg none": tokens.sign(good, "", "none"), "garbage": "abc.def.ghi"}[kind]


def carried(server, token, carrier):
    return Client(server, token) if carrier == "header" else Client(server, cookies={"accessToken": token})


def test_the_document_has_every_route_of_the_contract_with_its_access(anyone, server):
    document = document_of(anyone, server.base_url)
    offered = {(method, re.sub(r"\{[^}]+\}", "{}", path)): operation["x-access"]
               for method, path, operation in document.operations()}
    wanted = {tuple(line.split()[:2]): line.split()[2] for line in CONTRACT.split("\n") if line}
    assert {route: offered.get(route) for route in wanted} == wanted
    beyond = {(method, path): access for (method, path), access in offered.items() if (method, path) not in wanted}
    assert beyond == BESIDE_THE_CONTRACT, "a new route says here who may"


def test_nobody_gets_behind_the_door(anyone, operations):
    expect_all(anyone, select(operations, "user", "admin"), (401, "authentication_required"))


@pytest.mark.parametrize("carrier", ["header", "cookie"])
@pytest.mark.parametrize("kind", DEAD)
def test_a_dead_token_of_an_admin_opens_nothing(server, shop, operations, kind, carrier):
    client = carried(server, dead_token(kind, shop.new_admin()), carrier)
    expect_all(client, select(operations, "user", "admin"), (401, "invalid_token"))


@pytest.mark.parametrize("kind", DEAD)
def test_a_dead_token_is_no_bar_where_none_is_needed(server, user, operations, kind):
    client = Client(server, dead_token(kind, user))
    for method, path in select(operations, "open", "optional"):
        assert code_of(client, method, path)[1] not in ACCESS_CODES, (method, path)


@pytest.mark.parametrize("carrier", ["header", "cookie"])
@pytest.mark.parametrize("body",
                         [{}, {"json": {}},
                          {"data": b"{broken", "headers": {"Content-Type": "application/json"}},
                          {"data": b"x" * 200000, "headers": {"Content-Type": "text/plain"}}],
                         ids=["no body", "empty object", "malformed", "too large"])
def test_a_user_is_no_admin_whatever_the_body(server, shop, operations, body, carrier):
    client = carried(server, shop.user().token, carrier)
    expect_all(client, select(operations, "admin"), (403, "admin_only"), **body)


@pytest.mark.parametrize("carrier", ["header", "cookie"])
@pytest.mark.parametrize("role", ["user", "admin"])
def test_a_live_token_opens_what_its_role_may(server, shop, operations, role, carrier):
    account = shop.user() if role == "user" else shop.new_admin()
    for method, path in select(operations, *(["open", "optional", "user"] + ["admin"] * (role == "admin"))):
        status, code = code_of(carried(server, account.token, carrier), method, path)
        assert code not in ACCESS_CODES - {"user_not_found"}, (method, path, status, code)
        if path.endswith("/logout"):
            account.log_in()


@pytest.fixture(scope="module")
def suspended(start_server):
    """A server, and the tokens of a user and an admin who were suspended while it was down."""
    shop = Shop(start_server())
    accounts = [shop.user(), shop.new_admin()]
    shop.server.stop()
    with shop.server.database() as database:
        for account in accounts:
            changed = database.execute("UPDATE users SET status = 'Suspended' WHERE id = ?", account.id).rowcount
            assert changed == 1
    shop.server.start()
    return shop, accounts


@pytest.mark.parametrize("role", [0, 1], ids=["user", "admin"])
def test_a_suspended_account_is_out(suspended, operations, role):
    shop, accounts = suspended
    account = accounts[role]
    client = Client(shop.server, account.token)
    expect_all(client, select(operations, "user", "admin"), (401, "invalid_token"))
    assert code_of(Client(shop.server, account.refresh_token), "POST",
                   "/api/user/refresh-token") == (401, "invalid_refresh_token")


def test_a_suspended_account_looks_like_none_at_all(suspended):
    shop, (account, _) = suspended
    login = {"email": account.email, "password": account.password}
    assert code_of(shop.anyone, "POST", "/api/user/login", json=login) == (400, "invalid_credentials")
    mails = len(shop.mailbox.wait_for(account.email))
    assert code_of(shop.anyone, "PUT", "/api/user/forget-password",
                   json={"email": account.email}) == (200, None)
    time.sleep(1)
    assert len(shop.mailbox.to(account.email)) == mails


def owned_id(shop, account, path):
    if "/cart/" in path:
        return shop.cart_item(account)["_id"]
    if "/address/" in path:
        return shop.address(account)["_id"]
    assert "/sessions/" in path, f"whose is what {path} names?"
    return tokens.payload_of(account.second_session().token)["sid"]


def test_what_is_anothers_looks_like_what_is_not_there(shop, operations):
    mine, theirs = shop.user(), shop.user()
    body = {"quantity": 1, "city": "Pune"}
    for method, path in select(operations, "user"):
        if UNKNOWN_ID not in path:
            continue
        answers = []
        for object_id in (UNKNOWN_ID, owned_id(shop, theirs, path)):
            response = mine.request(method, path.replace(UNKNOWN_ID, object_id), json=body)
            assert response.status_code == 404, (method, path, response.text)
            answers.append({**response.json(), "requestId": ""})
        assert answers[0] == answers[1]
        malformed = mine.request(method, path.replace(UNKNOWN_ID, "abc"), json=body)
        assert malformed.status_code == (404 if "/sessions/" in path else 400), (method, path, malformed.text)
        own = mine.request(method, path.replace(UNKNOWN_ID, owned_id(shop, mine, path)), json=body)
        assert own.status_code == 200, (method, path, own.text)


def test_a_malformed_id_is_400_and_a_missing_one_404_for_an_admin_too(shop, operations):
    body = {"name": "x", "image": "x"}
    for method, path in select(operations, "admin"):
        if UNKNOWN_ID in path:
            assert shop.admin.request(method, path, json=body).status_code == 404, (method, path)
            assert shop.admin.request(method, path.replace(UNKNOWN_ID, "abc"),
                                      json=body).status_code == 400, (method, path)
