"""What is said twice: in a doubled parameter the first counts, in body and query the body."""
import pytest

from routes import routes_of
from support.expect import UNKNOWN_ID
from support.shop import IMAGE, unique

pytestmark = pytest.mark.usefixtures("cleanly")

SOUGHT = "gooseberry"


def told(response):
    """The status and the answer, but for what is different each time."""
    return response.status_code, {name: value for name, value in response.json().items() if name != "requestId"}


@pytest.fixture(scope="module")
def two_of_each(shop):
    """By parameter: two values for which the answer is not the same."""
    for word in (SOUGHT, SOUGHT, SOUGHT, "elderberry"):
        shop.product(name=unique(word + " "))
    codes = [shop.mailbox.wait_for(shop.user().email)[0].verification_code, "no-such-code"]
    return {"page": ["1", "2"], "limit": ["1", "2"], "search": [SOUGHT, "elderberry"], "code": codes}


def test_the_first_of_a_doubled_parameter_counts_on_every_route(shop, two_of_each):
    places = [(route.path, name, route.in_query) for route in routes_of(shop) for name in route.in_query]
    assert len(places) > 5
    for path, name, others in places:
        rest = {"limit": "2", "search": SOUGHT}
        pairs = [(other, rest[other]) for other in others if other != name and other in rest]
        values = two_of_each[name]
        alone = [told(shop.anyone.get(path, params=[*pairs, (name, value)])) for value in values]
        assert alone[0] != alone[1], (path, name)
        for first, second in ((0, 1), (1, 0)):
            doubled = [*pairs, (name, values[first]), (name, values[second])]
            assert told(shop.anyone.get(path, params=doubled)) == alone[first], (path, doubled)
            disguised = f"{path}?%{ord(name[0]):x}{name[1:]}={values[first]}"
            assert told(shop.anyone.get(disguised, params=[*pairs, (name, values[second])])) == alone[first], disguised


def test_no_query_says_what_a_body_leaves_out(shop):
    """On every route that takes a body."""
    account = shop.new_admin()
    before = account.fetch_profile()
    routes = [route for route in routes_of(shop) if route.fields]
    assert len(routes) > 12
    for route in routes:
        path = route.path.replace("{id}", UNKNOWN_ID).replace("{cartItemId}", UNKNOWN_ID)
        query = {name: before.get(name) or "1" for name in route.fields}
        query.update(dict.fromkeys({"name", "password", "mobile"} & set(route.fields), "9876543210"))
        assert told(account.request(route.method, path, json={}, params=query)) == told(
            account.request(route.method, path, json={})), route
    assert account.fetch_profile() == {**before, "updatedAt": account.fetch_profile()["updatedAt"]}


def test_where_body_and_query_disagree_the_body_counts(shop):
    user, product = shop.user(), shop.product()
    name = unique("Currants ")
    made = shop.admin.post(f"/api/category/create?name=x{name}&image=x", json={"name": name, "image": IMAGE})
    assert (made.json()["data"]["name"], made.json()["data"]["image"]) == (name, IMAGE)
    query = {"productId": UNKNOWN_ID, "quantity": 3}
    assert user.post("/api/cart/add", params=query, json={"productId": product["_id"], "quantity": 2}).status_code == 201
    assert [line["quantity"] for line in user.get("/api/cart").json()["data"]] == [2]
    right, wrong = {"email": user.email, "password": user.password}, {"email": user.email, "password": "not-" + user.password}
    assert shop.anyone.post("/api/user/login", params=wrong, json=right).status_code == 200
    assert shop.anyone.post("/api/user/login", params=right, json=wrong).status_code == 400


@pytest.mark.parametrize("path", ["/api/product/all", "/api/product/search"])
def test_no_body_says_what_a_query_may(shop, two_of_each, path):
    query, body = {"search": SOUGHT, "limit": "2"}, {"search": "elderberry", "limit": 1, "page": 9}
    assert told(shop.anyone.get(path, params=query, json=body)) == told(shop.anyone.get(path, params=query))
