"""Random bodies for every route of /openapi.json, by every kind of caller: no answer is a fault of the server, and all
keep to the document. HAAT_SEED repeats a run."""
import copy

import pytest

from routes import fields_of
from support.client import Client
from support.pressure import sized
from support.shop import Shop

pytestmark = pytest.mark.usefixtures("cleanly")

COUNT = sized(600, 100_000)
TEXTS = ["", " ", "a", "A" * 300, "a" * 5_000, "\0", "a\0b", "null", "true", "0", "-1", "1e9", "NaN", "'; DROP TABLE users;--",
         "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd", "%00", "\r\nX-Evil: 1", "\u202eabc",
         "😀" * 50, "ñ", "n\u0303", "\ufeff", "\u2028", "٣٤٥", "a@b.c", "asha@example.com", "411001", "9876543210",
         "507f1f77bcf86cd799439011", "507F1F77BCF86CD799439011", "https://example.com/a.jpg", "javascript:alert(1)"]
SHORT_TEXTS = ["", "a", "tea", "null", "0", "-1", "1e9", "NaN", "%00", "%ff", "٣", "'--", "1%202", "9" * 40]
NUMBERS = [0, -0.0, 1, -1, 2, 1.5, 99.999, 1e-9, 1e308, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -2**63, 2**64, 10**30]
OTHERS = [None, True, False, [], {}, [None], [[]], {"a": 1}, {"$gt": ""}, {"$ne": None}, {"__proto__": {"role": "ADMIN"}},
          ["x"] * 300, {"a": {"b": {"c": [1, "2", None]}}}]
EXTRA_KEYS = ["_id", "__v", "role", "status", "verify_email", "userId", "__proto__", "constructor", "$set", "$where", "",
              "createdAt", "isAdmin", "price_paid", "stock "]


def a_value(dice, ids):
    kind = dice.random()
    if kind < 0.45:
        return dice.choice(TEXTS)
    if kind < 0.65:
        return dice.choice(NUMBERS)
    return dice.choice(ids) if kind < 0.8 else copy.deepcopy(dice.choice(OTHERS))


def a_body(dice, fields, ids):
    if dice.random() < 0.05:
        return dice.choice([None, [], "text", 7, [{}]])
    names = [name for name in fields if dice.random() < 0.8]
    if dice.random() < 0.3:
        names += dice.sample(EXTRA_KEYS, 2)
    return {name: a_value(dice, ids) for name in names}


def test_no_random_request_is_a_fault_of_the_server(start_server, dice, report):
    shop = Shop(start_server())
    # An admin of its own: random requests may end or demote it, and another one is made.
    product, category = shop.product(), shop.category()
    document = shop.anyone.get("/openapi.json").json()
    operations = [(method.upper(), path, operation) for path, methods in document["paths"].items()
                  for method, operation in methods.items() if isinstance(operation, dict) and path != "/metrics"]
    callers = [shop.anyone, shop.user(), shop.new_admin()]
    ids = [product["_id"], category["_id"], "507f1f77bcf86cd799439011", callers[1].id, callers[2].id]
    counts = {}
    for number in range(COUNT):
        method, path, operation = dice.choice(operations)
        for name in [part for part in path.split("/") if part.startswith("{")]:
            path = path.replace(name, dice.choice([*ids, "x", "%00", "0" * 24]))
        if dice.random() < 0.2:
            path += f"?page={dice.choice(SHORT_TEXTS)}&limit={dice.choice(NUMBERS)}&search={dice.choice(SHORT_TEXTS)}"
        caller = dice.choice(callers)
        body = a_body(dice, fields_of(document, operation), ids)
        response = caller.request(method, path.replace("\0", "%00"), json=body)  # the client checks each answer
        assert response.status_code < 500, (number, method, path, body, response.text)
        counts[response.status_code // 100] = counts.get(response.status_code // 100, 0) + 1
    assert counts.get(2, 0) > COUNT // 20, f"some were good: {counts}"
    report("random requests by the document", COUNT, f"no 5xx; {counts}")


def test_keys_that_mean_something_elsewhere_mean_nothing_here(shop):
    """Operators of databases and prototypes of languages are text."""
    for body in ({"email": {"$gt": ""}, "password": {"$gt": ""}}, {"email": {"$regex": "^a"}, "password": "x"},
                 {"email": ["asha@example.com"], "password": {"$ne": 1}}, {"__proto__": {"email": "a@b.c"}, "password": "x"}):
        response = Client(shop.server).post("/api/user/login", json=body)
        assert response.status_code == 400, response.text
