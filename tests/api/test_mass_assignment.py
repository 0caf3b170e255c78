"""Every column of every table, sent with every write: what is not the route's to take is not taken."""
import contextlib

import pytest

from support.answers import document_of
from support.client import Client
from support.expect import UNKNOWN_ID
from support.shop import Shop
from support.writes import WRITES

TEXT, NUMBER, LONG_AGO = "mass-assigned", 424242424242, "2001-02-03T04:05:06.000Z"
LONG_AGO_MS = "981173106000"
ELSEWHERE = ["__v", "$set", "$inc", "__proto__", "constructor", "isAdmin", "is_admin", "permissions", "price_paid", "owner"]
PLAUSIBLE = {"role": "ADMIN", "status": "Suspended", "verify_email": True, "verifyEmail": True, "isAdmin": True, "is_admin": True,
             "$set": {"role": "ADMIN"}, "__proto__": {"role": "ADMIN"}, "created_at": LONG_AGO, "createdAt": LONG_AGO,
             "updated_at": LONG_AGO, "updatedAt": LONG_AGO}


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def columns_of(server):
    with server.database() as database:
        found = [column[0] for table in server.storage.tables()
                 for column in database.execute(f'SELECT * FROM "{table}" LIMIT 0').description]
    return sorted({*found, *map(camel, found), "_id", *ELSEWHERE})


def values_for(names, kind):
    if kind == "text":
        return dict.fromkeys(names, TEXT)
    if kind == "number":
        return dict.fromkeys(names, NUMBER)
    return {name: PLAUSIBLE.get(name, UNKNOWN_ID) for name in names}


def fields_of(client, method, path):
    """What the route may take, by its document."""
    document = document_of(client, client.server.base_url)
    _, operation = document.find(method, path)
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return set(document._resolve(schema).get("properties", {}))


@contextlib.contextmanager
def sent_along(values):
    """With every JSON body, in front of what is meant and behind it."""
    usual, sent = Client.request, []

    def request(client, method, path, **arguments):
        if isinstance(arguments.get("json"), dict):
            allowed = fields_of(client, method, path)
            more = {name: value for name, value in values.items() if name not in allowed}
            arguments["json"] = {**more, **arguments["json"]}
            sent.append(more)
        elif method in ("POST", "PUT", "DELETE") and "files" not in arguments:
            arguments["json"] = dict(values)
            sent.append(values)
        return usual(client, method, path, **arguments)

    Client.request = request
    try:
        yield sent
    finally:
        Client.request = usual


def standing(server):
    """How many are administrators, verified, and not active."""
    with server.database() as database:
        return [database.execute(f"SELECT count(*) FROM users WHERE {condition}").fetchone()[0]
                for condition in ("role = 'ADMIN'", "verify_email = 1", "status <> 'Active'")]


@pytest.fixture(scope="module")
def own_shop(start_server):
    made = Shop(start_server())
    assert made.admin.is_alive()
    return made


@pytest.mark.parametrize("kind", ["text", "number", "plausible"])
@pytest.mark.parametrize("write", [write for write in WRITES if write.name not in ("upload_avatar", "upload_image")],
                         ids=lambda write: write.name)
def test_a_write_takes_nothing_but_its_own_fields(own_shop, write, kind):
    values = values_for(columns_of(own_shop.server), kind)
    it = write.prepare(own_shop)
    before = standing(own_shop.server)
    with sent_along(values) as sent:
        response = write.send(own_shop, it)
    assert response.status_code < 300, response.text
    assert write.is_done(write.seen(own_shop, it)), "it did what it is there for"
    assert sent or write.route.startswith("GET"), "something was sent along"
    after = standing(own_shop.server)
    assert [now - was for now, was in zip(after, before)] == [write.name == "make_admin", write.name == "verify_email", 0]
    stored = own_shop.server.stored_text()
    for mark in (TEXT, str(NUMBER), LONG_AGO, LONG_AGO_MS, UNKNOWN_ID):
        assert mark not in stored


MARKUP = ['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "javascript:alert(1)", "<svg/onload=alert(1)>",
          "{{constructor.constructor('alert(1)')()}}", "</title><script>alert(1)</script>", "\u202e<b>x</b>", "<!--", "]]>",
          "'\"`><x y=z>", "&lt;script&gt;", "\u2028\u2029"]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_text_that_comes_back_as_it_came(own_shop, text):
    """Nothing is left out or turned into something else; it is JSON, which no browser takes for a page (each answer is
    looked at: application/json, nosniff)."""
    name = f"{text} {len(text)}"
    product = own_shop.product(name=name, description=text, more_details={"note": text})
    shown = own_shop.anyone.get(f"/api/product/{product['_id']}")
    assert shown.headers["Content-Type"] == "application/json; charset=utf-8"
    assert (shown.json()["data"]["name"], shown.json()["data"]["description"]) == (name, text)
    assert shown.json()["data"]["more_details"] == {"note": text}
    assert own_shop.category(name=name)["name"] == name
    account = own_shop.user(name=name)
    assert account.fetch_profile()["name"] == name
    assert own_shop.address(account, address_line=text)["address_line"] == text
