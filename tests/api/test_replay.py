"""What the original answered, asked again: recorded.json, in its order, with the ids of this run."""
import json
import pathlib
import urllib.parse

import pytest

from support.raw import RawConnection
from support.shop import Shop

RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded.json").read_text(encoding="utf-8"))
ADDED_TO_ERRORS = (["code", "requestId"], ["code", "requestId", "field"])
PRODUCT = {"name": "Old", "image": ["x"], "price": 5}


@pytest.fixture(scope="module")
def stage(start_server):
    """A shop as it stood when the recording began, and the names that the recording uses for its parts."""
    shop = Shop(start_server())
    alice = shop.user(name="Alice Ü", email="alice@example.com")
    other = shop.user(email="other@x.y")
    shop.user(email="bob@x.y")
    admin = shop.new_admin(email="adm@x.y", password="SecurePass123!")
    c1, c2, c3 = (shop.category(name=name) for name in ("99", "Updated Electronics", "ToDelete"))
    s1 = shop.sub_category([c1, c2], name="Smartphones")
    gone = shop.product(**PRODUCT, category=[c1["_id"]], subCategory=[s1["_id"]])
    shop.admin.delete(f"/api/product/delete/{gone['_id']}")
    known = {"c1": c1, "c2": c2, "c3": c3, "s1": s1, "gone": gone}
    names = {name: document["_id"] for name, document in known.items()}
    names.update(user_token=alice.token, user_refresh=alice.refresh_token, admin_token=admin.token,
                 other_token=other.token)
    return shop.server, names


def fill_in(text, names):
    for name, value in names.items():
        text = text.replace(f"<{name}>", value).replace(f"<{name.upper()}>", value.upper())
    return text


def ask(server, case, names):
    path = urllib.parse.quote(fill_in(case["path"], names), safe="/?&=%[]$+-_.~")
    body = fill_in(case.get("body", ""), names).encode()
    headers = {name: fill_in(value, names) for name, value in case.get("headers", {}).items()}
    if "body" in case:
        headers["Content-Length"] = str(len(body))
    with RawConnection(server) as connection:
        lines = [f"{name}: {value}" for name, value in headers.items()]
        connection.send(f"{case['method']} {path} HTTP/1.1", "Host: {host}", *lines, body=body)
        return connection.read_answer(of_head_request=case["method"] == "HEAD")


def expect_as_recorded(case, body, names):
    assert body.get("message") == fill_in(case["message"], names)
    if case["status"] >= 400:
        recorded = case["keys"]
        if {"message", "error", "success"} <= set(recorded):
            assert list(body)[:3] == recorded
        assert list(body)[3:] in ADDED_TO_ERRORS
    else:
        assert list(body) == case["keys"]
    data = body.get("data")
    if isinstance(data, list) and data:
        data = data[0]
    if "data" in case:
        assert [name for name in data if name != "more_details"] == case["data"]


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: case["name"][:60])
def test_it_answers_as_the_original_did(stage, case):
    server, names = stage
    answer = ask(server, case, names)
    assert answer.status == case["status"], answer.body
    if case.get("message") is not None:
        body = json.loads(answer.body)
        expect_as_recorded(case, body, names)
        if "save" in case:
            names[case["save"]] = body["data"]["_id"]
