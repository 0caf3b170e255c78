"""SQL in everything that a client can say is text, on both engines: no answer is better, later or more telling than that
to a harmless word."""
import re
from urllib.parse import quote

import pytest

from routes import routes_of
from sql_payloads import PAYLOADS
from support import engine
from support.client import Client
from support.expect import UNKNOWN_ID
from support.parallel import at_once
from support.pressure import sized
from support.server import Server
from support.shop import IMAGE, PASSWORD, Shop, address_body, unique

pytestmark = pytest.mark.usefixtures("cleanly", "untouched")

HARMLESS = "zzyzxzzyzxzzyzx"
WAITED_S = 10  # far more than any request takes, and far less than the payloads that wait would
TOLD_BY_AN_ENGINE = re.compile(
    r'sqlite|sqlstate|libpq|postgres|syntax|near "|unrecognized token|no such (table|column|function)|unterminated|'
    r"does not exist|invalid input|invalid byte|fts5|tsquery|constraint|violates|error:|line \d", re.IGNORECASE)
COOKIES = {"accessToken": ("GET", "/api/cart"), "refreshToken": ("POST", "/api/user/refresh-token"),
           "resetToken": ("PUT", "/api/user/reset-password")}
HEADERS = ["Authorization", "User-Agent", "X-Request-Id", "X-Forwarded-For", "Origin", "Referer", "Accept-Language",
           "If-None-Match", *COOKIES]
IN_ONE_LINE = [payload for payload in PAYLOADS if payload.isprintable()]
TRIES_OF_ONE = 50  # attacker: there is a limit to what a customer may have


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shop(request):
    with engine.chosen(request.param):
        running = Server().start()
        yield Shop(running)
        running.discard()


@pytest.fixture(scope="module")
def server(shop):
    return shop.server


class Witness:
    """Somebody and something that nobody has to do with."""

    def __init__(self, shop):
        self.shop, self.account = shop, shop.user()
        self.product = shop.product(name="Brass ornament", description="Brass")

    def look(self):
        return [self.account.fetch_profile(), self.account.get("/api/address/all").json()["data"],
                self.shop.anyone.get(f"/api/product/{self.product['_id']}").json()["data"],
                sorted(self.shop.server.storage.tables())]


@pytest.fixture(scope="module")
def witness(shop):
    return Witness(shop)


@pytest.fixture
def untouched(witness):
    before = witness.look()
    yield
    assert witness.look() == before


class Attacker:
    """An administrator, who gets to everything, with things of his own."""

    def __init__(self, shop, witness):
        self.account = shop.new_admin()
        shelf = shop.sub_category()
        product = shop.product(name=unique("Zzyzx "), category=shelf["category"], subCategory=[shelf["_id"]], publish=False)
        self._ids = {"category": shelf["category"][0], "subcategory": shelf["_id"], "product": product["_id"],
                     "address": shop.address(self.account)["_id"],
                     "cart": shop.cart_item(self.account, witness.product)["_id"]}
        self._fields = {"password": PASSWORD, "newPassword": PASSWORD, "image": IMAGE, "category": shelf["category"],
                        "subCategory": [shelf["_id"]], "stock": 5, "price": 7, "publish": False,
                        "productId": product["_id"], "quantity": 1, **address_body()}

    def tell(self, route, field, word):
        """A request that is good, but for the word in a field of its body. One that updates has nothing but that."""
        fields = {**self._fields, "name": unique("Zzyzx "), "email": unique("zzyzx") + "@example.com"}
        names = [field] if "/update" in route.path else route.fields
        body = {name: fields[name] for name in names if name in fields}
        path = re.sub(r"\{\w+\}", self._ids.get(route.path.split("/")[2], UNKNOWN_ID), route.path)
        return self.account.request(route.method, path, json={**body, field: word})

    def ask(self, route, name, word):
        """A request with the word in its path or query."""
        word = quote(word, safe="")
        path = re.sub(r"\{(\w+)\}", lambda found: word if found[1] == name else UNKNOWN_ID, route.path)
        if name in route.in_query:
            path += f"?{name}={word}" + ("&search=brass" if "search" in route.in_query and name != "search" else "")
        return self.account.request(route.method, path, json={} if route.fields else None)


def rows(response):
    data = response.json().get("data") if response.ok else None
    return len(data) if isinstance(data, list) else 0


def expect_text(response, word, harmless):
    """The answer is one to a text that means nothing. Whether no field of it is told elsewhere is the client's to check
    (support/answers.py)."""
    assert response.status_code < 500, response.text
    assert response.elapsed.total_seconds() < WAITED_S
    assert response.ok <= harmless.ok and rows(response) <= rows(harmless), response.text
    if not response.ok:
        message = response.json()["message"].replace(word, "").replace(quote(word, safe=""), "")
        assert not TOLD_BY_AN_ENGINE.search(message), message


def attack(shop, witness, dice, places, way, quick):
    """Each payload in each place, or some of them, against what a harmless word gets there; returns how many."""
    harmless, attacker = {}, None
    tries = [(place, word) for place in places for word in PAYLOADS]
    tries = dice.sample(tries, sized(quick, len(tries)))
    for number, (place, word) in enumerate(tries):
        if number % TRIES_OF_ONE == 0 or not attacker.account.is_alive():
            attacker = Attacker(shop, witness)
        if place not in harmless:
            harmless[place] = way(attacker, *place, unique(HARMLESS))
            if not attacker.account.is_alive():
                attacker = Attacker(shop, witness)
        expect_text(way(attacker, *place, word), word, harmless[place])
    return len(tries)


def test_no_parameter_is_read_as_sql(shop, witness, dice, report):
    places = [(route, name) for route in routes_of(shop) for name in route.in_query + route.in_path]
    assert len(places) > 15
    report("SQL in parameters", attack(shop, witness, dice, places, Attacker.ask, 80), "none was read as SQL")


def test_no_field_of_a_body_is_read_as_sql(shop, witness, dice, report):
    places = [(route, name) for route in routes_of(shop) for name in route.fields]
    assert len(places) > 50
    report("SQL in fields", attack(shop, witness, dice, places, Attacker.tell, 80), "none was read as SQL")


def say_in_head(shop, user, name, word):
    value = word.encode()
    if name in COOKIES:
        method, path = COOKIES[name]
        return shop.anyone.request(method, path, headers={"Cookie": f"{name}=".encode() + value},
                                   json={"email": user.email, "newPassword": PASSWORD})
    if name == "Authorization":
        return shop.anyone.get("/api/cart", headers={name: b"Bearer " + value})
    return shop.anyone.post("/api/user/login", headers={name: value},
                            json={"email": user.email, "password": PASSWORD})


def test_no_header_and_no_cookie_is_read_as_sql(shop, dice, report):
    tries = [(name, word) for name in HEADERS for word in IN_ONE_LINE]
    tries = dice.sample(tries, sized(40, len(tries)))
    user = shop.user()
    harmless = {name: say_in_head(shop, user, name, HARMLESS) for name in HEADERS}
    for name, word in tries:
        expect_text(say_in_head(shop, user, name, word), word, harmless[name])
    report("SQL in headers and cookies", len(tries), "none was read as SQL")


def test_nobody_logs_in_by_sql(shop, witness, dice):
    email = witness.account.email
    for word in dice.sample(PAYLOADS, sized(4, len(PAYLOADS))):
        tries = [(email + word, PASSWORD), (word, word), (email, word), (email, PASSWORD + word)]
        answers = at_once(len(tries), lambda number: Client(shop.server).post(
            "/api/user/login", json={"email": tries[number][0], "password": tries[number][1]}))
        assert [answer.json()["code"] for answer in answers] == ["invalid_credentials"] * len(tries), word


def test_what_is_stored_as_text_stays_text_when_it_is_used(shop, witness, dice):
    """Second order: SQL that waits in the database until another statement takes it out."""
    for word in dice.sample(IN_ONE_LINE, sized(4, len(IN_ONE_LINE))):
        text = unique("zz") + word
        category = shop.category(name=text, image=text)
        shelf = shop.sub_category([category], name=text)
        product = shop.product(name=text, description=text, unit=text, category=[category["_id"]], subCategory=[shelf["_id"]])
        user = shop.user(name=text)
        login = shop.anyone.post("/api/user/login", json={"email": user.email, "password": PASSWORD},
                                 headers={"User-Agent": text.encode()})
        shop.cart_item(user, product)
        shop.address(user, city=text, address_line=text)

        seen = shop.anyone.get(f"/api/product/{product['_id']}").json()["data"]
        assert [seen[name] for name in ("name", "description", "unit")] == [text] * 3
        assert [seen[name][0]["name"] for name in ("category", "subCategory")] == [text] * 2
        inside = shop.anyone.get(f"/api/subcategory/category/{category['_id']}").json()["data"]
        assert [row["name"] for row in inside] == [text]
        assert [line["productId"]["name"] for line in user.get("/api/cart").json()["data"]] == [text]
        assert [(row["city"], row["address_line"]) for row in user.get("/api/address/all").json()["data"]] == [(text, text)]
        assert user.fetch_profile()["name"] == text
        assert login.ok and text in [row["userAgent"] for row in user.get("/api/user/sessions").json()["data"]]

        search = shop.anyone.get("/api/product/search", params={"search": text, "limit": 100})
        assert witness.product["_id"] not in [row["_id"] for row in search.json()["data"]]
        assert shop.admin.put(f"/api/category/update/{category['_id']}", json={"name": text + word}).ok
        assert shop.request_otp(user.email), "its mail was written"
        for path in (f"product/delete/{product['_id']}", f"subcategory/delete/{shelf['_id']}",
                     f"category/delete/{category['_id']}"):
            assert shop.admin.delete(f"/api/{path}").ok
        assert [line["productId"] for line in user.get("/api/cart").json()["data"]] == [None]
